#include "memtable/memtable.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/random.h"
#include "memtable/skiplist.h"

namespace strata {
namespace {

// "7=v", "7 deleted" or "-": what a get of `key` at `sequence` finds.
std::string Find(const MemTable& memtable, std::string_view key,
                 SequenceNumber sequence = kSequenceMax) {
  const auto found = memtable.Get(key, sequence);
  if (!found) return "-";
  const std::string when = std::to_string(found->sequence);
  if (found->kind == EntryKind::kDelete) return when + " deleted";
  return when + "=" + std::string(found->value);
}

TEST_CASE("a get finds the newest version at its sequence", "[memtable]") {
  MemTable memtable(1);
  CHECK(Find(memtable, "k") == "-");
  memtable.Add(3, EntryKind::kValue, "k", "three");
  memtable.Add(5, EntryKind::kValue, "k", "five");
  memtable.Add(6, EntryKind::kValue, "kk", "other");
  CHECK(Find(memtable, "k") == "5=five");
  CHECK(Find(memtable, "k", 5) == "5=five");
  CHECK(Find(memtable, "k", 4) == "3=three");
  CHECK(Find(memtable, "k", 2) == "-");
  CHECK(Find(memtable, "kk") == "6=other");
  CHECK(Find(memtable, "kkk") == "-");
  CHECK(Find(memtable, "") == "-");
}

TEST_CASE("a delete is an entry of its own and hides nothing from older readers", "[memtable]") {
  MemTable memtable(1);
  memtable.Add(1, EntryKind::kValue, "k", "v");
  memtable.Add(2, EntryKind::kDelete, "k", "");
  memtable.Add(3, EntryKind::kValue, "empty", "");
  CHECK(Find(memtable, "k") == "2 deleted");
  CHECK(Find(memtable, "k", 1) == "1=v");
  CHECK(Find(memtable, "empty") == "3=");
  CHECK(memtable.entries() == 3);
}

TEST_CASE("keys that share their first eight bytes are told apart", "[memtable]") {
  MemTable memtable(1);
  const std::vector<std::string> keys = {"",
                                         std::string(1, '\0'),
                                         std::string(8, '\0'),
                                         "prefix-0",
                                         "prefix-00",
                                         std::string("prefix-0\0", 9),
                                         "prefix-01",
                                         "\xff\xff\xff\xff\xff\xff\xff\xff",
                                         "\xff\xff\xff\xff\xff\xff\xff\xff\xff"};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    memtable.Add(i + 1, EntryKind::kValue, keys[i], std::to_string(i));
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    CHECK(Find(memtable, keys[i]) == std::to_string(i + 1) + "=" + std::to_string(i));
  }
  auto sorted = keys;
  std::sort(sorted.begin(), sorted.end());
  const auto it = memtable.NewIterator();
  REQUIRE(it->SeekToFirst());
  for (const std::string& key : sorted) {
    REQUIRE(it->Valid());
    CHECK(UserKeyOf(it->key()) == key);
    REQUIRE(it->Next());
  }
  CHECK_FALSE(it->Valid());
}

TEST_CASE("the largest key and a large value fit", "[memtable]") {
  MemTable memtable(1);
  const std::string key(kUserKeySizeMax, 'k');
  const std::string value(3 << 20, 'v');
  memtable.Add(1, EntryKind::kValue, key, value);
  memtable.Add(2, EntryKind::kValue, "small", "s");
  const auto found = memtable.Get(key, kSequenceMax);
  REQUIRE(found);
  CHECK(found->value == value);
  CHECK(Find(memtable, "small") == "2=s");
  CHECK(memtable.bytes_used() > value.size());
}

TEST_CASE("random writes read back at every sequence as in a map", "[memtable]") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    MemTable memtable(seed);
    std::map<std::string, std::map<SequenceNumber, std::string>> model;
    for (SequenceNumber sequence = 1; sequence <= 500; ++sequence) {
      const std::string key = std::to_string(random.Uniform(60));
      const bool is_delete = random.OneIn(4);
      const std::string value = is_delete ? "" : std::to_string(random.Next());
      memtable.Add(sequence, is_delete ? EntryKind::kDelete : EntryKind::kValue, key, value);
      model[key][sequence] = std::to_string(sequence) + (is_delete ? " deleted" : "=" + value);
    }
    for (const auto& [key, versions] : model) {
      for (SequenceNumber at = 0; at <= 501; at += 3) {
        auto newer = versions.upper_bound(at);
        const std::string expected = newer == versions.begin() ? "-" : std::prev(newer)->second;
        REQUIRE(Find(memtable, key, at) == expected);
      }
    }
  }
}

TEST_CASE("an empty list has nothing before or after a key", "[memtable][memtable.2]") {
  Arena arena;
  const SkipList list(arena, 1);
  std::uint64_t comparisons = 0;
  CHECK(list.FindFirstAtOrAfter(SearchKey("k", 1), &comparisons) == nullptr);
  CHECK(list.FindLastBefore(SearchKey("k", 1), &comparisons) == nullptr);
  CHECK(comparisons == 0);
}

// The express lanes are there: a walk along the lowest one alone would look at 5,000 keys.
TEST_CASE("a search among ten thousand keys looks at few of them", "[memtable][memtable.3]") {
  Counters counters;
  MemTable memtable(1, &counters);
  Random random(1);
  for (SequenceNumber sequence = 1; sequence <= 10'000; ++sequence) {
    memtable.Add(sequence, EntryKind::kValue, std::to_string(random.Next()), "v");
  }
  const std::uint64_t before = counters.Get(Counter::kKeyComparisons);
  for (int i = 0; i < 1000; ++i) Find(memtable, std::to_string(random.Next()));
  const std::uint64_t each = (counters.Get(Counter::kKeyComparisons) - before) / 1000;
  CHECK(each >= 7);
  CHECK(each <= 60);
}

TEST_CASE("an entry costs one piece of memory", "[memtable]") {
  Counters counters;
  MemTable memtable(1, &counters);
  const std::uint64_t before = memtable.allocations();
  for (SequenceNumber sequence = 1; sequence <= 1000; ++sequence) {
    memtable.Add(sequence, EntryKind::kValue, "key" + std::to_string(sequence), "value");
  }
  CHECK(memtable.allocations() - before == 1000);
  CHECK(counters.Get(Counter::kMemtableAllocations) == 1000);
  CHECK(memtable.entries() == 1000);
  CHECK(memtable.bytes_used() < 200'000);
}

TEST_CASE("the same seed builds the same list", "[memtable]") {
  const auto comparisons = [](std::uint64_t seed) {
    Counters counters;
    MemTable memtable(seed, &counters);
    for (SequenceNumber s = 1; s <= 2000; ++s) {
      memtable.Add(s, EntryKind::kValue, std::to_string(s * 7919 % 2003), "");
    }
    for (int i = 0; i < 2003; ++i) Find(memtable, std::to_string(i));
    return counters.Get(Counter::kKeyComparisons);
  };
  CHECK(comparisons(1) == comparisons(1));
  CHECK(comparisons(1) != comparisons(2));
}

}  // namespace
}  // namespace strata
