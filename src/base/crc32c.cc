#include "base/crc32c.h"

#include <array>

#include "base/coding.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace strata {
namespace {

// The polynomial 0x1EDC6F41 with its bits reversed: bit 31 is the coefficient of x^0.
constexpr std::uint32_t kPolynomial = 0x82f63b78;

constexpr std::uint32_t TimesX(std::uint32_t value) {
  return (value >> 1) ^ ((value & 1) != 0 ? kPolynomial : 0);
}

// tables[k][b]: what byte b adds when k more bytes follow it in its group of eight.
constexpr auto kTables = [] {
  std::array<std::array<std::uint32_t, 256>, 8> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = TimesX(value);
    tables[0][byte] = value;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}();

#if defined(__x86_64__)
#define STRATA_TARGET_CRC __attribute__((target("sse4.2,pclmul")))

// x^exponent modulo the polynomial.
constexpr std::uint32_t PowerOfX(std::size_t exponent) {
  std::uint32_t value = 0x80000000;
  for (std::size_t i = 0; i < exponent; ++i) value = TimesX(value);
  return value;
}

// `crc` as it is after `kBytes` zero bytes more: a product with x^(8 * kBytes). The carry-less
// product of two reversed numbers is one bit short, and the crc instruction multiplies by x^32,
// hence the 33.
template <std::size_t kBytes>
STRATA_TARGET_CRC inline std::uint32_t ShiftBy(std::uint32_t crc) {
  constexpr std::uint32_t kFactor = PowerOfX(8 * kBytes - 33);
  const __m128i product = _mm_clmulepi64_si128(_mm_cvtsi32_si128(static_cast<int>(crc)),
                                               _mm_cvtsi32_si128(static_cast<int>(kFactor)), 0);
  const auto low = static_cast<std::uint64_t>(_mm_cvtsi128_si64(product));
  return static_cast<std::uint32_t>(_mm_crc32_u64(0, low));
}

// The instruction gives its answer three cycles later but starts every cycle, so three lanes run
// side by side, and are put together at their ends.
template <std::size_t kLane>
STRATA_TARGET_CRC inline std::uint32_t ExtendByLanes(std::uint32_t crc, std::string_view* bytes) {
  while (bytes->size() >= 3 * kLane) {
    const char* in = bytes->data();
    std::uint64_t first = crc;
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    for (const char* end = in + kLane; in < end; in += 8) {
      first = _mm_crc32_u64(first, DecodeFixed<std::uint64_t>(in));
      second = _mm_crc32_u64(second, DecodeFixed<std::uint64_t>(in + kLane));
      third = _mm_crc32_u64(third, DecodeFixed<std::uint64_t>(in + 2 * kLane));
    }
    crc = ShiftBy<2 * kLane>(static_cast<std::uint32_t>(first)) ^
          ShiftBy<kLane>(static_cast<std::uint32_t>(second)) ^ static_cast<std::uint32_t>(third);
    bytes->remove_prefix(3 * kLane);
  }
  return crc;
}

STRATA_TARGET_CRC std::uint32_t ExtendByInstruction(std::uint32_t crc, std::string_view bytes) {
  crc = ExtendByLanes<1024>(~crc, &bytes);
  crc = ExtendByLanes<128>(crc, &bytes);
  std::uint64_t wide = crc;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    wide = _mm_crc32_u64(wide, DecodeFixed<std::uint64_t>(bytes.data()));
  }
  crc = static_cast<std::uint32_t>(wide);
  for (const char byte : bytes) crc = _mm_crc32_u8(crc, static_cast<unsigned char>(byte));
  return ~crc;
}

bool HasInstructions() {
  return __builtin_cpu_supports("sse4.2") != 0 && __builtin_cpu_supports("pclmul") != 0;
}
#else
std::uint32_t ExtendByInstruction(std::uint32_t crc, std::string_view bytes) {
  return internal::ExtendCrc32cByTable(crc, bytes);
}

bool HasInstructions() {
  return false;
}
#endif

}  // namespace

std::uint32_t internal::ExtendCrc32cByTable(std::uint32_t crc, std::string_view bytes) {
  crc = ~crc;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    const std::uint64_t group = DecodeFixed<std::uint64_t>(bytes.data()) ^ crc;
    crc = 0;
    for (std::size_t i = 0; i < 8; ++i) crc ^= kTables[7 - i][(group >> (8 * i)) & 0xff];
  }
  for (const char byte : bytes) {
    crc = (crc >> 8) ^ kTables[0][(crc ^ static_cast<unsigned char>(byte)) & 0xff];
  }
  return ~crc;
}

bool internal::HasCrc32cInstructions() {
  static const bool has = HasInstructions();
  return has;
}

std::uint32_t ExtendCrc32c(std::uint32_t crc, std::string_view bytes) {
  if (internal::HasCrc32cInstructions()) return ExtendByInstruction(crc, bytes);
  return internal::ExtendCrc32cByTable(crc, bytes);
}

}  // namespace strata
