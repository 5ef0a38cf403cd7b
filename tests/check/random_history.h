// Histories that a store gave, on a seed: operations of some clients, each of which happens at a
// random moment between its invocation and its answer; and such histories made wrong.
//
// Thread safety: pure functions.

#pragma once

#include "base/random.h"
#include "check/history.h"

namespace strata::check {

struct RandomHistoryOptions {
  std::uint64_t operations = 8;
  std::uint64_t clients = 3;
  std::uint64_t keys = 1;
  std::uint64_t values = 3;          // Different ones; 0: each is written once.
  std::uint64_t span = 8;            // How long an operation takes at most.
  std::uint64_t unknown_one_in = 0;  // 0: never.
  std::uint64_t failed_one_in = 0;
  std::uint64_t expire_one_in = 0;  // Of the puts.
  std::uint64_t batch_one_in = 0;   // Writes of two keys.
};

// Linearizable by construction.
History RandomHistory(const RandomHistoryOptions& options, Random& random);

// Changes one answer, or when one operation was under way. It may still be linearizable.
void MakeWrong(History* history, Random& random);

}  // namespace strata::check
