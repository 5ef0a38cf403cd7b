// Reads without a write (the thesis, 6.4): a leader may answer from its own state if it is sure
// that it still led after the read was asked for, and that its state has all that was committed by
// then.

#include <utility>

#include "base/mutant.h"
#include "raft/raft.h"

namespace strata::raft {

Status Raft::Read(std::uint64_t read, std::uint64_t now_us) {
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr) {
    if (this->leader() == kNobody) {
      return Error(ErrorCode::kUnavailable, "no leader is known that could be asked");
    }
    Send(this->leader(), ReadRequest{.read = read});
    return {};
  }
  if (HasLease(*leader, now_us)) {
    Answer({.read = read, .from = id(), .index = commit_});
  } else {
    leader->new_reads.push_back({.read = read, .from = id()});
  }
  return {};
}

void Raft::Receive(NodeId from, const ReadRequest& request) {
  auto* leader = std::get_if<Leader>(&role_);
  if (leader != nullptr) leader->new_reads.push_back({.read = request.read, .from = from});
}

void Raft::Receive(NodeId /*from*/, const ReadReply& reply) {
  reads_.push_back({.read = reply.read, .index = reply.index});
}

// One round of heartbeats does for all reads that came since the last. Before an entry of its own
// term is committed, a leader may not know how much is.
void Raft::BeginReads(Leader& leader) {
  if (leader.new_reads.empty()) return;
  if (commit_ < leader.first && !STRATA_MUTANT(readindex_before_noop)) return;
  const std::uint64_t round = leader.round + 1;
  for (PendingRead& read : std::exchange(leader.new_reads, {})) {
    read.index = commit_;
    read.round = round;
    leader.reads.push_back(read);
  }
  SendHeartbeats(leader);
}

// The newest round of heartbeats that a majority has answered.
std::uint64_t Raft::ConfirmedRound(const Leader& leader) const {
  return ReachedByMajority(log_.configuration(), [&](NodeId node) {
    return node == id() ? leader.round : leader.followers.at(node).round();
  });
}

void Raft::EndReads(Leader& leader) {
  const std::uint64_t confirmed =
      STRATA_MUTANT(read_without_quorum) ? leader.round : ConfirmedRound(leader);
  while (!leader.reads.empty() && leader.reads.front().round <= confirmed) {
    Answer(leader.reads.front());
    leader.reads.pop_front();
  }
}

void Raft::Answer(const PendingRead& read) {
  if (read.from == id()) {
    reads_.push_back({.read = read.read, .index = read.index});
  } else {
    Send(read.from, ReadReply{.read = read.read, .index = read.index});
  }
}

// Who answered a heartbeat elects nobody else for a while; it counts from when it was *sent*.
void Raft::ExtendLease(Leader& leader) {
  if (options_.lease_us == 0 || leader.gave_way) return;
  const std::uint64_t confirmed = ConfirmedRound(leader);
  while (!leader.sent_rounds.empty() && leader.sent_rounds.front().round <= confirmed) {
    leader.lease_until_us = leader.sent_rounds.front().at_us + options_.lease_us;
    leader.sent_rounds.pop_front();
  }
}

// By the clock and not by ticks: a process that was stopped has missed ticks, not time.
bool Raft::HasLease(const Leader& leader, std::uint64_t now_us) const {
  if (STRATA_MUTANT(lease_read_after_pause)) now_us = now_us_;
  return now_us < leader.lease_until_us && commit_ >= leader.first;
}

}  // namespace strata::raft
