#include "raft/raft.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/mutant.h"

namespace strata::raft {
namespace {

// What this says isn't true before the entries are durable of which it speaks.
bool VouchesForLog(const Message& message) {
  return std::holds_alternative<AppendReply>(message);
}

bool IsFromLeader(const Message& message) {
  return std::holds_alternative<Heartbeat>(message) || std::holds_alternative<Append>(message) ||
         std::holds_alternative<InstallSnapshot>(message);
}

// An election that this node need not hear of while it hears a leader (the thesis, 4.2.3).
bool IsDisturbance(const Message& message) {
  const auto* vote = std::get_if<Vote>(&message);
  return std::holds_alternative<PreVote>(message) || (vote != nullptr && !vote->by_leader);
}

// One who asks or leads must hear that its term is over. Who only answers need not.
bool WantsAnswer(const Message& message) {
  return IsFromLeader(message) || std::holds_alternative<PreVote>(message) ||
         std::holds_alternative<Vote>(message);
}

}  // namespace

Result<Raft> Raft::Restore(const Options& options, const Stored& stored, const LogStore& store,
                           Random random) {
  const Index last = store.last_index();
  const Term last_term =
      last == stored.snapshot.last.index ? stored.snapshot.last.term : store.TermAt(last);
  const bool forgot = stored.damaged || last < stored.snapshot.last.index ||
                      stored.applied > last || stored.hard_state.term < last_term;
  if (forgot && !STRATA_MUTANT(vote_after_log_loss)) {
    return Corruption(
        "starting node " + std::to_string(options.id) +
        ": it has lost entries or a vote that others may count on: remove it from the "
        "group, and add it under a new id, as a learner");
  }
  return Raft(options, stored, store, random);
}

Raft::Raft(const Options& options, const Stored& stored, const LogStore& store, Random random)
    : options_(options),
      random_(random),
      hard_(stored.hard_state),
      log_(store, stored.snapshot, stored.configurations),
      commit_(std::max(stored.applied, stored.snapshot.last.index)),
      applied_(commit_) {
  // What it promised to a leader's lease before the restart isn't known; so it may have.
  since_leader_ = options.lease_us > 0 ? 0 : options.election_ticks;
  ResetTimer();
}

void Raft::Step(const Envelope& envelope) {
  const auto& [from, to, term, message] = envelope;
  STRATA_CHECK(to == id());
  if (term > hard_.term) {
    if (IsDisturbance(message) && HearsLeader()) return;  // Not even its term counts.
    BecomeFollower(term, kNobody);
  }
  if (term < hard_.term) {
    if (WantsAnswer(message)) Send(from, TermIsOver());
    return;
  }
  if (IsFromLeader(message)) HearLeader(from);
  std::visit([&, sender = from](const auto& known) { Receive(sender, known); }, message);
}

// There is one leader in a term, so whoever else thought of leading in this one has lost.
void Raft::HearLeader(NodeId leader) {
  STRATA_CHECK(!leads());
  const auto* follower = std::get_if<Follower>(&role_);
  if (follower == nullptr || follower->leader != leader) BecomeFollower(hard_.term, leader);
  elapsed_ = 0;
  since_leader_ = 0;
}

void Raft::SetHardState(HardState hard_state) {
  if (hard_state == hard_) return;
  hard_ = hard_state;
  hard_write_ = next_write_;
}

// The one place where it is decided what a message has to wait for: the term that it tells, and the
// entries that it vouches for.
void Raft::Send(NodeId to, Message message) {
  WriteNumber needed = STRATA_MUTANT(vote_not_persisted) ? 0 : hard_write_;
  if (VouchesForLog(message) && !STRATA_MUTANT(hardstate_before_entries)) {
    needed = std::max(needed, log_write_);
  }
  Envelope envelope{.from = id(), .to = to, .term = hard_.term, .message = std::move(message)};
  if (needed <= persisted_) {
    messages_.push_back(std::move(envelope));
  } else {
    waiting_.push_back({.write = needed, .envelope = std::move(envelope)});
  }
}

void Raft::Persisted(WriteNumber number) {
  STRATA_CHECK(number < next_write_);
  persisted_ = std::max(persisted_, number);
  log_.Written(number);
  for (Waiting& waiting : waiting_) {
    if (waiting.write <= persisted_) messages_.push_back(std::move(waiting.envelope));
  }
  std::erase_if(waiting_, [&](const Waiting& waiting) { return waiting.write <= persisted_; });
  if (std::holds_alternative<Candidate>(role_) && hard_write_ <= persisted_) CountVote(id());
  if (auto* leader = std::get_if<Leader>(&role_)) AdvanceCommit(*leader);
}

Result<Output> Raft::TakeOutput() {
  if (auto* leader = std::get_if<Leader>(&role_)) Flush(*leader);
  Output output;
  output.write = TakeWrite();
  output.committed = TakeCommitted();
  output.messages = std::exchange(messages_, {});
  output.reads = std::exchange(reads_, {});
  if (failure_) return *failure_;
  return output;
}

// What a leader sends is decided here, so all that was asked for since the last time goes together.
void Raft::Flush(Leader& leader) {
  HandOver(leader);
  BeginReads(leader);
  for (auto& [to, progress] : leader.followers) Replicate(leader, to, progress);
}

std::optional<Write> Raft::TakeWrite() {
  const bool hard = hard_write_ == next_write_;
  if (!hard && log_write_ != next_write_) return std::nullopt;
  Write write;
  write.number = next_write_++;
  if (hard) write.hard_state = hard_;
  write.snapshot = std::exchange(new_snapshot_, std::nullopt);
  write.entries = log_.TakeUnwritten(write.number);
  return write;
}

// Only what is durable here: a state machine is never ahead of its own log.
std::vector<Entry> Raft::TakeCommitted() {
  const Index last = std::min(commit_, log_.stable());
  if (applied_ >= last) return {};
  auto entries = log_.Read(applied_ + 1, last, options_.append_bytes_max);
  if (!entries.has_value()) {
    failure_ = std::move(entries).error().WithContext("reading entries to apply");
    return {};
  }
  applied_ += entries->size();
  log_.Forget(applied_);
  return *std::move(entries);
}

NodeId Raft::leader() const {
  if (leads()) return id();
  const auto* follower = std::get_if<Follower>(&role_);
  return follower == nullptr ? kNobody : follower->leader;
}

}  // namespace strata::raft
