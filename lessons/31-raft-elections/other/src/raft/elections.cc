// Another right answer: votes are counted by hand, and who asks and who is asked share their code.

#include <cstddef>
#include <utility>

#include "raft/raft.h"

namespace strata::raft {
namespace {

bool IsMajority(const Configuration& configuration, const std::set<NodeId>& granted) {
  std::size_t count = 0;
  for (const NodeId voter : configuration.voters) {
    if (granted.contains(voter)) ++count;
  }
  return 2 * count > configuration.voters.size();
}

}  // namespace

void Raft::Tick(std::uint64_t now_us) {
  now_us_ = now_us;
  elapsed_ += 1;
  since_leader_ += 1;
  if (leads()) return TickLeader(std::get<Leader>(role_));
  if (elapsed_ < timeout_) return;
  StartElection(false);
}

void Raft::Campaign() {
  if (leads()) return;
  StartElection(false);
}

void Raft::StartElection(bool by_leader) {
  ResetTimer();
  if (!MayCampaign()) return;
  const bool ask_first = options_.pre_vote && !by_leader;
  if (ask_first) return BecomePreCandidate();
  BecomeCandidate(by_leader);
}

void Raft::BecomePreCandidate() {
  role_.emplace<PreCandidate>();
  const Configuration configuration = log_.configuration();
  for (const NodeId voter : configuration.voters) {
    if (voter == id()) continue;
    Send(voter, PreVote{.last = log_.last()});
  }
  CountPreVote(id());
}

void Raft::BecomeCandidate(bool by_leader) {
  role_.emplace<Candidate>();
  SetHardState(HardState{.term = term() + 1, .vote = id()});
  const Configuration configuration = log_.configuration();
  for (const NodeId voter : configuration.voters) {
    if (voter == id()) continue;
    Send(voter, Vote{.last = log_.last(), .by_leader = by_leader});
  }
}

void Raft::Receive(NodeId from, const PreVote& ask) {
  if (HearsLeader()) return Send(from, PreVoteReply{.granted = false});
  const bool behind = ask.last < log_.last();
  Send(from, PreVoteReply{.granted = !behind});
}

void Raft::Receive(NodeId from, const Vote& ask) {
  const bool given_away = hard_.vote != kNobody && hard_.vote != from;
  const bool behind = ask.last < log_.last();
  if (given_away || behind) return Send(from, VoteReply{.granted = false});
  role_ = Follower{.leader = leader()};
  SetHardState(HardState{.term = term(), .vote = from});
  elapsed_ = 0;
  Send(from, VoteReply{.granted = true});
}

void Raft::Receive(NodeId from, const PreVoteReply& reply) {
  if (!reply.granted) return;
  CountPreVote(from);
}

void Raft::Receive(NodeId from, const VoteReply& reply) {
  if (!reply.granted) return;
  CountVote(from);
}

void Raft::CountPreVote(NodeId from) {
  if (!std::holds_alternative<PreCandidate>(role_)) return;
  auto& granted = std::get<PreCandidate>(role_).granted;
  granted.insert(from);
  if (IsMajority(log_.configuration(), granted)) BecomeCandidate(false);
}

void Raft::CountVote(NodeId from) {
  if (!std::holds_alternative<Candidate>(role_)) return;
  auto& granted = std::get<Candidate>(role_).granted;
  granted.insert(from);
  if (IsMajority(log_.configuration(), granted)) BecomeLeader();
}

void Raft::BecomeLeader() {
  elapsed_ = 0;
  since_heartbeat_ = 0;
  since_leader_ = options_.election_ticks;
  auto& leader = role_.emplace<Leader>();
  AppendOwn(Nothing());
  leader.first = log_.last_index();
  FollowConfiguration(leader);
}

void Raft::BecomeFollower(Term term, NodeId leader) {
  const bool led = leads();
  role_ = Follower{.leader = leader};
  if (led) ResetTimer();
  if (hard_.term < term) SetHardState(HardState{.term = term, .vote = kNobody});
}

void Raft::TickLeader(Leader& leader) {
  since_heartbeat_ += 1;
  if (since_heartbeat_ >= options_.heartbeat_ticks) SendHeartbeats(leader);
  if (elapsed_ < options_.election_ticks) return;
  elapsed_ = 0;
  leader.successor = kNobody;
  std::set<NodeId> heard = {id()};
  for (auto& [node, progress] : leader.followers) {
    if (progress.TakeHeard()) heard.insert(node);
  }
  if (!options_.check_quorum || IsMajority(log_.configuration(), heard)) return;
  BecomeFollower(term(), kNobody);
}

void Raft::SendHeartbeats(Leader& leader) {
  leader.round += 1;
  since_heartbeat_ = 0;
  if (options_.lease_us != 0) leader.sent_rounds.push_back({leader.round, now_us_});
  for (const auto& [to, progress] : leader.followers) {
    const Index held = progress.match();
    Send(to, Heartbeat{.round = leader.round, .commit = held < commit_ ? held : commit_});
  }
  ExtendLease(leader);
  EndReads(leader);
}

void Raft::Receive(NodeId from, const Heartbeat& heartbeat) {
  if (heartbeat.commit <= log_.last_index()) {
    SetCommit(heartbeat.commit);
    return Send(from, HeartbeatReply{.round = heartbeat.round});
  }
  failure_ = Corruption("entries up to " + std::to_string(heartbeat.commit) +
                        " were confirmed here, and are gone");
}

void Raft::Receive(NodeId from, const HeartbeatReply& reply) {
  if (!leads()) return;
  auto& leader = std::get<Leader>(role_);
  const auto follower = leader.followers.find(from);
  if (follower == leader.followers.end()) return;
  follower->second.set_heard();
  follower->second.HeardOf(reply.round);
  ExtendLease(leader);
  EndReads(leader);
}

void Raft::Receive(NodeId /*from*/, const TermIsOver& /*news*/) {}

void Raft::ResetTimer() {
  timeout_ = options_.election_ticks + random_.Uniform(options_.election_ticks);
  elapsed_ = 0;
}

bool Raft::MayCampaign() const {
  if (log_.configuration().IsVoter(id())) return true;
  return log_.configuration_index() > commit_ && log_.configuration_before().IsVoter(id());
}

bool Raft::HearsLeader() const {
  if (!options_.check_quorum) return false;
  return leads() || since_leader_ < options_.election_ticks;
}

}  // namespace strata::raft
