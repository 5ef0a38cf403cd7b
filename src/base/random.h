// A small, fast, seeded generator (xoshiro256**, Blackman and Vigna 2018, seeded by SplitMix64) and
// the few distributions that the engine and its tests use. The same seed gives the same numbers on
// every compiler, which the standard library's distributions don't promise.
//
// Thread safety: none; each thread owns its generator.

#pragma once

#include <bit>
#include <cstdint>
#include <string>

namespace strata {

class Random {
 public:
  explicit Random(std::uint64_t seed) {
    for (auto& word : state_) {
      seed += 0x9e3779b97f4a7c15;
      std::uint64_t mixed = seed;
      mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
      mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
      word = mixed ^ (mixed >> 31);
    }
  }

  std::uint64_t Next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  // Uniform in [0, bound). REQUIRES: bound > 0.
  std::uint64_t Uniform(std::uint64_t bound) {
    return static_cast<std::uint64_t>((static_cast<Wide>(Next()) * bound) >> 64);
  }

  // Uniform in [low, high]. REQUIRES: low <= high.
  std::uint64_t Between(std::uint64_t low, std::uint64_t high) {
    return low + Uniform(high - low + 1);
  }

  // True once in `n` calls on average. REQUIRES: n > 0.
  bool OneIn(std::uint64_t n) { return Uniform(n) == 0; }

  // Uniform in [0, 1).
  double NextDouble() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

  std::string Bytes(std::size_t count) {
    std::string out(count, '\0');
    for (auto& byte : out) byte = static_cast<char>(Next());
    return out;
  }

  // A generator whose numbers don't follow from this one's: one per thread, node or purpose.
  Random Fork() { return Random(Next()); }

 private:
  __extension__ using Wide = unsigned __int128;  // Not in the standard; both compilers have it.

  std::uint64_t state_[4];
};

}  // namespace strata
