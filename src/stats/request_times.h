// How long the requests of one protocol took, by what kind they are: from when they were taken out
// of the input until their reply was ready, so that a write's time has its wait for the disk in it.
//
// Thread safety: any thread.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "stats/durations.h"

namespace strata {

// A label of the metrics: few, and never chosen by a client.
enum class RequestKind : std::uint8_t { kRead, kWrite, kScan, kOther, kCount };

inline constexpr std::array<std::string_view, 4> kRequestKindNames = {"read", "write", "scan",
                                                                      "other"};

class RequestTimes {
 public:
  void Record(RequestKind kind, std::uint64_t nanos, std::uint64_t times = 1) {
    kinds_[static_cast<std::size_t>(kind)].Record(nanos, times);
  }
  DurationCounts Read(RequestKind kind) const {
    return kinds_[static_cast<std::size_t>(kind)].Read();
  }

 private:
  std::array<Durations, static_cast<std::size_t>(RequestKind::kCount)> kinds_;
};

}  // namespace strata
