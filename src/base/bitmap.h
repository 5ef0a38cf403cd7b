// A set of small numbers, one bit each: which values of a blob file are meant. Two sets can be
// joined, and Rank tells the place of a number among those that are set.
//
//   bitmap := size varint | form u8 | bits        form 0: runs, form 1: plain
//   runs   := length varint *                     of clear bits, set bits, clear bits, ...; they
//                                                 add up to size, and none but the first is 0
//   plain  := ceil(size / 8) bytes                bit i is bit i % 8 of byte i / 8
//
// Thread safety: none while it changes; then any number of threads.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/coding.h"
#include "base/result.h"

namespace strata {

class Bitmap {
 public:
  // No number is or can be in it that isn't below this.
  static constexpr std::uint64_t kSizeMax = std::uint64_t{1} << 20;

  // The numbers 0 to count - 1.
  static Bitmap All(std::uint64_t count);

  // One more than the largest number that was ever set.
  std::uint64_t size() const { return size_; }
  bool Contains(std::uint64_t i) const {
    return i < size_ && (words_[i / 64] >> (i % 64) & 1) != 0;
  }
  std::uint64_t Count() const;
  // How many numbers below `i` are in the set.
  std::uint64_t Rank(std::uint64_t i) const;
  // The first number at or after `i` in the set, or size().
  std::uint64_t Next(std::uint64_t i) const;

  // REQUIRES: i < kSizeMax.
  void Add(std::uint64_t i);
  void AddAll(const Bitmap& other);
  // True iff all of `other` is in this set.
  bool ContainsAll(const Bitmap& other) const;

  bool operator==(const Bitmap&) const = default;

 private:
  void Grow(std::uint64_t size);

  std::vector<std::uint64_t> words_;  // Invariant: bits at and past size_ are clear.
  std::uint64_t size_ = 0;
};

// In the shorter form.
void AppendBitmap(std::string* out, const Bitmap& bitmap);

// Takes a bitmap from the front. Allocates no more than kSizeMax / 8 bytes. Errors: kCorruption.
Result<Bitmap> ReadBitmap(ByteReader* in);

}  // namespace strata
