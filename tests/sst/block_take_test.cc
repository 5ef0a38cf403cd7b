// How a block's cursor hands out entries: the whole of it, and where it must stop short.

#include <catch2/catch.hpp>

#include <array>

#include "sst/block.h"
#include "sst/block_builder.h"
#include "sst/table_testing.h"

namespace strata::sst {
namespace {

Block BlockOf(const Entries& entries, int restart_interval) {
  BlockBuilder builder(restart_interval);
  for (const auto& [key, value] : entries) builder.Add(key, value);
  return Must(Block::Parse(BlockContents::Copy(builder.Finish())));
}

// All entries, taken `wanted` at a time; `takes` counts how often.
Entries TakeAll(InternalIterator& cursor, std::size_t wanted, std::size_t* takes) {
  Entries all;
  std::vector<EntryView> taken(wanted);
  REQUIRE(cursor.SeekToFirst());
  while (cursor.Valid()) {
    const std::size_t count = cursor.Take(taken);
    ++*takes;
    for (std::size_t i = 0; i < count; ++i) all.emplace_back(taken[i].key(), taken[i].value());
    REQUIRE(cursor.key() == all.back().first);
    REQUIRE(cursor.value() == all.back().second);
    REQUIRE(cursor.Next());
  }
  return all;
}

}  // namespace

TEST_CASE("a block's cursor hands out all entries, whatever their keys share", "[learned-index]") {
  Random random(1);
  for (const int interval : {1, 2, 16}) {
    for (const std::size_t key_size_max : {12, 40, 300, 3000}) {
      CAPTURE(interval, key_size_max);
      const Entries entries = RandomEntries(random, 1 + random.Uniform(80), key_size_max, 20);
      const Block block = BlockOf(entries, interval);
      std::size_t takes = 0;
      CHECK(TakeAll(*block.NewIterator(), 7, &takes) == entries);
    }
  }
}

TEST_CASE("short keys are handed out many at a time", "[learned-index]") {
  Entries entries;
  for (int i = 0; i < 96; ++i) entries.emplace_back(Key("key" + std::to_string(1000 + i), 1), "v");
  const Block block = BlockOf(entries, 16);
  std::size_t takes = 0;
  CHECK(TakeAll(*block.NewIterator(), 32, &takes) == entries);
  CHECK(takes == 4);  // Room is for 30 of them.
}

TEST_CASE("a block's cursor goes back from the last entry that it handed out", "[learned-index]") {
  Entries entries;
  for (int i = 0; i < 60; ++i) entries.emplace_back(Key("key" + std::to_string(1000 + i), 1), "v");
  const Block block = BlockOf(entries, 4);
  const auto cursor = block.NewIterator();
  REQUIRE(cursor->SeekToFirst());
  std::array<EntryView, 25> taken;
  REQUIRE(cursor->Take(taken) == 25);
  for (std::size_t i = 24; i-- > 0;) {
    REQUIRE(cursor->Prev());
    REQUIRE(cursor->Valid());
    REQUIRE(cursor->key() == entries[i].first);
  }
}

TEST_CASE("what is handed out ends before a damaged entry, and the move to it fails",
          "[learned-index]") {
  const Entries entries{{Key("a", 3), "1"}, {Key("b", 2), "2"}, {Key("c", 1), "3"}};
  std::string bytes(BlockOf(entries, 16).contents());
  constexpr std::size_t kEntryBytes = 3 + 1 + 8 + 1;
  bytes[2 * kEntryBytes + 1] = 0x7f;  // The third entry's key runs past the block.
  const Block block = Must(Block::Parse(BlockContents::Copy(bytes)));
  const auto cursor = block.NewIterator();
  REQUIRE(cursor->SeekToFirst());
  std::array<EntryView, 8> taken;
  REQUIRE(cursor->Take(taken) == 2);
  CHECK(taken[1].key() == entries[1].first);
  const Status moved = cursor->Next();
  REQUIRE_FALSE(moved);
  CHECK(moved.error().code() == ErrorCode::kCorruption);
}

TEST_CASE("what is handed out ends before an entry of unknown kind", "[learned-index]") {
  Entries entries{{Key("a", 3), "1"}, {Key("b", 2, static_cast<EntryKind>(9)), "2"}};
  const Block block = BlockOf(entries, 16);
  const auto cursor = block.NewIterator();
  REQUIRE(cursor->SeekToFirst());
  std::array<EntryView, 8> taken;
  CHECK(cursor->Take(taken) == 1);
}

}  // namespace strata::sst
