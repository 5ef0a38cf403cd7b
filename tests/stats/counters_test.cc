#include "stats/counters.h"

#include <catch2/catch.hpp>

#include <barrier>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace strata {
namespace {

TEST_CASE("what threads count adds up", "[map-and-shell]") {
  Counters counters;
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&counters] {
        for (int n = 0; n < 10'000; ++n) counters.Add(Counter::kGets);
        counters.Add(Counter::kWalBytes, 100);
      });
    }
  }
  CHECK(counters.Get(Counter::kGets) == 40'000);
  CHECK(counters.Get(Counter::kWalBytes) == 400);
  CHECK(counters.Get(Counter::kWrites) == 0);
  counters.Reset();
  CHECK(counters.Get(Counter::kGets) == 0);
}

TEST_CASE("more threads than shards count, at once and one after the other", "[map-and-shell]") {
  constexpr std::size_t kThreads = 50;
  Counters counters;
  // So that none of them gives its shard back before the last has come.
  std::barrier all_there(std::ptrdiff_t{kThreads});
  {
    std::vector<std::jthread> threads;
    threads.reserve(kThreads);
    for (std::size_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        counters.Add(Counter::kGets);
        all_there.arrive_and_wait();
        for (int n = 0; n < 10'000; ++n) counters.Add(Counter::kGets);
      });
    }
  }
  CHECK(counters.Get(Counter::kGets) == 500'050);
  for (std::size_t i = 0; i < kThreads; ++i) {
    std::jthread([&counters] { counters.Add(Counter::kWrites); });
  }
  CHECK(counters.Get(Counter::kWrites) == kThreads);
}

TEST_CASE("a peak is the largest value seen by any thread", "[map-and-shell]") {
  Counters counters;
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (std::uint64_t i = 0; i < 4; ++i) {
      threads.emplace_back([&counters, i] {
        for (std::uint64_t n = 0; n < 1000; ++n) {
          counters.RaiseTo(Counter::kReadsInFlightPeak, 4 * n + i);
        }
      });
    }
  }
  CHECK(counters.Get(Counter::kReadsInFlightPeak) == 3999);
  counters.RaiseTo(Counter::kReadsInFlightPeak, 5);
  CHECK(counters.Get(Counter::kReadsInFlightPeak) == 3999);
}

TEST_CASE("every counter has a name of its own", "[map-and-shell]") {
  std::set<std::string> names;
  for (std::size_t i = 0; i < static_cast<std::size_t>(Counter::kCount); ++i) {
    const std::string name(CounterName(static_cast<Counter>(i)));
    CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos);
    CHECK(names.insert(name).second);
  }
  CHECK(CounterName(Counter::kGets) == "gets");
  CHECK(CounterName(Counter::kTablesProbed) == "tables_probed");
  CHECK(CounterName(Counter::kCacheEvictions) == "cache_evictions");
  CHECK(CounterName(Counter::kManifestSyncs) == "manifest_syncs");
  CHECK(CounterName(Counter::kHashIndexHits) == "hash_index_hits");
}

}  // namespace
}  // namespace strata
