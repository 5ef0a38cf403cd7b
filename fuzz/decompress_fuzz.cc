// Any bytes as a compressed block. What a codec accepts must have the length it declared, and go
// the whole way round.
//
// Input: the codec's tag in one byte, then its bytes.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "sst/compression.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::uint64_t kSizeMax = std::uint64_t{1} << 22;
  const std::uint8_t tag = data[0] % 5;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto plain = strata::sst::Decompress(tag, bytes, kSizeMax);
  if (!plain.has_value()) return 0;
  STRATA_CHECK(plain->bytes.size() <= kSizeMax);

  std::string packed;
  const auto codec = static_cast<strata::Compression>(tag);
  if (!strata::sst::Compress(codec, 1, plain->bytes, &packed)) return 0;
  const auto again = strata::sst::Decompress(tag, packed, kSizeMax);
  STRATA_CHECK(again.has_value() && again->bytes == plain->bytes);
  return 0;
}
