// What a run came to: how long requests of each kind took, what went wrong, and how well the
// generator kept its own schedule.
//
// Thread safety: none; each generator has one, and they are merged.

#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "load/operations.h"
#include "stats/histogram.h"

namespace strata::load {

struct KindTally {
  std::uint64_t missing = 0;  // Of the answered: the key wasn't there.
  std::uint64_t refused = 0;
  Histogram latency;  // Nanoseconds, of what was answered and not refused.
};

struct Failures {
  std::uint64_t count = 0;
  std::string example;
};

struct Tally {
  std::array<KindTally, kKinds> kinds;
  // By kind: what the server calls them, and of our own
  std::map<std::string, Failures> failures;
  static constexpr const char* kBroken = "connection";      // It broke before the answer,
  static constexpr const char* kUnanswered = "unanswered";  // none came until the run was over,
  static constexpr const char* kUnsent = "unsent";          // no connection ever had room for it.

  std::uint64_t reconnects = 0;
  std::uint64_t seconds_ns = 0;  // From the end of the warm-up to the last answer, or the end.
  // Of an open loop: how late requests were sent although a connection had room for them.
  Histogram lag;
  std::uint64_t busy_ns = 0;  // That the generator didn't spend waiting,
  std::uint64_t run_ns = 0;   // out of these.

  void Fail(const std::string& kind, const std::string& example, std::uint64_t count = 1);
  void MergeFrom(const Tally& other);

  std::uint64_t answered() const;  // And not refused.
  std::uint64_t failed() const;
  double rate() const;  // Of the answered, a second.
  double busy() const;  // A share: 1 is all the time.
};

// Why the figures are the generator's rather than the server's; empty: they are the server's.
// `rate`: that was asked for; 0: as fast as it goes.
std::string GeneratorLimit(const Tally& tally, double rate);

}  // namespace strata::load
