// Asks memory for what a search in a block will look at. A search learns from each line which one
// it needs next, and waits for it; lines that are asked for together come together.

#pragma once

#include <cstddef>
#include <string_view>

namespace strata::sst {

inline void PrefetchLines(std::string_view bytes) {
  constexpr std::size_t kCacheLine = 64;
  for (std::size_t at = 0; at < bytes.size(); at += kCacheLine) {
    __builtin_prefetch(bytes.data() + at);
  }
}

// A block that is about to be searched. A large one would take longer than its search.
inline constexpr std::size_t kPrefetchedBlockMax = 8192;

inline void PrefetchBlock(std::string_view bytes) {
  if (bytes.size() <= kPrefetchedBlockMax) PrefetchLines(bytes);
}

}  // namespace strata::sst
