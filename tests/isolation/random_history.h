// Small histories, half of them odd: for comparing the checker with the oracle.
//
// Thread safety: a pure function of the generator.

#pragma once

#include "base/random.h"
#include "isolation/history.h"

namespace strata::isolation {

// One to four transactions over two or three keys, and sometimes one that reads everything at the
// end.
History DrawHistory(Random& random);

// A long serial-looking history as a store that keeps its promises would give it: `clients` at a
// time, each transaction of two to four operations, lists of at most `list_max` values.
History DrawStrictHistory(Random& random, std::uint32_t transactions, std::uint32_t clients,
                          std::uint32_t list_max);

}  // namespace strata::isolation
