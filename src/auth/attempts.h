// Failed attempts to log in, by user and by address: after a few, the next ones are refused unheard
// for a while that doubles each time. What is kept is bounded; the oldest is forgotten first.
//
// Thread safety: any thread.

#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "io/mutex.h"

namespace strata::auth {

class Attempts {
 public:
  struct Options {
    int free = 5;                            // So many may fail without a wait.
    std::uint64_t wait_us = 1'000'000;       // After the first beyond them,
    std::uint64_t wait_max_us = 60'000'000;  // up to this.
    std::size_t kept_max = 10'000;
  };
  explicit Attempts(const Options& options) : options_(options) {}

  // Until when attempts of `who` are refused, by the clock for durations; 0: they aren't.
  std::uint64_t RefusedUntil(std::string_view who, std::uint64_t now_us) const;
  void Failed(std::string_view who, std::uint64_t now_us);
  void Succeeded(std::string_view who);
  std::size_t size() const;

 private:
  struct Record {
    std::string who;
    int failures = 0;
    std::uint64_t until_us = 0;
  };

  const Options options_;
  mutable Mutex mutex_;
  std::list<Record> records_ STRATA_GUARDED_BY(mutex_);  // Who failed last is first.
  std::unordered_map<std::string_view, std::list<Record>::iterator> by_who_
      STRATA_GUARDED_BY(mutex_);
};

}  // namespace strata::auth
