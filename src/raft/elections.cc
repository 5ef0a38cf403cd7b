// Who leads (the paper, 5.2 and 5.4.1; the thesis, 4.2.3 and 9.6).

#include <algorithm>
#include <utility>

#include "raft/raft.h"

namespace strata::raft {

void Raft::Tick(std::uint64_t now_us) {
  now_us_ = now_us;
  ++elapsed_;
  ++since_leader_;
  if (auto* leader = std::get_if<Leader>(&role_)) {
    TickLeader(*leader);
  } else if (elapsed_ >= timeout_) {
    StartElection(false);
  }
}

void Raft::Campaign() {
  if (!leads()) StartElection(false);
}

void Raft::StartElection(bool by_leader) {
  ResetTimer();
  if (!MayCampaign()) return;
  if (options_.pre_vote && !by_leader) {
    BecomePreCandidate();
  } else {
    BecomeCandidate(by_leader);
  }
}

// Would they elect me? Nothing changes by asking, so a node that nobody hears, or that has too
// short a log, doesn't drive up the term and depose a leader when it's back.
void Raft::BecomePreCandidate() {
  role_ = PreCandidate();
  for (const NodeId voter : log_.configuration().voters) {
    if (voter != id()) Send(voter, PreVote{.last = log_.last()});
  }
  CountPreVote(id());
}

// A new term, and a vote for oneself: which counts as any other, when it is durable.
void Raft::BecomeCandidate(bool by_leader) {
  SetHardState({.term = hard_.term + 1, .vote = id()});
  role_ = Candidate();
  for (const NodeId voter : log_.configuration().voters) {
    if (voter != id()) Send(voter, Vote{.last = log_.last(), .by_leader = by_leader});
  }
}

void Raft::Receive(NodeId from, const PreVote& ask) {
  Send(from, PreVoteReply{.granted = !HearsLeader() && ask.last >= log_.last()});
}

// One vote a term, and only for who has all that may be committed (5.4.1).
void Raft::Receive(NodeId from, const Vote& ask) {
  const bool free = hard_.vote == kNobody || hard_.vote == from;
  const bool granted = free && ask.last >= log_.last();
  if (granted) {
    BecomeFollower(hard_.term, leader());
    SetHardState({.term = hard_.term, .vote = from});
    elapsed_ = 0;
  }
  Send(from, VoteReply{.granted = granted});
}

void Raft::Receive(NodeId from, const PreVoteReply& reply) {
  if (reply.granted) CountPreVote(from);
}

void Raft::Receive(NodeId from, const VoteReply& reply) {
  if (reply.granted) CountVote(from);
}

void Raft::CountPreVote(NodeId from) {
  auto* pre_candidate = std::get_if<PreCandidate>(&role_);
  if (pre_candidate == nullptr) return;
  auto& granted = pre_candidate->granted;
  granted.insert(from);
  const bool won =
      HasMajority(log_.configuration(), [&](NodeId node) { return granted.contains(node); });
  if (won) BecomeCandidate(false);
}

void Raft::CountVote(NodeId from) {
  auto* candidate = std::get_if<Candidate>(&role_);
  if (candidate == nullptr) return;
  auto& granted = candidate->granted;
  granted.insert(from);
  const bool won =
      HasMajority(log_.configuration(), [&](NodeId node) { return granted.contains(node); });
  if (won) BecomeLeader();
}

void Raft::BecomeLeader() {
  Leader leader;
  leader.first = log_.last_index() + 1;
  role_ = std::move(leader);
  elapsed_ = 0;
  since_heartbeat_ = 0;
  since_leader_ = options_.election_ticks;
  AppendOwn(Nothing());
  FollowConfiguration(std::get<Leader>(role_));
}

void Raft::BecomeFollower(Term term, NodeId leader) {
  if (term > hard_.term) SetHardState({.term = term, .vote = kNobody});
  if (leads()) ResetTimer();
  role_ = Follower{.leader = leader};
}

void Raft::TickLeader(Leader& leader) {
  if (++since_heartbeat_ >= options_.heartbeat_ticks) SendHeartbeats(leader);
  if (elapsed_ < options_.election_ticks) return;
  elapsed_ = 0;
  leader.successor = kNobody;  // It didn't work out.
  const bool heard = HasMajority(log_.configuration(), [&](NodeId node) {
    return node == id() || leader.followers.at(node).TakeHeard();
  });
  if (options_.check_quorum && !heard) BecomeFollower(hard_.term, kNobody);
}

void Raft::SendHeartbeats(Leader& leader) {
  since_heartbeat_ = 0;
  ++leader.round;
  if (options_.lease_us > 0) {
    leader.sent_rounds.push_back({.round = leader.round, .at_us = now_us_});
  }
  for (const auto& [to, progress] : leader.followers) {
    Send(to, Heartbeat{.round = leader.round, .commit = std::min(progress.match(), commit_)});
  }
  ExtendLease(leader);  // Without followers nobody answers.
  EndReads(leader);
}

void Raft::Receive(NodeId from, const Heartbeat& heartbeat) {
  if (heartbeat.commit > log_.last_index()) {
    failure_ = Corruption("node " + std::to_string(id()) + " has confirmed entries up to " +
                          std::to_string(heartbeat.commit) + ", and its log ends at " +
                          std::to_string(log_.last_index()));
    return;
  }
  SetCommit(heartbeat.commit);
  Send(from, HeartbeatReply{.round = heartbeat.round});
}

void Raft::Receive(NodeId from, const HeartbeatReply& reply) {
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr || !leader->followers.contains(from)) return;
  Progress& progress = leader->followers.at(from);
  progress.set_heard();
  progress.HeardOf(reply.round);
  ExtendLease(*leader);
  EndReads(*leader);
}

void Raft::Receive(NodeId /*from*/, const TermIsOver& /*news*/) {}

void Raft::ResetTimer() {
  elapsed_ = 0;
  timeout_ = options_.election_ticks + random_.Uniform(options_.election_ticks);
}

// Who is about to be removed may have to campaign: perhaps nobody else has the entry that says so.
bool Raft::MayCampaign() const {
  const bool changing = log_.configuration_index() > commit_;
  return log_.configuration().IsVoter(id()) ||
         (changing && log_.configuration_before().IsVoter(id()));
}

bool Raft::HearsLeader() const {
  return options_.check_quorum && (leads() || since_leader_ < options_.election_ticks);
}

}  // namespace strata::raft
