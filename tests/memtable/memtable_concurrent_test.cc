// Several threads insert at once (group commit, lesson 12), beside a reader.

#include <catch2/catch.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "memtable/memtable.h"

namespace strata {
namespace {

TEST_CASE("threads that insert at once lose nothing and keep the order", "[L12]") {
  constexpr int kThreads = 4;
  constexpr SequenceNumber kEach = 5'000;
  MemTable memtable(1);
  std::atomic<int> running{kThreads};
  std::atomic<int> wrong{0};
  std::jthread reader([&] {
    while (running.load() > 0) {
      const auto it = memtable.NewIterator();
      std::string last;
      if (!it->SeekToFirst()) ++wrong;
      while (it->Valid()) {
        if (!last.empty() && CompareInternalKeys(last, it->key()) >= 0) ++wrong;
        last = it->key();
        if (!it->Next()) ++wrong;
      }
    }
  });
  std::vector<std::jthread> writers;
  for (SequenceNumber thread = 0; thread < kThreads; ++thread) {
    writers.emplace_back([&, thread] {
      for (SequenceNumber i = 0; i < kEach; ++i) {
        const SequenceNumber s = 1 + i * kThreads + thread;  // Neighbours meet at the same keys.
        memtable.AddConcurrently(s, EntryKind::kValue, std::to_string(i % 97), std::to_string(s));
      }
      --running;
    });
  }
  writers.clear();
  reader.join();
  CHECK(wrong == 0);
  CHECK(memtable.entries() == kThreads * kEach);

  const auto it = memtable.NewIterator();
  std::uint64_t count = 0;
  std::string last;
  REQUIRE(it->SeekToFirst());
  while (it->Valid()) {
    if (count++ > 0) REQUIRE(CompareInternalKeys(last, it->key()) < 0);
    last = it->key();
    REQUIRE(it->value() == std::to_string(SequenceOf(last)));
    REQUIRE(it->Next());
  }
  CHECK(count == kThreads * kEach);
  for (int key = 0; key < 97; ++key) REQUIRE(memtable.Get(std::to_string(key), kSequenceMax));
}

}  // namespace
}  // namespace strata
