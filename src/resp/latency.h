// What took longest of late, and when, by kinds of events: LATENCY. A spike is kept if it is at or
// above a threshold, one for each second.
//
// Source:
// https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/latency-monitor/
// Thread safety: any thread.

#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "io/mutex.h"

namespace strata::resp {

class LatencyMonitor {
 public:
  struct Sample {
    std::uint64_t at_seconds = 0;  // Wall clock.
    std::uint64_t millis = 0;      // The longest of that second.
  };
  struct Event {
    std::string name;
    std::vector<Sample> samples;   // Oldest first; there is one at least.
    std::uint64_t millis_max = 0;  // Also of samples that have given way to others.
  };
  static constexpr std::size_t kSamplesMax = 160;  // Of an event: the newest.

  std::atomic<std::uint64_t> threshold_millis{0};  // 0: nothing is kept.

  bool Wants(std::uint64_t millis) const {
    const std::uint64_t threshold = threshold_millis.load(std::memory_order_relaxed);
    return threshold != 0 && millis >= threshold;
  }
  // REQUIRES: Wants(sample.millis). `event` is one of few.
  void Note(std::string_view event, const Sample& sample);
  std::vector<Event> Events() const;  // By name.
  // False: there is none of that name.
  bool Reset(std::string_view event);

 private:
  struct Series {
    std::deque<Sample> samples;
    std::uint64_t millis_max = 0;
  };

  mutable Mutex mutex_;
  std::map<std::string, Series, std::less<>> series_ STRATA_GUARDED_BY(mutex_);
};

}  // namespace strata::resp
