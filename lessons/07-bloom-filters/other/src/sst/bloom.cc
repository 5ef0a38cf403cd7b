// Another right answer: it works on words of 64 bits, and gathers a key's bits before it looks.

#include "sst/bloom.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "base/hash.h"

namespace strata::sst {
namespace {

using Words = std::array<std::uint64_t, 8>;
static_assert(std::endian::native == std::endian::little);

// The bits of a key in its block.
Words MaskOf(std::uint64_t hash, int probes) {
  Words mask{};
  auto state = static_cast<std::uint32_t>(hash & 0xffff'ffff);
  while (probes-- > 0) {
    const std::uint32_t bit = state / (1U << 23);
    mask[bit / 64] |= 1ULL << (bit % 64);
    state = state * 0x9e3779b9U + 0x7f4a7c15U;
  }
  return mask;
}

std::size_t PlaceOf(std::uint64_t hash, std::size_t blocks) {
  return static_cast<std::size_t>((hash >> 32) * blocks >> 32) * sizeof(Words);
}

}  // namespace

void BloomBuilder::AddKey(std::string_view user_key) {
  hashes_.push_back(Hash64(user_key));
}

std::string BloomBuilder::Finish() {
  hashes_.erase(std::unique(hashes_.begin(), hashes_.end()), hashes_.end());
  const std::size_t bits = hashes_.size() * static_cast<std::size_t>(bits_per_key_);
  const std::size_t blocks = std::max<std::size_t>(1, bits / 512 + (bits % 512 != 0));
  const int probes = std::min(16, std::max(1, bits_per_key_ * 6 / 10));
  std::string filter(blocks * sizeof(Words) + 1, '\0');
  filter.back() = static_cast<char>(probes);
  for (const std::uint64_t hash : std::exchange(hashes_, {})) {
    Words block;
    std::memcpy(block.data(), &filter[PlaceOf(hash, blocks)], sizeof(block));
    const Words mask = MaskOf(hash, probes);
    for (std::size_t i = 0; i < block.size(); ++i) block[i] |= mask[i];
    std::memcpy(&filter[PlaceOf(hash, blocks)], block.data(), sizeof(block));
  }
  return filter;
}

bool BloomMayContain(std::string_view filter, std::string_view user_key) {
  const std::size_t blocks = filter.size() / sizeof(Words);
  if (filter.size() % sizeof(Words) != 1 || blocks == 0) return true;
  const int probes = filter.back();
  if (probes <= 0 || probes > 16) return true;
  const std::uint64_t hash = Hash64(user_key);
  Words block;
  std::memcpy(block.data(), &filter[PlaceOf(hash, blocks)], sizeof(block));
  const Words mask = MaskOf(hash, probes);
  for (std::size_t i = 0; i < block.size(); ++i) {
    if ((block[i] & mask[i]) != mask[i]) return false;
  }
  return true;
}

}  // namespace strata::sst
