// Who belongs to the group (the thesis, 4.1 to 4.3).

#include <utility>

#include "base/mutant.h"
#include "raft/raft.h"

namespace strata::raft {

Result<Index> Raft::ProposeChange(const Change& change) {
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr || leader->successor != kNobody) {
    return Error(ErrorCode::kUnavailable, "node " + std::to_string(id()) + " doesn't lead");
  }
  // Two changes at a time, or one on top of a change that a leader of before hasn't committed, and
  // there are majorities that don't overlap ("bug in single-server membership changes", 2015).
  const bool unsure = commit_ < leader->first || log_.configuration_index() > commit_;
  if (unsure && !STRATA_MUTANT(confchange_before_noop)) {
    return Error(ErrorCode::kBusy, "the change before isn't committed yet; try again later");
  }
  const auto follower = leader->followers.find(change.node);
  if (change.kind == Change::Kind::kPromote && follower != leader->followers.end() &&
      follower->second.state() != Progress::State::kReplicate) {
    return Error(ErrorCode::kBusy, "node " + std::to_string(change.node) +
                                       " hasn't caught up with the log; try again later");
  }
  Configuration configuration = log_.configuration();
  if (!configuration.Apply(change)) {
    return InvalidArgument("node " + std::to_string(change.node) +
                           " can't be changed so; look at who is in the group");
  }
  AppendOwn(std::move(configuration));
  FollowConfiguration(*leader);
  return log_.last_index();
}

// A configuration holds as soon as it is in the log. REQUIRES: an entry that new members can be
// sent.
void Raft::FollowConfiguration(Leader& leader) {
  const Configuration& configuration = log_.configuration();
  std::erase_if(leader.followers,
                [&](const auto& follower) { return !configuration.IsMember(follower.first); });
  for (const auto* nodes : {&configuration.voters, &configuration.learners}) {
    for (const NodeId node : *nodes) {
      if (node != id()) leader.followers.emplace(node, Progress(log_.last_index()));
    }
  }
}

// Until then it leads a group that it doesn't count in (the thesis, 4.2.2).
void Raft::StepDownIfRemoved() {
  if (!leads() || log_.configuration_index() > commit_) return;
  if (!log_.configuration().IsVoter(id())) BecomeFollower(hard_.term, kNobody);
}

}  // namespace strata::raft
