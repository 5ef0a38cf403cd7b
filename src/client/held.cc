#include "client/held.h"

#include <algorithm>
#include <utility>

#include "client/calls.h"

namespace strata::client {
namespace {

// A lease is renewed so often before it would end.
constexpr std::uint64_t kRenewals = 3;

// RenewRequest, CloseSnapshotRequest and RollbackRequest are the same on the wire: an id.
std::string IdMessage(std::uint64_t id) {
  v1::RenewRequest message;
  message.set_id(id);
  return message.SerializeAsString();
}

}  // namespace

struct Held::Renewal {
  Core& core;
  const LeasePaths paths;
  const Lease lease;
  std::optional<Loop::TimerId> timer = {};
  bool over = false;
};

Held::Held(std::shared_ptr<Core> core, const LeasePaths& paths, const Lease& lease)
    : core_(std::move(core)), paths_(paths), lease_(lease) {
  renewal_ = std::make_shared<Renewal>(Renewal{*core_, paths, lease});
  core_->loop().Post([renewal = renewal_] { RenewLater(renewal); });
}

Held::~Held() {
  core_->loop().Post([renewal = renewal_] {
    renewal->over = true;
    if (renewal->timer) renewal->core.loop().Cancel(*renewal->timer);
  });
  if (released_) return;
  core_->Send({.path = paths_.close, .message = IdMessage(lease_.id), .endpoint = lease_.endpoint},
              [](const Answer& /*answer*/) {});
}

void Held::RenewLater(const std::shared_ptr<Renewal>& renewal) {
  if (renewal->over) return;
  Loop& loop = renewal->core.loop();
  const std::uint64_t wait = std::max<std::uint64_t>(1, renewal->lease.us / kRenewals);
  renewal->timer = loop.At(loop.now_us() + wait, [renewal] { Renew(renewal); });
}

// When it isn't renewed in time, the next call that uses it is told so.
void Held::Renew(const std::shared_ptr<Renewal>& renewal) {
  renewal->timer.reset();
  const Lease& lease = renewal->lease;
  renewal->core.Send({.path = renewal->paths.renew,
                      .message = IdMessage(lease.id),
                      .timeout_us = lease.us / kRenewals,
                      .endpoint = lease.endpoint},
                     [renewal](const Answer& answer) {
                       const bool gone = answer.status.code == grpc::Code::kNotFound ||
                                         answer.status.code == grpc::Code::kCancelled;
                       if (!gone) RenewLater(renewal);
                     });
}

Result<std::shared_ptr<const HeldSnapshot>> OpenSnapshot(const std::shared_ptr<Core>& core) {
  v1::OpenSnapshotRequest request;
  request.set_lease_us(core->options().lease_us);
  const Answer answer =
      core->Ask({.path = "/strata.v1.Snapshots/Open", .message = request.SerializeAsString()});
  STRATA_TRY_ASSIGN(const auto opened, MessageIn<v1::OpenSnapshotResponse>(answer));
  const Held::Lease lease{opened.snapshot(), opened.lease_us(), answer.endpoint};
  return std::shared_ptr<const HeldSnapshot>(
      std::make_shared<HeldSnapshot>(core, lease, opened.sequence()));
}

const HeldSnapshot* HeldOf(const std::shared_ptr<const ClientSnapshot>& snapshot) {
  return static_cast<const HeldSnapshot*>(snapshot.get());
}

}  // namespace strata::client
