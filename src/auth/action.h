// What a request does to keys, to tables or to the server: the first half of a rule. The second
// half, where it may, is a KeyRange of a table.
//
// Thread safety: values.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace strata::auth {

// Rules are stored as bits, so a number is never given to another action.
enum class Action : std::uint8_t {
  kRead = 0,     // A value, or what is known only to who has seen it: a version, an expiry.
  kScan = 1,     // Which keys there are.
  kWatch = 2,    // Changes as they happen.
  kWrite = 3,    // Puts.
  kDelete = 4,   // Deletes.
  kTables = 5,   // Makes, drops and empties tables.
  kObserve = 6,  // Counts and settings of the server, but no key.
  kOperate = 7,  // Flush, compact, back up, change settings, end connections.
  kUsers = 8,    // Who may do what, and what clients said word by word.
};
inline constexpr std::size_t kActions = 9;
inline constexpr std::size_t kKeyActions = 5;  // The first: those that are allowed by key ranges.

constexpr bool IsOfKeys(Action action) {
  return static_cast<std::size_t>(action) < kKeyActions;
}
// It is of the server as a whole, and no table belongs to it.
constexpr bool IsOfServer(Action action) {
  return static_cast<std::size_t>(action) > kKeyActions;
}

class ActionSet {
 public:
  constexpr ActionSet() = default;
  constexpr ActionSet(Action action) : bits_(Bit(action)) {}  // NOLINT(google-explicit-constructor)

  static constexpr ActionSet All() { return FromBits((1U << kActions) - 1); }
  // Bits of actions that aren't known are dropped: they allow nothing here.
  static constexpr ActionSet FromBits(std::uint64_t bits) {
    ActionSet set;
    set.bits_ = static_cast<std::uint16_t>(bits & ((1U << kActions) - 1));
    return set;
  }

  constexpr bool Has(Action action) const { return (bits_ & Bit(action)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr std::uint16_t bits() const { return bits_; }
  friend constexpr ActionSet operator|(ActionSet a, ActionSet b) {
    return FromBits(std::uint64_t{a.bits_} | b.bits_);
  }
  constexpr ActionSet Without(ActionSet other) const { return FromBits(bits_ & ~other.bits_); }
  constexpr bool operator==(const ActionSet&) const = default;

 private:
  static constexpr std::uint16_t Bit(Action action) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(action));
  }

  std::uint16_t bits_ = 0;
};

constexpr ActionSet operator|(Action a, Action b) {
  return ActionSet(a) | ActionSet(b);
}

std::string_view ActionName(Action action);
// "read,scan"; "all".
std::string ToText(ActionSet actions);
// The way back. Errors: kInvalidArgument that names the word and the words that there are.
Result<ActionSet> ParseActions(std::string_view text);

}  // namespace strata::auth
