#include "base/lesson.h"
#include "raft/raft.h"

namespace strata::raft {
namespace {

// Task raft-elections.build: the election, whole.
[[noreturn]] void Yours() {
  strata::lesson::YoursToWrite("raft-elections.build", "the election, whole");
}

}  // namespace

void Raft::Tick(std::uint64_t now_us) {
  (void)now_us;
  Yours();
}

void Raft::Campaign() {
  Yours();
}

void Raft::StartElection(bool by_leader) {
  (void)by_leader;
  Yours();
}

void Raft::BecomePreCandidate() {
  Yours();
}

void Raft::BecomeCandidate(bool by_leader) {
  (void)by_leader;
  Yours();
}

void Raft::Receive(NodeId from, const PreVote& ask) {
  (void)from;
  (void)ask;
  Yours();
}

void Raft::Receive(NodeId from, const Vote& ask) {
  (void)from;
  (void)ask;
  Yours();
}

void Raft::Receive(NodeId from, const PreVoteReply& reply) {
  (void)from;
  (void)reply;
  Yours();
}

void Raft::Receive(NodeId from, const VoteReply& reply) {
  (void)from;
  (void)reply;
  Yours();
}

void Raft::CountPreVote(NodeId from) {
  (void)from;
  Yours();
}

void Raft::CountVote(NodeId from) {
  (void)from;
  Yours();
}

void Raft::BecomeLeader() {
  Yours();
}

void Raft::BecomeFollower(Term term, NodeId leader) {
  (void)term;
  (void)leader;
  Yours();
}

void Raft::TickLeader(Leader& leader) {
  (void)leader;
  Yours();
}

void Raft::SendHeartbeats(Leader& leader) {
  (void)leader;
  Yours();
}

void Raft::Receive(NodeId from, const Heartbeat& heartbeat) {
  (void)from;
  (void)heartbeat;
  Yours();
}

void Raft::Receive(NodeId from, const HeartbeatReply& reply) {
  (void)from;
  (void)reply;
  Yours();
}

void Raft::ResetTimer() {
  Yours();
}

bool Raft::MayCampaign() const {
  Yours();
}

bool Raft::HearsLeader() const {
  Yours();
}

}  // namespace strata::raft
