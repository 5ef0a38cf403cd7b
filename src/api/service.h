// The methods of strata.v1 on a store, and what they share: held snapshots and transactions, ids of
// writes, changes to be watched. What carries them is grpc/server_session.h.
//
// Thread safety: any thread.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/change_feed.h"
#include "api/leases.h"
#include "api/open_transaction.h"
#include "grpc/method.h"
#include "io/environment.h"
#include "server/keyspace.h"
#include "strata/db.h"

namespace strata::api {

struct ServiceOptions {
  std::size_t watch_bytes = 16 << 20;  // Of changes that are remembered.
  std::size_t snapshots_max = 1'000;
  std::size_t transactions_max = 64;
  std::size_t reply_bytes_max = std::size_t{1} << 30;  // Of the values of one reply.
  std::string backup_directory;                        // Empty: clients can't ask for backups.
};
// For ServerOptions::waiters: each transaction may have a call that waits for a lock, and beside
// them there is what takes long.
int WaitersFor(const ServiceOptions& options);

class Service {
 public:
  // Both borrowed.
  Service(DB& db, const Environment& environment, const ServiceOptions& options = {});
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service() = default;

  // A batch is in the store: for ServerOptions::on_written.
  void OnWritten(const WriteBatch& batch, std::uint64_t version);
  // About once a second: for ServerOptions::on_tick.
  void OnTick();

  // The server is about to stop: open transactions are rolled back, so that nobody waits for a lock
  // of theirs.
  void OnStop() { transactions_.CloseAll(); }

  // --- for the methods ---
  std::size_t reply_bytes_max() const { return reply_bytes_max_; }
  const std::string& backup_directory() const { return backup_directory_; }
  DB& db() { return db_; }
  std::uint64_t NowUs() const { return environment_.clock->NowMicros(); }
  std::uint64_t WallUs() const { return environment_.clock->WallMicros(); }
  // "" and "default" are the default table. Errors: kNotFound; kInvalidArgument.
  Result<TableRef> Table(const std::string& name) const;
  // Clients may read the server's own tables, and no more. Errors: kInvalidArgument for their
  // names.
  static Status CheckNotOurs(std::string_view name);
  // The store has come as far as `sequence`. Otherwise the call is refused.
  bool HasReached(std::uint64_t sequence, std::optional<grpc::CallStatus>* refusal) const;
  // The table of the ids of writes; made if it isn't there. REQUIRES: the committer's thread.
  Result<TableRef> WriteIds();

  using HeldSnapshot = std::shared_ptr<const Snapshot>;
  Leases<HeldSnapshot>& snapshots() { return snapshots_; }
  Leases<OpenTransaction>& transactions() { return transactions_; }
  ChangeFeed& changes() { return changes_; }
  // The snapshot that a read names; null for 0. Errors: kNotFound.
  Result<HeldSnapshot> SnapshotOf(std::uint64_t id);

  // Whether it takes writes, as far as is known.
  bool serving() const { return serving_.load(std::memory_order_relaxed); }
  void SetServing(bool serving) { serving_.store(serving, std::memory_order_relaxed); }

 private:
  DB& db_;
  const Environment environment_;
  Leases<HeldSnapshot> snapshots_;
  Leases<OpenTransaction> transactions_;
  ChangeFeed changes_;
  const std::size_t reply_bytes_max_;
  const std::string backup_directory_;
  std::atomic<bool> serving_{true};
  std::atomic<std::uint64_t> write_ids_{kNoTable};
  static constexpr std::uint64_t kNoTable = ~std::uint64_t{0};
};

// All methods, with gRPC's health checks and reflection. `service` is borrowed.
grpc::MethodTable MethodsOf(Service& service);

}  // namespace strata::api
