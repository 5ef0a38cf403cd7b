// Asks memory for bytes that will be looked at soon: lines of the processor's cache that are asked
// for together come together, one wait in place of one a line.

#pragma once

#include <cstddef>
#include <string_view>

namespace strata {

inline constexpr std::size_t kCacheLine = 64;

inline void PrefetchLines(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += kCacheLine) {
    __builtin_prefetch(bytes.data() + at);
  }
}

}  // namespace strata
