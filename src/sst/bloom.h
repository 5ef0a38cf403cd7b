// A Bloom filter that costs one cache miss a question: each key's bits lie in one 64-byte block
// (Putze, Sanders and Singler, "Cache-, hash- and space-efficient Bloom filters", 2007).
//
//   filter := block*  (64 bytes each)  probes u8        No block at all: "maybe" to everything.
//
// A key's 64-bit hash (base/hash.h) is all that counts. Its upper half, times the number of blocks,
// over 2^32, is the number of the key's block (BlockOf); its lower half begins the sequence of the
// `probes` bits that the key sets there (BitSequence). Bit i of a block is bit i % 8 of byte i / 8.
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

  // Keys may come repeatedly in a row; repeats cost nothing.
  void AddKey(std::string_view user_key);

  // The filter's bytes. The builder is empty again.
  std::string Finish();

 private:
  int bits_per_key_;
  std::vector<std::uint64_t> hashes_;
};

// False only if `user_key` was never added. `filter` is what Finish returned; bytes that aren't a
// filter answer true.
bool BloomMayContain(std::string_view filter, std::string_view user_key);

}  // namespace strata::sst
