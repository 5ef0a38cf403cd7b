// A Bloom filter that costs one cache miss a question: each key's bits lie in one 64-byte block
// (Putze, Sanders and Singler, "Cache-, hash- and space-efficient Bloom filters", 2007).
//
//   filter := block*  (64 bytes each)  probes u8        No block at all: "maybe" to everything.
//
// A key's 64-bit hash (Hash64 of base/hash.h) is all that counts.
//
//   * Blocks: those in which all keys' bits have room, 512 bits each, rounded up; at least one.
//   * Probes: 0.6 times the bits a key, rounded down, but at least 1 and at most 16.
//   * The key's block: the upper half of the hash, times the number of blocks, over 2^32.
//   * Its bits there: a state of 32 bits begins as the lower half of the hash. `probes` times, its
//     top nine bits are the number of a bit, and then it becomes state * 0x9e3779b9 + 0x7f4a7c15.
//   * Bit i of a block is bit i % 8 of byte i / 8, counted from the lowest.
//
// Thread safety: the builder none; the free function any.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace strata::sst {

class BloomBuilder {
 public:
  // REQUIRES: bits_per_key in [1, 64].
  explicit BloomBuilder(int bits_per_key) : bits_per_key_(bits_per_key) {}

  // Keys may come repeatedly in a row; repeats cost nothing: they count as one key.
  void AddKey(std::string_view user_key);

  // The filter's bytes. The builder is empty again.
  std::string Finish();

 private:
  int bits_per_key_;
  std::vector<std::uint64_t> hashes_;
};

// False only if `user_key` was never added. `filter` is what Finish returned; bytes that aren't a
// filter (another length, or a count of probes that can't be) answer true.
bool BloomMayContain(std::string_view filter, std::string_view user_key);

}  // namespace strata::sst
