// A register that one client sets to 1, 2, 3, ... while others read it. Of such a one it is easy to
// say exactly when it is linearizable: a read returns at least what was acknowledged, or had been
// read, before it began, and at most what had been issued when it ended.
//
// Thread safety: none; all threads of a simulated world are one.

#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace strata::sim {

class Ticker {
 public:
  explicit Ticker(std::uint64_t start = 0) : first_(start + 1), issued_(start), known_(start) {}

  // The next value, about to be written at the world's point `now`.
  std::uint64_t Issue(std::uint64_t now) {
    issued_at_.push_back(now);
    acknowledged_at_.push_back(UINT64_MAX);
    return ++issued_;
  }
  // The last one issued was written.
  void Acknowledge(std::uint64_t now) {
    acknowledged_at_.back() = now;
    known_ = issued_;
    acknowledged_ = issued_;
  }

  // What a read that begins now must return at least.
  std::uint64_t known() const { return known_; }
  std::uint64_t issued() const { return issued_; }
  std::uint64_t acknowledged() const { return acknowledged_; }

  // Nothing when a read that began at `known` may have returned `value`; otherwise what is wrong.
  std::optional<std::string> Read(std::uint64_t known, std::uint64_t value) {
    if (value < known) {
      return "read " + std::to_string(value) + " although " + std::to_string(known) +
             " was known before";
    }
    if (value > issued_) return "read " + std::to_string(value) + ", which nobody wrote";
    known_ = std::max(known_, value);
    return std::nullopt;
  }

  // When `value` was issued, and when it was acknowledged (UINT64_MAX: it wasn't). REQUIRES: it was
  // issued here.
  std::uint64_t issued_at(std::uint64_t value) const { return issued_at_[value - first_]; }
  std::uint64_t acknowledged_at(std::uint64_t value) const {
    return acknowledged_at_[value - first_];
  }
  // The values from this one on were issued here.
  std::uint64_t first() const { return first_; }

 private:
  const std::uint64_t first_;
  std::uint64_t issued_;
  std::uint64_t known_;
  std::uint64_t acknowledged_ = 0;
  std::vector<std::uint64_t> issued_at_;
  std::vector<std::uint64_t> acknowledged_at_;
};

}  // namespace strata::sim
