#include "raft/progress.h"

#include <algorithm>
#include <utility>

#include "base/coding.h"

namespace strata::raft {
namespace {

// A follower may be slow to write. So many heartbeats it may answer before its answer to entries.
constexpr std::uint64_t kPatienceRounds = 3;

}  // namespace

bool Progress::IsPaused(std::size_t window) const {
  switch (state_) {
    case State::kProbe:
      return probing_;
    case State::kReplicate:
      return in_flight_.size() >= window;
    case State::kSnapshot:
      return true;
  }
  return true;
}

void Progress::Sent(Index last, std::uint64_t round) {
  sent_round_ = round;
  if (state_ == State::kProbe) {
    probing_ = true;
    return;
  }
  next_ = last + 1;
  in_flight_.push_back(last);
}

void Progress::SentSnapshot(Index last) {
  state_ = State::kSnapshot;
  snapshot_ = last;
  in_flight_.clear();
}

bool Progress::Accepted(Index match) {
  const bool news = match > match_;
  match_ = std::max(match_, match);
  next_ = std::max(next_, match_ + 1);
  while (!in_flight_.empty() && in_flight_.front() <= match) in_flight_.pop_front();
  if (state_ == State::kSnapshot && match_ < snapshot_) return news;
  if (state_ != State::kReplicate) {
    state_ = State::kReplicate;
    next_ = match_ + 1;
  }
  return news;
}

bool Progress::Refused(Index prev, Index agreed) {
  if (state_ == State::kSnapshot || prev <= match_) return false;
  if (state_ == State::kReplicate) {
    BecomeProbe();
    return true;
  }
  if (prev != next_ - 1) return false;
  next_ = std::max(std::min(prev, agreed + 1), match_ + 1);
  probing_ = false;
  return true;
}

void Progress::HeardOf(std::uint64_t round) {
  round_ = std::max(round_, round);
  if (state_ == State::kSnapshot || round_ <= sent_round_ + kPatienceRounds) return;
  probing_ = false;
  if (state_ == State::kReplicate && match_ + 1 < next_) BecomeProbe();
}

void Progress::SnapshotFailed() {
  if (state_ == State::kSnapshot) BecomeProbe();
}

bool Progress::TakeHeard() {
  return std::exchange(heard_, false);
}

void Progress::BecomeProbe() {
  state_ = State::kProbe;
  next_ = match_ + 1;
  probing_ = false;
  in_flight_.clear();
}

void Progress::AppendFingerprint(std::string* out) const {
  AppendVarint64(out, static_cast<std::uint64_t>(state_));
  for (const std::uint64_t word : {match_, next_, snapshot_, sent_round_, round_}) {
    AppendVarint64(out, word);
  }
  AppendVarint64(out, (probing_ ? 2U : 0U) + (heard_ ? 1U : 0U));
  AppendVarint64(out, in_flight_.size());
  for (const Index last : in_flight_) AppendVarint64(out, last);
}

}  // namespace strata::raft
