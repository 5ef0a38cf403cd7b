// What clients of a store saw: transactions of appends to lists and reads of lists, with the order
// in which they began and ended. A list shows its whole past, so from what was read the order of
// writes follows, and from that everything that checker.h decides.
//
// Thread safety: values.

#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace strata::isolation {

using Key = std::uint32_t;
using Value = std::uint32_t;
using TxnId = std::uint32_t;  // The place in History::transactions.

inline constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

enum class Outcome : std::uint8_t {
  kOk,       // Committed.
  kFail,     // Surely not committed.
  kUnknown,  // The answer was lost: it may have happened, now or never.
};

struct Operation {
  bool append = false;
  Key key = 0;
  Value value = 0;          // Of an append. Nobody appends the same value to a key again.
  std::vector<Value> list;  // Of a read; a key that isn't there is an empty list.
};

Operation Append(Key key, Value value);
Operation Read(Key key, std::vector<Value> list);

struct Transaction {
  std::uint32_t process = 0;
  // Moments on one clock: a transaction that completed before another was invoked precedes it.
  std::uint64_t invoked = 0;
  std::uint64_t completed = kNever;
  Outcome outcome = Outcome::kOk;
  std::vector<Operation> operations;
};

// Invariant: a process has one transaction at a time.
struct History {
  std::vector<Transaction> transactions;
};

// A history from text, for tests: a line is a transaction, `x+1` an append, `x=[1 2]` a read.
//
//   ok x+1 y=[]             of a process of its own, at the same time as all the others
//   p1 3-5 unknown y+2      of process 1, from moment 3 to 5
//
// REQUIRES: the text is well-formed; keys are single letters.
History ParseHistory(std::string_view text);

// "x" for the letters, "k26" and so on for the rest.
std::string KeyName(Key key);
std::string ListWords(const std::vector<Value>& list);
// "T3 (process 1): x+1 y=[1 2]".
std::string TransactionWords(const History& history, TxnId txn);

}  // namespace strata::isolation
