// CRC-32C (Castagnoli; RFC 3720, appendix B.4): the checksum of every format of Strata. It finds
// every change of up to 32 bits in a row, and misses other damage once in 2^32.
//
// Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <string_view>

namespace strata {

// The checksum of `bytes` put after bytes whose checksum is `crc`:
// ExtendCrc32c(Crc32c(a), b) == Crc32c(a + b). The checksum of nothing is 0.
std::uint32_t ExtendCrc32c(std::uint32_t crc, std::string_view bytes);

inline std::uint32_t Crc32c(std::string_view bytes) {
  return ExtendCrc32c(0, bytes);
}

namespace internal {
// The two ways it is computed, for tests and benchmarks: tables run on any machine; the fast one
// uses the processor's instructions and falls back to tables where there are none.
std::uint32_t ExtendCrc32cByTable(std::uint32_t crc, std::string_view bytes);
bool HasCrc32cInstructions();
}  // namespace internal

}  // namespace strata
