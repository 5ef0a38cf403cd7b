// What a leader knows of one follower's log, and how much it may send it without a word in between.
//
//            refused, or nothing heard for long
//          +-----------------------------------+
//          v                                   |
//   probe: one message     accepted     replicate: a window of messages,
//   until it's answered  ------------>  each sent as if those before it had arrived
//     |           ^
//     | too far   | installed, or failed
//     v  behind   |
//   snapshot: nothing
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "raft/types.h"

namespace strata::raft {

class Progress {
 public:
  enum class State : std::uint8_t { kProbe, kReplicate, kSnapshot };

  explicit Progress(Index next) : next_(next) {}

  State state() const { return state_; }
  Index match() const { return match_; }  // The follower holds the log up to here, durably.
  Index next() const { return next_; }    // What it is sent next. Invariant: match < next.

  // May nothing be sent now? `window` is the most messages in flight.
  bool IsPaused(std::size_t window) const;
  // Entries up to `last` were sent in heartbeat round `round`.
  void Sent(Index last, std::uint64_t round);
  void SentSnapshot(Index last);
  // Returns whether that is news.
  bool Accepted(Index match);
  // `prev` was refused, and the logs may be the same up to `agreed`. False: an answer of long ago.
  bool Refused(Index prev, Index agreed);
  // A heartbeat was answered. Entries whose answer is overdue are sent again, one message at a
  // time.
  void HeardOf(std::uint64_t round);
  // The snapshot won't arrive.
  void SnapshotFailed();

  // The newest heartbeat round that was answered.
  std::uint64_t round() const { return round_; }
  // Whether anything came since the last call.
  bool TakeHeard();
  void set_heard() { heard_ = true; }

  void AppendFingerprint(std::string* out) const;

 private:
  void BecomeProbe();

  State state_ = State::kProbe;
  Index match_ = 0;
  Index next_;
  bool probing_ = false;          // kProbe: the message isn't answered yet.
  Index snapshot_ = 0;            // kSnapshot: what it will hold then.
  std::deque<Index> in_flight_;   // kReplicate: the last index of each message.
  std::uint64_t sent_round_ = 0;  // When something was sent last.
  std::uint64_t round_ = 0;
  bool heard_ = true;
};

}  // namespace strata::raft
