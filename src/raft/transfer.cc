// How a leader gives way (the thesis, 3.10).

#include "raft/raft.h"

namespace strata::raft {

Status Raft::TransferLeadership(NodeId to) {
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr) {
    return Error(ErrorCode::kUnavailable, "node " + std::to_string(id()) + " doesn't lead");
  }
  if (to == id() || !log_.configuration().IsVoter(to)) {
    return InvalidArgument("leadership can't go to node " + std::to_string(to) +
                           ": it's no other voter");
  }
  leader->successor = to;
  leader->successor_told = false;
  elapsed_ = 0;  // It has as long as an election takes.
  return {};
}

// The successor begins an election that nobody refuses to look at. It may do so at any later time,
// as messages are late: no lease can be relied on from here on.
void Raft::HandOver(Leader& leader) {
  if (leader.successor == kNobody || leader.successor_told) return;
  if (leader.followers.at(leader.successor).match() < log_.last_index()) return;
  Send(leader.successor, CampaignNow());
  leader.successor_told = true;
  leader.gave_way = true;
  leader.lease_until_us = 0;
}

void Raft::Receive(NodeId /*from*/, const CampaignNow& /*request*/) {
  if (!leads()) StartElection(true);
}

}  // namespace strata::raft
