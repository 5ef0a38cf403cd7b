// The fast scan beside the plain one: the same entries from the same sources, whatever the moves.

#include "read/scan_iterator.h"

#include <catch2/catch.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "iter/merging_iterator.h"
#include "memtable/memtable.h"
#include "sst/block.h"
#include "sst/block_builder.h"
#include "testing/map_iterator.h"

namespace strata {
namespace {

using testing::KeyOf;
using testing::MapIterator;
using testing::Model;

// Runs of four sorts: maps and lists, which hand out one entry at a time, trees, which hand out
// many, and blocks, whose keys are gone when the cursor moves on.
class Sources {
 public:
  Sources(const Model& model, Random& random) : runs_(1 + random.Uniform(5)) {
    for (const auto& entry : model) runs_[random.Uniform(runs_.size())].insert(entry);
    for (const Model& run : runs_) {
      const auto kind = random.OneIn(3) ? MemtableKind::kSkipList : MemtableKind::kPrefixTree;
      auto& table = tables_.emplace_back();
      auto& block = blocks_.emplace_back();
      if (!run.empty() && random.OneIn(2)) block = BlockOf(run);
      if (random.OneIn(4)) continue;
      table = std::make_unique<MemTable>(1, nullptr, kind);
      for (const auto& [key, value] : run) {
        table->Add(SequenceOf(key), strata::KindOf(key), UserKeyOf(key), value);
      }
    }
  }

  // Each fails when `moves_left` has come to 0, if there is one; then all are maps.
  std::vector<std::unique_ptr<InternalIterator>> Cursors(int* moves_left = nullptr) const {
    std::vector<std::unique_ptr<InternalIterator>> cursors;
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      if (moves_left == nullptr && blocks_[i] != nullptr) {
        cursors.push_back(blocks_[i]->NewIterator());
      } else if (moves_left != nullptr || tables_[i] == nullptr) {
        cursors.push_back(std::make_unique<MapIterator>(runs_[i], moves_left));
      } else {
        cursors.push_back(tables_[i]->NewIterator());
      }
    }
    return cursors;
  }

 private:
  static std::unique_ptr<sst::Block> BlockOf(const Model& run) {
    sst::BlockBuilder builder(16);
    for (const auto& [key, value] : run) builder.Add(key, value);
    auto block = sst::Block::Parse(sst::BlockContents::Copy(builder.Finish()));
    REQUIRE(block.has_value());
    return std::make_unique<sst::Block>(*std::move(block));
  }

  std::vector<Model> runs_;
  std::vector<std::unique_ptr<sst::Block>> blocks_;  // Null: the table.
  std::vector<std::unique_ptr<MemTable>> tables_;    // Null: the map itself.
};

// Keys that differ early, behind 16 equal bytes, in length only, or not at all.
std::string RandomUserKey(Random& random) {
  static const char* const kStems[] = {"", "k", "0000000000000000", "0000000000000001/",
                                       "00000000"};
  std::string key = kStems[random.Uniform(std::size(kStems))];
  for (std::uint64_t more = random.Uniform(3); more > 0; --more) {
    key += static_cast<char>(random.Uniform(3) * 127);
  }
  return key;
}

Model RandomModel(Random& random) {
  Model model;
  std::vector<std::string> keys;
  for (int i = 0; i < 12; ++i) keys.push_back(RandomUserKey(random));
  const std::uint64_t count = random.Uniform(random.OneIn(3) ? 400 : 60);
  for (std::uint64_t i = 0; i < count; ++i) {
    // Some keys have many versions: a scan jumps over those.
    const std::string& key = random.OneIn(3) ? keys[0] : keys[random.Uniform(keys.size())];
    const auto kind =
        random.OneIn(2) ? EntryKind::kValue : static_cast<EntryKind>(random.Uniform(5));
    std::string value = std::to_string(i);
    if (kind == EntryKind::kExpiringValue || kind == EntryKind::kExpiringBlobPointer) {
      std::string expiry;
      AppendFixed64(&expiry, 1 + random.Uniform(10));
      value.insert(0, expiry);
    }
    model.try_emplace(MakeInternalKey(key, 1 + i, kind), value);
  }
  return model;
}

void CheckSame(const VisibleEntries& it, const VisibleEntries& plain) {
  REQUIRE(it.Valid() == plain.Valid());
  if (!it.Valid()) return;
  REQUIRE(it.key() == plain.key());
  REQUIRE(it.value() == plain.value());
  REQUIRE(it.kind() == plain.kind());
}

// One random move of both.
void Walk(Iterator& it, Iterator& plain, Random& random) {
  const std::string key = RandomUserKey(random);
  const auto both = [&](auto move) {
    REQUIRE(move(it).has_value());
    REQUIRE(move(plain).has_value());
  };
  switch (it.Valid() ? random.Uniform(24) : random.Uniform(4)) {
    case 0:
      return both([](Iterator& i) { return i.SeekToFirst(); });
    case 1:
      return both([](Iterator& i) { return i.SeekToLast(); });
    case 2:
      return both([&](Iterator& i) { return i.Seek(key); });
    case 3:
      return both([&](Iterator& i) { return i.SeekForPrev(key); });
    default:
      if (!random.OneIn(5)) return both([](Iterator& i) { return i.Next(); });
      return both([](Iterator& i) { return i.Prev(); });
  }
}

TEST_CASE("a scan sees what the plain merge sees, in both directions", "[learned-index]") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Model model = RandomModel(random);
    const Sources sources(model, random);
    VisibleIteratorOptions options;
    options.now_us = 5;
    if (random.OneIn(2)) options.sequence = random.Uniform(130);
    if (random.OneIn(3)) options.lower = RandomUserKey(random);
    if (random.OneIn(3)) options.upper = RandomUserKey(random);
    const auto it = NewScanIterator(sources.Cursors(), options);
    const auto plain = NewVisibleIterator(NewMergingIterator(sources.Cursors()), options);
    CHECK_FALSE(it->Valid());
    for (int step = 0; step < 200; ++step) {
      Walk(*it, *plain, random);
      CheckSame(*it, *plain);
    }
  }
}

TEST_CASE("a scan over nothing is over", "[learned-index]") {
  const auto it = NewScanIterator({}, {});
  REQUIRE(it->SeekToFirst());
  CHECK_FALSE(it->Valid());
  REQUIRE(it->SeekToLast());
  CHECK_FALSE(it->Valid());
}

TEST_CASE("a scan stops where a source fails, and a seek starts anew", "[learned-index]") {
  Random random(1);
  Model model;
  for (char c = 'a'; c <= 'z'; ++c) model[KeyOf(std::string(1, c) + "@7")] = std::string(1, c);
  const Sources sources(model, random);
  for (int moves = 0; moves < 40; ++moves) {
    CAPTURE(moves);
    int left = moves;
    const auto it = NewScanIterator(sources.Cursors(&left), {});
    std::string seen;
    Status moved = it->SeekToFirst();
    while (moved && it->Valid()) {
      seen += it->value();
      moved = it->Next();
    }
    CHECK_FALSE(it->Valid());
    CHECK(seen == std::string("abcdefghijklmnopqrstuvwxyz").substr(0, seen.size()));
    if (moved) REQUIRE(seen.size() == 26);
    left = 1000;
    REQUIRE(it->Seek("c"));
    REQUIRE(it->Valid());
    CHECK(it->key() == "c");
  }
}

TEST_CASE("a scan refuses kinds that it doesn't know", "[learned-index]") {
  const Model model{{KeyOf("a@1"), ""}, {KeyOf("b@2?9"), ""}};
  std::vector<std::unique_ptr<InternalIterator>> cursors;
  cursors.push_back(std::make_unique<MapIterator>(model));
  const auto it = NewScanIterator(std::move(cursors), {});
  REQUIRE(it->SeekToFirst());
  const Status moved = it->Next();
  REQUIRE_FALSE(moved);
  CHECK(moved.error().code() == ErrorCode::kUnsupported);
  CHECK_FALSE(it->Valid());
}

TEST_CASE("a scan counts seeks and lets go of its owner last", "[learned-index]") {
  Counters counters;
  const Model model{{KeyOf("a@1"), "1"}, {KeyOf("b@2"), "2"}};
  auto owner = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = owner;
  std::vector<std::unique_ptr<InternalIterator>> cursors;
  cursors.push_back(std::make_unique<MapIterator>(model));
  auto it = NewScanIterator(std::move(cursors), {}, std::move(owner), &counters);
  REQUIRE(it->SeekToFirst());
  REQUIRE(it->Next());
  REQUIRE(it->Prev());
  CHECK(it->value() == "1");
  CHECK(counters.Get(Counter::kSeeks) == 1);
  REQUIRE(it->SeekToLast());
  CHECK(counters.Get(Counter::kSeeks) == 2);
  CHECK_FALSE(watch.expired());
  it.reset();
  CHECK(watch.expired());
}

}  // namespace
}  // namespace strata
