#include "sst/bloom.h"

#include <algorithm>

#include "base/hash.h"

namespace strata::sst {
namespace {

constexpr std::size_t kBlockBytes = 64;
constexpr std::uint64_t kBlockBits = kBlockBytes * 8;
constexpr int kProbesMax = 16;

// Inside a block the keys crowd more than in one large filter, so the best count of probes is a
// little under ln 2 * bits.
int ProbesFor(int bits_per_key) {
  return std::clamp(static_cast<int>(bits_per_key * 0.6), 1, kProbesMax);
}

// The upper half of the hash chooses the block, by multiplication instead of division.
std::uint64_t BlockOf(std::uint64_t hash, std::uint64_t blocks) {
  return ((hash >> 32) * blocks) >> 32;
}

// The n-th bit of a key in its block: the lower half of the hash, stepped by an odd multiple of
// itself, of which the top nine bits are taken.
class BitSequence {
 public:
  explicit BitSequence(std::uint64_t hash) : state_(static_cast<std::uint32_t>(hash)) {}

  std::uint64_t Next() {
    const std::uint64_t bit = state_ >> 23;
    state_ *= 0x9e3779b9U;
    state_ += 0x7f4a7c15U;
    return bit;
  }

 private:
  std::uint32_t state_;
};

static_assert(kBlockBits == 512, "BitSequence yields nine bits");

}  // namespace

void BloomBuilder::AddKey(std::string_view user_key) {
  const std::uint64_t hash = Hash64(user_key);
  if (hashes_.empty() || hashes_.back() != hash) hashes_.push_back(hash);
}

std::string BloomBuilder::Finish() {
  const std::uint64_t bits = hashes_.size() * static_cast<std::uint64_t>(bits_per_key_);
  const std::uint64_t blocks = std::max<std::uint64_t>((bits + kBlockBits - 1) / kBlockBits, 1);
  const int probes = ProbesFor(bits_per_key_);
  std::string filter(blocks * kBlockBytes, '\0');
  for (const std::uint64_t hash : hashes_) {
    char* block = filter.data() + BlockOf(hash, blocks) * kBlockBytes;
    BitSequence sequence(hash);
    for (int probe = 0; probe < probes; ++probe) {
      const std::uint64_t bit = sequence.Next();
      block[bit / 8] = static_cast<char>(block[bit / 8] | 1 << (bit % 8));
    }
  }
  filter.push_back(static_cast<char>(probes));
  hashes_.clear();
  return filter;
}

bool BloomMayContain(std::string_view filter, std::string_view user_key) {
  const std::uint64_t blocks = filter.size() / kBlockBytes;
  if (blocks == 0 || filter.size() != blocks * kBlockBytes + 1) return true;
  const int probes = filter.back();
  if (probes < 1 || probes > kProbesMax) return true;
  const std::uint64_t hash = Hash64(user_key);
  const char* block = filter.data() + BlockOf(hash, blocks) * kBlockBytes;
  BitSequence sequence(hash);
  for (int probe = 0; probe < probes; ++probe) {
    const std::uint64_t bit = sequence.Next();
    if ((block[bit / 8] & 1 << (bit % 8)) == 0) return false;
  }
  return true;
}

}  // namespace strata::sst
