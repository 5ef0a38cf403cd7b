// Several threads insert at once (as the writers of a large group do), beside a reader.

#include <catch2/catch.hpp>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/mutant.h"
#include "memtable/memtable.h"
#include "memtable/skiplist.h"

namespace strata {
namespace {

TEST_CASE("threads that insert at once lose nothing and keep the order", "[concurrent-inserts]") {
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

#if defined(STRATA_MUTANTS)
struct List {
  Arena arena;
  SkipList list{arena, 1};

  void Insert(std::string_view key, std::uint64_t tag) { list.InsertConcurrently(key, tag, ""); }
};

// A tag whose node stands on `height` lanes.
std::uint64_t TagOfHeight(int height) {
  for (std::uint64_t tag = 1;; ++tag) {
    List alone;
    alone.Insert("a", tag);
    if (alone.list.height() == height) return tag;
  }
}

// The list is in order, and each of its `count` nodes is found from the top.
void CheckList(const SkipList& list, int count) {
  int seen = 0;
  const SkipList::Node* last = nullptr;
  for (const SkipList::Node* node = list.First(); node != nullptr; node = node->next(0)) {
    if (last != nullptr) CHECK(last->user_key() < node->user_key());
    std::uint64_t comparisons = 0;
    CHECK(list.FindFirstAtOrAfter(SearchKey(node->user_key(), node->tag()), &comparisons) == node);
    last = node;
    if (++seen > count) break;
  }
  CHECK(seen == count);
}

TEST_CASE("a node finds its place again when another comes in just before it",
          "[concurrent-inserts][concurrent-inserts.1]") {
  const std::uint64_t tag = TagOfHeight(4);
  for (int when = 0; when < 12; ++when) {  // Before so many of the stores and swaps of links.
    CAPTURE(when);
    List world;
    for (const char* key : {"a", "c", "x", "z"}) world.Insert(key, tag);
    int count = 5;
    int changes = 0;
    const std::function<void()> other = [&] {
      if (changes++ < when) return mutant::SetPause(kLinkingNode, other);
      world.Insert("l", tag);
      world.Insert("m", tag);
      count += 2;
    };
    mutant::SetPause(kLinkingNode, other);
    world.Insert("n", tag);
    mutant::SetPause("", nullptr);
    CheckList(world.list, count);
  }
}

TEST_CASE("the list is as high as its highest node, whoever raises it last",
          "[concurrent-inserts][concurrent-inserts.1]") {
  const std::uint64_t low = TagOfHeight(2);
  const std::uint64_t high = TagOfHeight(5);
  for (const bool raises_last : {false, true}) {
    CAPTURE(raises_last);
    List world;
    mutant::SetPause(kRaisingHeight, [&] { world.Insert("b", raises_last ? low : high); });
    world.Insert("a", raises_last ? high : low);
    mutant::SetPause("", nullptr);
    CHECK(world.list.height() == 5);
    CheckList(world.list, 2);
  }
}
#endif

}  // namespace
}  // namespace strata
