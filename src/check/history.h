// What clients of a key-value store saw: who asked for what, from when to when, and what came of
// it. Whether a store can have answered so is decided from this alone; see linearizability.h.
//
// As text (history_text.cc): a line that says the format, and then a line for each operation.
//
//   strata-history 1
//   1 100 180 ok put x 1               client 1, invoked at 100, answered at 180
//   2 120 150 ok get x -               found nothing
//   1 200 260 ok if x 1 put x 2        a compare-and-set
//   2 210 290 refused if x 1 put x 3   another, whose condition didn't hold
//   3 300 - unknown delete y           the answer never came
//   1 300 400 failed put y 5           surely without effect
//   4 310 340 ok put x 3 put y 4       a batch: both at one moment
//   4 350 390 ok put z 1 until 500 520 is gone from some moment of 500 to 520 on
//
// Keys and values are escaped as base/escape.h has it, a space too; "-" is no value, "" an empty
// one. Empty lines, and what follows a # at the beginning of a line, say nothing.
// Thread safety: values.

#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace strata::check {

inline constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

enum class Outcome : std::uint8_t {
  kOk,
  kRefused,  // Answered: not all of the conditions held, and nothing was written.
  kFailed,   // Surely without effect; what it would have found isn't known.
  kUnknown,  // It may have happened at any time after it was invoked, or never.
};

using Value = std::optional<std::string>;  // Nothing: the key isn't there.

// What an operation found at a key, or wrote to it.
struct Clause {
  enum class Kind : std::uint8_t {
    kGet,  // It found this.
    kIf,   // It required this.
    kSet,  // It wrote this; no value: it deleted the key.
  };
  Kind kind = Kind::kGet;
  std::string key = {};
  Value value = {};
  // Of a kSet with a value: it is gone from some moment of these two on.
  std::uint64_t expires_from = kNever;
  std::uint64_t expires_to = kNever;

  bool operator==(const Clause&) const = default;
};

Clause Get(std::string key, Value found);
Clause If(std::string key, Value required);
Clause Put(std::string key, std::string value);
Clause Delete(std::string key);

// All of its clauses happen at one moment; what is found is found before anything is written.
// Moments are of one clock: an operation that was answered before another was invoked came first.
// Invariant: invoked <= returned, which is kNever when the outcome is kUnknown.
struct Operation {
  std::uint64_t client = 0;
  std::uint64_t invoked = 0;
  std::uint64_t returned = kNever;
  Outcome outcome = Outcome::kUnknown;
  std::vector<Clause> clauses = {};

  bool operator==(const Operation&) const = default;
};

// In any order. The store is empty at first.
using History = std::vector<Operation>;

// "1 100 180 ok put x 1"
std::string OperationText(const Operation& operation);
std::string HistoryText(const History& history);

// Errors: kInvalidArgument that names the line and what was expected there.
Result<History> ParseHistory(std::string_view text);

}  // namespace strata::check
