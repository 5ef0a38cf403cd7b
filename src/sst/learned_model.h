// Straight lines that say where a key lies among the sorted blocks of a table: a KeyScale turns
// keys into numbers, in order, and segments turn numbers into block numbers, at most one block off.
// All of it is integer arithmetic, so it gives the same answers on every machine.
//
// learned_index.h stores a model and answers lookups with it.
// Thread safety: immutable, and pure functions.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/coding.h"
#include "base/result.h"

namespace strata::sst {

// Numbers keys without losing their order: a < b implies NumberOf(a) <= NumberOf(b).
//
// What all blocks' keys begin with tells nothing; after it, each place of the key is a digit
// between the smallest and the largest byte seen there. So "user0042" and "user0043" are
// neighbours, which they aren't when a key is read as a number to the base 256.
class KeyScale {
 public:
  static constexpr std::size_t kDigitsMax = 64;

  KeyScale() = default;  // Every key is 0.
  // For `keys`, ascending; takes as many digits as fit 64 bits.
  static KeyScale For(const std::vector<std::string>& keys);

  std::uint64_t NumberOf(std::string_view user_key) const;

  void AppendTo(std::string* out) const;
  // Errors: kCorruption.
  static Result<KeyScale> ReadFrom(ByteReader* in);

  std::size_t memory_bytes() const;

 private:
  struct Digit {
    std::uint64_t weight;  // Of one step: what all digits after it can count.
    std::uint8_t low;
    std::uint8_t high;
  };

  // False, and nothing done, when the digits so far and this one count past 64 bits.
  bool AddDigit(std::uint8_t low, std::uint8_t high);
  void SetWeights();

  std::string common_;
  std::vector<Digit> digits_;
  std::uint64_t room_ = 0;     // How often the digits' count goes into 2^64; 0 for 2^64 itself.
  std::uint64_t largest_ = 0;  // NumberOf what is after all keys.
};

// From `start` on, each 1/slope numbers are a block. A slope of kSlopeOne is a block a number.
struct Segment {
  std::uint64_t start = 0;
  std::uint64_t slope = 0;
  std::uint32_t block = 0;  // The block at `start`.

  bool operator==(const Segment&) const = default;
};

inline constexpr int kSlopeBits = 63;
inline constexpr std::uint64_t kSlopeOne = std::uint64_t{1} << kSlopeBits;
// How far a line may pass from where a block begins, in blocks of kSlopeOne. More of it would mean
// fewer lines and more lookups that are a block off; see docs/adr/0012 for the figures.
inline constexpr std::uint64_t kLineTolerance = kSlopeOne / 4;

// Few lines that lie right, or a block off, for every key: `numbers[i]` is that of block i's first
// key; they ascend. Nothing when three blocks begin with the same number. One pass, O(n).
std::optional<std::vector<Segment>> FitSegments(const std::vector<std::uint64_t>& numbers);

// The block that the lines say. REQUIRES: blocks > 0.
std::size_t GuessBlock(const std::vector<Segment>& segments, std::size_t blocks,
                       std::uint64_t number);

}  // namespace strata::sst
