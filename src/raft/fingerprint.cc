#include "raft/fingerprint.h"

#include <algorithm>

#include "base/coding.h"
#include "raft/raft.h"

namespace strata::raft {
namespace {

void Add(std::uint64_t word, std::string* out) {
  AppendVarint64(out, word);
}
void Add(const Position& position, std::string* out) {
  Add(position.term, out);
  Add(position.index, out);
}
void Add(const std::vector<NodeId>& nodes, std::string* out) {
  Add(nodes.size(), out);
  for (const NodeId node : nodes) Add(node, out);
}

struct MessageAppender {
  void operator()(const PreVote& ask) const { Add(ask.last, out); }
  void operator()(const PreVoteReply& reply) const { Add(reply.granted ? 1 : 0, out); }
  void operator()(const Vote& ask) const {
    Add(ask.last, out);
    Add(ask.by_leader ? 1 : 0, out);
  }
  void operator()(const VoteReply& reply) const { Add(reply.granted ? 1 : 0, out); }
  void operator()(const Heartbeat& heartbeat) const {
    Add(heartbeat.round, out);
    Add(heartbeat.commit, out);
  }
  void operator()(const HeartbeatReply& reply) const { Add(reply.round, out); }
  void operator()(const TermIsOver& /*news*/) const {}
  void operator()(const raft::Append& append) const {
    Add(append.prev, out);
    Add(append.commit, out);
    Add(append.entries.size(), out);
    for (const Entry& entry : append.entries) AppendFingerprint(entry, out);
  }
  void operator()(const AppendReply& reply) const { Add(reply.match, out); }
  void operator()(const AppendRefusal& refusal) const {
    Add(refusal.prev, out);
    Add(refusal.hint, out);
  }
  void operator()(const ReadRequest& request) const { Add(request.read, out); }
  void operator()(const ReadReply& reply) const {
    Add(reply.read, out);
    Add(reply.index, out);
  }
  void operator()(const InstallSnapshot& install) const {
    Add(install.snapshot.last, out);
    AppendFingerprint(install.snapshot.configuration, out);
  }
  void operator()(const CampaignNow& /*request*/) const {}

  std::string* out;
};

void Add(const PendingRead& read, std::string* out) {
  for (const std::uint64_t word : {read.read, read.from, read.index, read.round}) Add(word, out);
}

struct RoleAppender {
  void operator()(const Follower& follower) const { Add(follower.leader, out); }
  void operator()(const PreCandidate& candidate) const { AppendVotes(candidate.granted); }
  void operator()(const Candidate& candidate) const { AppendVotes(candidate.granted); }
  void operator()(const Leader& leader) const {
    for (const std::uint64_t word :
         {leader.first, leader.round, leader.lease_until_us, leader.successor}) {
      Add(word, out);
    }
    Add((leader.successor_told ? 2U : 0U) + (leader.gave_way ? 1U : 0U), out);
    for (const auto& [node, progress] : leader.followers) {
      Add(node, out);
      progress.AppendFingerprint(out);
    }
    Add(leader.new_reads.size(), out);
    for (const PendingRead& read : leader.new_reads) Add(read, out);
    for (const PendingRead& read : leader.reads) Add(read, out);
  }
  void AppendVotes(const std::set<NodeId>& granted) const {
    Add(std::vector<NodeId>(granted.begin(), granted.end()), out);
  }

  std::string* out;
};

}  // namespace

void AppendFingerprint(const Configuration& configuration, std::string* out) {
  Add(configuration.voters, out);
  Add(configuration.learners, out);
}

void AppendFingerprint(const Entry& entry, std::string* out) {
  Add(entry.term, out);
  Add(entry.index, out);
  Add(entry.body.index(), out);
  if (const auto* command = std::get_if<Command>(&entry.body)) {
    AppendLengthPrefixed(out, command->bytes);
  }
  if (const auto* configuration = std::get_if<Configuration>(&entry.body)) {
    AppendFingerprint(*configuration, out);
  }
}

void AppendFingerprint(const Envelope& envelope, std::string* out) {
  Add(envelope.from, out);
  Add(envelope.to, out);
  Add(envelope.term, out);
  Add(envelope.message.index(), out);
  std::visit(MessageAppender{out}, envelope.message);
}

void Log::AppendFingerprint(WriteNumber base, std::string* out) const {
  Add(snapshot_.last, out);
  raft::AppendFingerprint(snapshot_.configuration, out);
  for (const std::uint64_t word : {memory_from_, unwritten_, stable_}) Add(word, out);
  Add(memory_.size(), out);
  for (const Entry& entry : memory_) raft::AppendFingerprint(entry, out);
  Add(in_flight_.size(), out);
  for (const InFlight& write : in_flight_) {
    Add(write.number - base, out);
    Add(write.last, out);
  }
}

std::string Raft::Fingerprint() const {
  std::string out;
  Add(hard_.term, &out);
  Add(hard_.vote, &out);
  Add(role_.index(), &out);
  std::visit(RoleAppender{&out}, role_);
  log_.AppendFingerprint(persisted_, &out);
  for (const std::uint64_t word : {commit_, applied_}) Add(word, &out);
  // Numbers of writes grow for ever; what matters is which are still to come.
  for (const WriteNumber number : {next_write_, hard_write_, log_write_}) {
    Add(std::max(number, persisted_) - persisted_, &out);
  }
  for (const Waiting& waiting : waiting_) {
    Add(waiting.write - persisted_, &out);
    AppendFingerprint(waiting.envelope, &out);
  }
  return out;
}

}  // namespace strata::raft
