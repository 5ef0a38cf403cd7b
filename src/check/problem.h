// A history in small numbers, cut into parts that can be judged one by one: a history is
// linearizable exactly if that of each key is (Herlihy and Wing 1990, locality). Keys that one
// operation touches together stay in one part.
//
// Thread safety: a pure function.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "check/history.h"

namespace strata::check {

using KeyId = std::uint32_t;    // In its part.
using ValueId = std::uint32_t;  // In its part; of a value that expires there is one of its own.
inline constexpr ValueId kNoValue = 0;

struct Action {
  enum class Kind : std::uint8_t {
    kFind,     // The key has a value like this one (Part::text).
    kRequire,  // The same, of a condition.
    kSet,
    kExpire,  // If the key has exactly this value, it is gone.
  };
  Kind kind = Kind::kFind;
  KeyId key = 0;
  ValueId value = kNoValue;
};

inline constexpr std::uint32_t kNoCall = 0xffffffff;

struct Call {
  std::uint64_t invoked = 0;
  std::uint64_t returned = kNever;
  std::uint32_t operation = kNoCall;  // Its place in the history; kNoCall: a value expires.
  std::uint32_t first_action = 0;     // Of Part::actions: all that it does at one moment.
  std::uint32_t action_count = 0;
  bool refused = false;           // Not all that it requires holds.
  bool certain = true;            // It happened; otherwise it may have, or not.
  bool writes = false;            // It has a kSet or kExpire, and wasn't refused.
  std::uint32_t after = kNoCall;  // Not before this call: a value expires that this one wrote.
};

// Invariant: calls are sorted by `invoked`; the store is empty at first.
struct Part {
  std::vector<Call> calls;
  std::vector<Action> actions;
  std::vector<ValueId> text;  // ValueId -> the first with the same bytes.
  std::uint32_t keys = 0;

  std::span<const Action> ActionsOf(const Call& call) const {
    return std::span(actions).subspan(call.first_action, call.action_count);
  }
};

// The parts, in the order of their keys' first operations. Left out is what can't matter:
// operations that failed, and those of unknown outcome whose effect nobody saw.
std::vector<Part> SplitIntoParts(const History& history);

}  // namespace strata::check
