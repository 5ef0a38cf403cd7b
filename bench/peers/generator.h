// Keys, values and choices: the same for every engine, and cheap beside the calls that are timed.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/random.h"

namespace strata::peers {

// A bijection that scatters (the finaliser of SplitMix64).
inline std::uint64_t Mix(std::uint64_t number) {
  number += 0x9e3779b97f4a7c15;
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
  return number ^ (number >> 31);
}

// A key's text, without an allocation.
class Key {
 public:
  // 16 hexadecimal digits that sort as the number does: with few numbers, mostly zeros in front.
  static Key Padded(std::uint64_t number) {
    Key key;
    key.AppendHex(number);
    return key;
  }
  // 16 hexadecimal digits in an order that has nothing to do with the number.
  static Key Scattered(std::uint64_t number) { return Padded(Mix(number)); }
  // YCSB's: "user" and a hash.
  static Key User(std::uint64_t number) {
    Key key;
    std::memcpy(key.text_, "user", 4);
    key.size_ = 4;
    key.AppendHex(Mix(number));
    return key;
  }
  // The same with one character more: never there, but between keys that are.
  Key Missing() const {
    Key key = *this;
    key.text_[key.size_++] = '.';
    return key;
  }
  std::string_view view() const { return {text_, size_}; }

 private:
  void AppendHex(std::uint64_t number) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      text_[size_++] = "0123456789abcdef"[(number >> shift) & 15];
    }
  }

  char text_[24];
  std::size_t size_ = 0;
};

// Values half of which repeats, as text does; cut from one long string.
class Values {
 public:
  explicit Values(std::uint64_t size) : size_(size) {
    Random random(42);
    while (pool_.size() < (1U << 20)) {
      const std::string piece = random.Bytes(50);
      pool_ += piece + piece;
    }
  }
  std::uint64_t size() const { return size_; }
  std::string_view Next() {
    if (at_ + size_ > pool_.size()) at_ = at_ % 97 + 1;
    const std::string_view value = std::string_view(pool_).substr(at_, size_);
    at_ += size_;
    return value;
  }

 private:
  std::uint64_t size_;
  std::string pool_;
  std::size_t at_ = 0;
};

// Ranks below `count`, the low ones most often (Gray and others 1994, as YCSB uses it, 0.99).
class Zipf {
 public:
  explicit Zipf(std::uint64_t count) : count_(static_cast<double>(count)) {
    double zeta = 0;
    for (std::uint64_t i = 1; i <= count; ++i) zeta += std::pow(static_cast<double>(i), -kTheta);
    zeta_ = zeta;
    const double zeta_of_two = 1 + std::pow(2.0, -kTheta);
    eta_ = (1 - std::pow(2 / count_, 1 - kTheta)) / (1 - zeta_of_two / zeta_);
  }
  std::uint64_t Next(Random* random) const {
    const double u = random->NextDouble();
    const double uz = u * zeta_;
    if (uz < 1) return 0;
    if (uz < 1 + std::pow(0.5, kTheta)) return 1;
    const double rank = count_ * std::pow(eta_ * u - eta_ + 1, 1 / (1 - kTheta));
    return static_cast<std::uint64_t>(std::min(rank, count_ - 1));
  }

 private:
  static constexpr double kTheta = 0.99;
  double count_;
  double zeta_ = 0;
  double eta_ = 0;
};

}  // namespace strata::peers
