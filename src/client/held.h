// What a client holds at a server by a lease, renewed as long as this object lives.
//
// Thread safety: any thread makes and destroys it.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

#include "client/core.h"

namespace strata::client {

struct LeasePaths {
  std::string_view renew;
  std::string_view close;
};
inline constexpr LeasePaths kSnapshotPaths{"/strata.v1.Snapshots/Renew",
                                           "/strata.v1.Snapshots/Close"};
inline constexpr LeasePaths kTransactionPaths{"/strata.v1.Transactions/Renew",
                                              "/strata.v1.Transactions/Rollback"};

class Held {
 public:
  struct Lease {
    std::uint64_t id = 0;
    std::uint64_t us = 0;
    std::size_t endpoint = 0;
  };

  Held(std::shared_ptr<Core> core, const LeasePaths& paths, const Lease& lease);
  // Closes it, without waiting for that.
  ~Held();
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  // The server has let go of it already.
  void Release() { released_ = true; }
  std::uint64_t id() const { return lease_.id; }
  std::size_t endpoint() const { return lease_.endpoint; }
  Core& core() const { return *core_; }

 private:
  // The loop's, and outlives this object until its timer is gone.
  struct Renewal;
  static void RenewLater(const std::shared_ptr<Renewal>& renewal);
  static void Renew(const std::shared_ptr<Renewal>& renewal);

  const std::shared_ptr<Core> core_;
  const LeasePaths paths_;
  const Lease lease_;
  std::shared_ptr<Renewal> renewal_;
  bool released_ = false;
};

// Of the client's own, as CloseSnapshotRequest and RollbackRequest look alike.
class HeldSnapshot final : public ClientSnapshot {
 public:
  HeldSnapshot(std::shared_ptr<Core> core, const Held::Lease& lease, std::uint64_t sequence)
      : held_(std::move(core), kSnapshotPaths, lease), sequence_(sequence) {}

  std::uint64_t sequence() const override { return sequence_; }
  const Held& held() const { return held_; }

 private:
  Held held_;
  const std::uint64_t sequence_;
};

Result<std::shared_ptr<const HeldSnapshot>> OpenSnapshot(const std::shared_ptr<Core>& core);
// REQUIRES: `snapshot` is of a Client, or null.
const HeldSnapshot* HeldOf(const std::shared_ptr<const ClientSnapshot>& snapshot);

}  // namespace strata::client
