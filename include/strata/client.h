// A client of `strata serve`: the store of another process, or another machine.
//
//   STRATA_TRY_ASSIGN(const auto client, strata::Client::Connect({.endpoints =
//   {"127.0.0.1:7379"}})); const strata::WriteResult written = client->Put("key", "value"); if
//   (written.outcome == strata::Outcome::kUnknown) ...  // It may be there, or not.
//   STRATA_TRY_ASSIGN(const auto entry, client->Get("key"));
//
// A call is tried again, on other connections and servers, until its deadline; a write carries an
// id by which the server knows it again, so that it is carried out once. The server forgets it
// after a quarter of an hour: no write is tried for longer than ten minutes. docs/client.md tells
// more.
//
// Each call of data comes in three forms: one that waits; one that is given a callback, which runs
// on the client's thread and must neither wait nor destroy the client; one that gives a future.
// Errors of all: kUnavailable when no server could be asked, or none answered in time.
// Thread safety: any thread may call any member. Destroying it ends all calls that are under way.

#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "strata/conditions.h"
#include "strata/db.h"
#include "strata/status.h"
#include "strata/table.h"
#include "strata/transaction.h"

namespace strata {

struct Environment;

namespace client {
class Core;
struct BatchContent;
}  // namespace client

// How to know the server, and be known by it: names of files in PEM.
struct ClientTls {
  std::string authorities = {};  // Who may have signed the server's certificate; empty: whom this
                                 // machine believes.
  std::string certificate = {};  // Its own, and
  std::string key = {};          // the key; both empty: it is nobody in particular.
  std::string server_name = {};  // That the certificate must have; empty: the endpoint's host.
};

struct ClientOptions {
  std::vector<std::string> endpoints;     // "127.0.0.1:7379"; tried in turn.
  int connections = 2;                    // At most, to each.
  std::uint64_t timeout_us = 10'000'000;  // Of a call that doesn't say otherwise.
  // Between attempts: twice as long each time, up to the most, with a random part.
  std::uint64_t backoff_us = 10'000;
  std::uint64_t backoff_max_us = 1'000'000;
  std::uint64_t connect_us = 5'000'000;  // A server that takes longer isn't there.
  // A call whose attempts reach no server for so long ends before its deadline; 0: it goes on, so
  // that it outlives a server's restart.
  std::uint64_t unreachable_us = 0;
  std::uint64_t keepalive_us = 20'000'000;  // After so long a silence it is asked whether it is.
  std::uint64_t lease_us = 60'000'000;      // Of snapshots and transactions; renewed by itself.
  bool read_your_writes = true;             // Reads see what this client has been told was written.
  std::optional<ClientTls> tls = {};        // Nothing: what is said can be read on the way.
  // The outside world; null is this machine.
  const Environment* environment = nullptr;
};

// What became of a write.
enum class Outcome : std::uint8_t {
  kDone,     // It is there.
  kFailed,   // It isn't, and won't be.
  kUnknown,  // It may be there now, or later, or never: read, or write the same again.
};

struct [[nodiscard]] WriteResult {
  Outcome outcome = Outcome::kUnknown;
  // If done: a read with this sequence sees it. Versions of its entries may be lower: Get tells
  // them.
  std::uint64_t sequence = 0;
  std::optional<FailedCondition> failed;  // If it failed because of a condition: kConditionFailed.
  Status error;                           // Success if done.
  bool repeated = false;  // Done, and by an attempt before the one that was answered.

  bool done() const { return outcome == Outcome::kDone; }
};

// A moment of the store; see Client::OpenSnapshot. Destroying it lets go of it at the server.
class ClientSnapshot {
 public:
  ClientSnapshot() = default;
  ClientSnapshot(const ClientSnapshot&) = delete;
  ClientSnapshot& operator=(const ClientSnapshot&) = delete;
  virtual ~ClientSnapshot() = default;

  virtual std::uint64_t sequence() const = 0;
};

struct ClientRead {
  std::string table = {};  // Empty: the default one.
  std::shared_ptr<const ClientSnapshot> snapshot = nullptr;
  std::uint64_t timeout_us = 0;  // 0: as the client's options say.
};
struct ClientWrite {
  std::string table = {};
  std::uint64_t ttl_us = 0;         // 0: as the table says.
  std::uint64_t expires_at_us = 0;  // A moment instead; kNeverExpires; 0: none is given.
  std::uint64_t timeout_us = 0;
};
struct ClientKey {
  std::string key;
  std::string table = {};
};
struct ClientRange {
  std::string prefix = {};
  std::optional<std::string> lower = {};  // Inclusive.
  std::optional<std::string> upper = {};  // Exclusive.
  bool reverse = false;
  std::uint64_t limit = 0;  // 0: all.
  bool keys_only = false;
};

// Changes that happen together or not at all, if all conditions hold. `write` says the table and
// the expiry; its timeout doesn't count. Thread safety: none.
class ClientBatch {
 public:
  ClientBatch();
  ClientBatch(ClientBatch&&) noexcept;
  ClientBatch& operator=(ClientBatch&&) noexcept;
  ~ClientBatch();

  void Put(std::string_view key, std::string_view value, const ClientWrite& write = {});
  void Delete(std::string_view key, std::string_view table = {});
  void RequireAbsent(std::string_view key, std::string_view table = {});
  void RequirePresent(std::string_view key, std::string_view table = {});
  void RequireValue(std::string_view key, std::string_view value, std::string_view table = {});
  void RequireVersion(std::string_view key, std::uint64_t version, std::string_view table = {});

  const client::BatchContent& content() const { return *content_; }

 private:
  std::unique_ptr<client::BatchContent> content_;
};

// The keys of a range in order, as they were at one moment; fetched page by page.
// Thread safety: one thread at a time.
class ClientScan {
 public:
  struct Row {
    std::string key;
    Entry entry;
  };

  ClientScan() = default;
  ClientScan(const ClientScan&) = delete;
  ClientScan& operator=(const ClientScan&) = delete;
  virtual ~ClientScan() = default;

  // Nothing: it is at its end. After an error it may be called again, and goes on.
  virtual Result<std::optional<Row>> Next() = 0;
};

// See transaction.h, whose rules hold. It is bound to one server; when the connection breaks within
// a step that can't be repeated, each later call fails with kAborted: begin again.
// Thread safety: one thread at a time.
class ClientTransaction {
 public:
  ClientTransaction() = default;
  ClientTransaction(const ClientTransaction&) = delete;
  ClientTransaction& operator=(const ClientTransaction&) = delete;
  virtual ~ClientTransaction() = default;  // Rolls back, unless it is over.

  virtual Result<std::optional<Entry>> Get(std::string_view key, std::string_view table = {}) = 0;
  virtual Result<std::optional<Entry>> GetForUpdate(std::string_view key,
                                                    std::string_view table = {}) = 0;
  virtual Status Put(std::string_view key, std::string_view value, const ClientWrite& write) = 0;
  Status Put(std::string_view key, std::string_view value) { return Put(key, value, {}); }
  virtual Status Delete(std::string_view key, std::string_view table = {}) = 0;
  // With the transaction's own writes, as they are when a page is fetched.
  virtual std::unique_ptr<ClientScan> Scan(const ClientRange& range,
                                           std::string_view table = {}) = 0;
  virtual Status SetSavepoint() = 0;
  virtual Status RollbackToSavepoint() = 0;
  virtual Status PopSavepoint() = 0;
  // kFailed with kConflict: begin again.
  virtual WriteResult Commit() = 0;
  virtual Status Rollback() = 0;
};

// What a watch is told, in order and each once.
struct WatchEvent {
  std::string key;
  std::optional<std::string> value;  // Nothing: it was deleted.
  std::uint64_t sequence = 0;
};
struct WatchNews {
  std::vector<WatchEvent> events;
  std::uint64_t sequence = 0;  // Everything up to it was told: to go on later, from the next one.
  // The watch is over. kNotFound: the server doesn't remember so far back; read the keys anew and
  // watch from there. Otherwise it goes on by itself, whatever happens to connections.
  std::optional<Error> ended;
};
struct ClientWatchOptions {
  std::string table = {};
  ClientRange range = {};  // Its prefix and bounds.
  std::optional<std::uint64_t> from =
      {};  // The first sequence to be told of; nothing: from now on.
};
// Destroying it ends it: nothing is told once that has returned. Not in a callback.
class ClientWatch {
 public:
  ClientWatch() = default;
  ClientWatch(const ClientWatch&) = delete;
  ClientWatch& operator=(const ClientWatch&) = delete;
  virtual ~ClientWatch() = default;
};

// What a client has done so far.
struct ClientStats {
  std::uint64_t calls = 0;
  std::uint64_t attempts = 0;     // To carry them out,
  std::uint64_t connections = 0;  // and connections that were made for that.
};

class Client {
 public:
  using Found = Result<std::optional<Entry>>;
  using ManyFound = Result<std::vector<std::optional<Entry>>>;
  template <typename T>
  using Then = std::function<void(T)>;

  // Doesn't ask the servers anything yet. Errors: kInvalidArgument for an endpoint that is none.
  static Result<std::unique_ptr<Client>> Connect(const ClientOptions& options);

  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Found Get(std::string_view key, const ClientRead& read = {});
  void Get(std::string_view key, const ClientRead& read, Then<Found> then);
  std::future<Found> GetLater(std::string_view key, const ClientRead& read = {});

  // All at one moment, in the order of the keys; versions are left out. `read` says no table.
  ManyFound MultiGet(const std::vector<ClientKey>& keys, const ClientRead& read = {});
  void MultiGet(const std::vector<ClientKey>& keys, const ClientRead& read, Then<ManyFound> then);
  std::future<ManyFound> MultiGetLater(const std::vector<ClientKey>& keys,
                                       const ClientRead& read = {});

  WriteResult Put(std::string_view key, std::string_view value, const ClientWrite& write = {});
  void Put(std::string_view key, std::string_view value, const ClientWrite& write,
           Then<WriteResult> then);
  std::future<WriteResult> PutLater(std::string_view key, std::string_view value,
                                    const ClientWrite& write = {});

  WriteResult Delete(std::string_view key, const ClientWrite& write = {});
  void Delete(std::string_view key, const ClientWrite& write, Then<WriteResult> then);
  std::future<WriteResult> DeleteLater(std::string_view key, const ClientWrite& write = {});

  WriteResult Write(const ClientBatch& batch, std::uint64_t timeout_us = 0);
  void Write(const ClientBatch& batch, std::uint64_t timeout_us, Then<WriteResult> then);
  std::future<WriteResult> WriteLater(const ClientBatch& batch, std::uint64_t timeout_us = 0);

  // The client's snapshot if `read` has none: all pages are of one moment.
  std::unique_ptr<ClientScan> Scan(const ClientRange& range, const ClientRead& read = {});
  Result<std::shared_ptr<const ClientSnapshot>> OpenSnapshot();
  Result<std::unique_ptr<ClientTransaction>> Begin(const TransactionOptions& options = {});
  // `tell` is called on the client's thread. Of what is written after this has returned nothing is
  // missed.
  Result<std::unique_ptr<ClientWatch>> Watch(const ClientWatchOptions& options,
                                             Then<WatchNews> tell);

  // Errors as those of DB. An error kUnavailable of these leaves it open whether it was done.
  Result<std::vector<std::uint32_t>> CreateTables(const std::vector<std::string>& names,
                                                  const TableOptions& options = {});
  Status DropTable(std::string_view name);
  Status TruncateTable(std::string_view name);
  Result<std::vector<TableInfo>> ListTables();

  struct ServerStats {
    StoreStats store;
    std::map<std::string, std::uint64_t> counters;
    std::map<std::uint32_t, std::uint64_t> log_sync_nanos;
    std::uint64_t durable_sequence = 0;
  };
  Result<ServerStats> Stats();
  // These take as long as they take: an hour, unless the timeout says otherwise.
  Status Flush(std::uint64_t timeout_us = 0);
  Status Compact(std::string_view table = {}, std::optional<std::string> from = {},
                 std::optional<std::string> to = {}, std::uint64_t timeout_us = 0);
  Status WaitForCompactions(std::uint64_t timeout_us = 0);
  // Everything written so far is on the server's disk: up to this sequence.
  Result<std::uint64_t> Sync(std::uint64_t timeout_us = 0);
  Status Verify(std::uint64_t timeout_us = 0);
  Result<ScrubReport> Scrub(std::uint64_t timeout_us = 0);  // As DB::Scrub.
  // Into an empty directory of the server's machine.
  Result<CheckpointInfo> Checkpoint(const std::string& directory, std::uint64_t timeout_us = 0);
  // Into the repository that the server was given (`strata serve --backup-dir`).
  Result<BackupInfo> Backup(const BackupOptions& options = {}, std::uint64_t timeout_us = 0);

  ClientStats stats() const;
  // For what is made of it in this library.
  client::Core& core() { return *core_; }
  const std::shared_ptr<client::Core>& shared_core() const { return core_; }

 private:
  explicit Client(std::shared_ptr<client::Core> core);

  const std::shared_ptr<client::Core> core_;
};

}  // namespace strata
