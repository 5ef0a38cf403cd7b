#include "memtable/prefix_tree.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/random.h"
#include "memtable/memtable.h"

namespace strata {
namespace {

struct InternalLess {
  bool operator()(const std::string& a, const std::string& b) const {
    return CompareInternalKeys(a, b) < 0;
  }
};
using Model = std::map<std::string, std::string, InternalLess>;

std::string Digits(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(16 - digits.size(), '0') + digits;
}

// Few distinct bytes, so that many keys begin alike; now and then a key of another sort.
std::string AnyKey(Random& random, std::uint64_t turn) {
  switch (random.Uniform(4)) {
    case 0:
      return Digits(random.Uniform(100));
    case 1:
      return Digits(turn);
    case 2:
      return std::string("ab").substr(0, random.Uniform(3));
    default: {
      std::string key;
      const std::uint64_t length = random.Uniform(12);
      for (std::uint64_t i = 0; i < length; ++i) {
        key.push_back(static_cast<char>(127 * random.Uniform(3)));
      }
      return key;
    }
  }
}

void Insert(PrefixTree& tree, Model* model, const std::string& key, std::uint64_t sequence) {
  const std::uint64_t tag = PackTag(sequence, EntryKind::kValue);
  const std::string value = "v" + std::to_string(sequence);
  tree.Insert(key, tag, value);
  (*model)[MakeInternalKey(key, sequence, EntryKind::kValue)] = value;
}

std::string KeyAt(const PrefixTree::Position& position) {
  return position.entry() == nullptr ? "end" : std::string(position.entry()->internal_key());
}
std::string KeyAt(const Model& model, Model::const_iterator at) {
  return at == model.end() ? "end" : at->first;
}

void CheckSame(const PrefixTree& tree, const Model& model, Random& random, int searches = 300) {
  std::uint64_t comparisons = 0;
  auto position = tree.First();
  for (const auto& [key, value] : model) {
    REQUIRE(KeyAt(position) == key);
    REQUIRE(position.entry()->value() == value);
    position = tree.Next(position, &comparisons);
  }
  CHECK(position.entry() == nullptr);
  CHECK(KeyAt(tree.Last()) == KeyAt(model, std::prev(model.end())));
  for (int i = 0; i < searches; ++i) {
    const std::string key = MakeInternalKey(AnyKey(random, random.Uniform(3'000)),
                                            random.Uniform(3'000), EntryKind::kValue);
    const SearchKey wanted(key);
    const auto at = model.lower_bound(key);
    CHECK(KeyAt(tree.Seek(wanted, &comparisons)) == KeyAt(model, at));
    CHECK(KeyAt(tree.Seek(wanted, &comparisons, /*after=*/true)) ==
          KeyAt(model, model.upper_bound(key)));
    CHECK(KeyAt(tree.SeekBefore(wanted, &comparisons)) ==
          (at == model.begin() ? "end" : std::prev(at)->first));
  }
}

TEST_CASE("a new slot takes its rank, and the others stay in order", "[prefix-tree]") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    PrefixTree::Order order;
    std::vector<std::uint64_t> slots;  // Smallest key first.
    for (std::uint64_t slot = 0; slot < PrefixTree::kSlots; ++slot) {
      const std::uint64_t rank = random.Uniform(slot + 1);
      order = order.With(rank);
      slots.insert(slots.begin() + static_cast<std::ptrdiff_t>(rank), slot);
      REQUIRE(order.count() == slots.size());
      for (std::uint64_t i = 0; i < slots.size(); ++i) REQUIRE(order.SlotAt(i) == slots[i]);
    }
  }
}

// Up to 14 entries, in one leaf, so that nothing has to be split.
TEST_CASE("a leaf finds its keys by their prefixes, and compares where these are equal",
          "[prefix-tree]") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    Arena arena;
    PrefixTree tree(arena);
    Model model;
    const std::uint64_t count = 1 + random.Uniform(PrefixTree::kSlots);
    for (std::uint64_t i = 0; i < count; ++i) Insert(tree, &model, AnyKey(random, i), i + 1);
    CheckSame(tree, model, random, /*searches=*/30);
  }
}

TEST_CASE("a leaf compares four keys at most, and none that its prefix tells apart",
          "[prefix-tree]") {
  Arena arena;
  PrefixTree tree(arena);
  const auto comparisons_for = [&](const std::string& key) {
    std::uint64_t comparisons = 0;
    tree.Seek(SearchKey(key, PackTag(kSequenceMax, EntryKind::kValue)), &comparisons);
    return comparisons;
  };
  for (const std::uint64_t i : {3U, 0U, 5U, 1U, 4U, 2U}) {
    tree.Insert("key " + std::to_string(i), PackTag(i + 1, EntryKind::kValue), "v");
  }
  CHECK(comparisons_for("key 3") <= 1);
  CHECK(comparisons_for("key 33") == 0);
  CHECK(comparisons_for("a") == 0);
  CHECK(comparisons_for("z") == 0);
  for (const std::uint64_t i : {6U, 3U, 0U, 5U, 1U, 4U, 2U, 7U}) {  // Versions of one key.
    tree.Insert("key 3", PackTag(100 + i, EntryKind::kValue), "v");
  }
  CHECK(comparisons_for("key 3") >= 1);
  CHECK(comparisons_for("key 3") <= 4);
}

TEST_CASE("a reader's place holds while its leaf is filled and split",
          "[prefix-tree][prefix-tree.3]") {
  Random random(3);
  Arena arena;
  PrefixTree tree(arena);
  Model model;
  std::uint64_t sequence = 0;
  const auto insert = [&] { Insert(tree, &model, Digits(random.Uniform(1'000)), ++sequence); };
  for (int i = 0; i < 200; ++i) {
    insert();
    const std::string wanted =
        MakeInternalKey(Digits(random.Uniform(1'000)), kSequenceMax, kEntryKindForSeek);
    std::uint64_t comparisons = 0;
    const auto place = tree.Seek(SearchKey(wanted), &comparisons);
    const std::string key = KeyAt(place);
    if (key == "end") continue;
    for (int more = 0; more < 30; ++more) insert();
    REQUIRE(KeyAt(place) == key);
    // What came meanwhile may be met or not; what was there is.
    const std::string next = KeyAt(tree.Next(place, &comparisons));
    REQUIRE((next == "end" || CompareInternalKeys(key, next) < 0));
  }
  CheckSame(tree, model, random);
}

TEST_CASE("keys that come in order fill their nodes", "[prefix-tree][prefix-tree.3]") {
  constexpr std::uint64_t kEntries = 14'000;
  Arena arena;
  PrefixTree tree(arena);
  tree.Insert("", PackTag(1, EntryKind::kValue), "v");  // So that keys have nothing in common.
  for (std::uint64_t i = 1; i < kEntries; ++i) {
    tree.Insert(std::to_string(100'000 + i), PackTag(i + 1, EntryKind::kValue), "v");
  }
  // A piece for each entry, and for every four nodes: 1,000 leaves, and those above.
  CHECK(arena.allocations() < kEntries + 300);
}

TEST_CASE("keys that come in any order leave nodes half full or fuller",
          "[prefix-tree][prefix-tree.3]") {
  constexpr std::uint64_t kEntries = 14'000;
  Arena arena;
  PrefixTree tree(arena);
  tree.Insert("", PackTag(1, EntryKind::kValue), "v");  // So that keys have nothing in common.
  for (std::uint64_t i = 1; i < kEntries; ++i) {
    tree.Insert(std::to_string(100'000 + i * 7'919 % kEntries), PackTag(i + 1, EntryKind::kValue),
                "v");
  }
  // Each of 2,000 splits makes two nodes, four nodes are one piece, and some splits are above.
  CHECK(arena.allocations() < kEntries + 1'200);
}

TEST_CASE("a prefix tree finds what a sorted map finds", "[prefix-tree]") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Random random(seed);
    Arena arena;
    PrefixTree tree(arena);
    Model model;
    const std::uint64_t count = 1 + random.Uniform(2'000);
    for (std::uint64_t i = 0; i < count; ++i) Insert(tree, &model, AnyKey(random, i), i + 1);
    CheckSame(tree, model, random);
  }
}

TEST_CASE("a prefix tree learns what its keys begin with, and unlearns it", "[prefix-tree]") {
  Random random(1);
  Arena arena;
  PrefixTree tree(arena);
  Model model;
  std::uint64_t sequence = 0;
  for (int i = 0; i < 300; ++i) Insert(tree, &model, Digits(random.Uniform(999)), ++sequence);
  CHECK(tree.common() == "0000000000000");
  for (int i = 0; i < 300; ++i) Insert(tree, &model, Digits(random.Uniform(999'999)), ++sequence);
  CHECK(tree.common() == "0000000000");
  for (int i = 0; i < 300; ++i) Insert(tree, &model, "zebra", ++sequence);
  CHECK(tree.common().empty());
  CheckSame(tree, model, random);
}

TEST_CASE("keys that the prefix tells apart aren't compared", "[prefix-tree]") {
  Arena arena;
  PrefixTree tree(arena);
  for (std::uint64_t i = 0; i < 5'000; ++i) {
    tree.Insert(Digits(i * 7919 % 5'000), PackTag(i + 1, EntryKind::kValue), "v");
  }
  std::uint64_t comparisons = 0;
  for (std::uint64_t i = 0; i < 5'000; ++i) {
    const std::string key = Digits(i);
    const auto found =
        tree.Seek(SearchKey(key, PackTag(kSequenceMax, EntryKind::kValue)), &comparisons);
    REQUIRE(found.entry()->user_key() == key);
  }
  // A leaf's own key may need one, and so may the low key of a node on the way.
  CHECK(comparisons < 2 * 5'000);
}

TEST_CASE("readers of a prefix tree miss nothing while it grows", "[prefix-tree][concurrency]") {
  constexpr std::uint64_t kKeys = 20'000;
  MemTable memtable(1, nullptr, MemtableKind::kPrefixTree);
  std::atomic<std::uint64_t> written{0};
  const auto key_of = [](std::uint64_t i) { return Digits(i * 7919 % 1'000'003); };
  std::thread writer([&] {
    for (std::uint64_t i = 0; i < kKeys; ++i) {
      memtable.Add(i + 1, EntryKind::kValue, key_of(i), "v");
      written.store(i + 1, std::memory_order_release);
    }
  });
  Random random(2);
  std::uint64_t missed = 0;
  std::uint64_t disordered = 0;
  while (written.load() < kKeys) {
    const std::uint64_t upto = written.load(std::memory_order_acquire);
    if (upto == 0) continue;
    if (!memtable.Get(key_of(random.Uniform(upto)), kSequenceMax)) ++missed;
    const auto cursor = memtable.NewIterator();
    REQUIRE(cursor->Seek(
        MakeInternalKey(key_of(random.Uniform(upto)), kSequenceMax, kEntryKindForSeek)));
    std::string last;
    for (int i = 0; i < 40 && cursor->Valid(); ++i) {
      if (!last.empty() && CompareInternalKeys(last, cursor->key()) >= 0) ++disordered;
      last = cursor->key();
      REQUIRE(cursor->Next());
    }
  }
  writer.join();
  CHECK(missed == 0);
  CHECK(disordered == 0);
}

TEST_CASE("several threads may insert into a prefix tree", "[prefix-tree][concurrency]") {
  constexpr std::uint64_t kEach = 3'000;
  MemTable memtable(1, nullptr, MemtableKind::kPrefixTree);
  std::vector<std::thread> writers;
  for (std::uint64_t writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&memtable, writer] {
      for (std::uint64_t i = 0; i < kEach; ++i) {
        const std::uint64_t number = 4 * i + writer;
        memtable.AddConcurrently(number + 1, EntryKind::kValue, Digits(number), "v");
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(memtable.entries() == 4 * kEach);
  const auto cursor = memtable.NewIterator();
  REQUIRE(cursor->SeekToFirst());
  for (std::uint64_t i = 0; i < 4 * kEach; ++i) {
    REQUIRE(cursor->Valid());
    REQUIRE(UserKeyOf(cursor->key()) == Digits(i));
    REQUIRE(cursor->Next());
  }
  CHECK_FALSE(cursor->Valid());
}

}  // namespace
}  // namespace strata
