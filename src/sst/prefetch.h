// Asks memory for a block that a search will look at. A search learns from each line which one it
// needs next, and waits for it; lines that are asked for together come together.

#pragma once

#include <cstddef>
#include <string_view>

#include "base/prefetch.h"

namespace strata::sst {

// A block that is about to be searched. A large one would take longer than its search.
inline constexpr std::size_t kPrefetchedBlockMax = 8192;

inline void PrefetchBlock(std::string_view bytes) {
  if (bytes.size() <= kPrefetchedBlockMax) PrefetchLines(bytes);
}

}  // namespace strata::sst
