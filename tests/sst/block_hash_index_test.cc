#include "sst/block_hash_index.h"

#include <catch2/catch.hpp>

#include "base/escape.h"
#include "sst/block.h"
#include "sst/block_builder.h"
#include "sst/table_testing.h"

namespace strata::sst {
namespace {

std::string BlockOf(const Entries& entries, int restart_interval, bool hash_index) {
  BlockBuilder builder(restart_interval);
  if (hash_index) builder.EnableHashIndex();
  for (const auto& [key, value] : entries) builder.Add(key, value);
  return std::string(builder.Finish());
}

Block Parse(std::string_view bytes) {
  return Must(Block::Parse(BlockContents::Copy(bytes)));
}

Entries Numbered(int count) {
  Entries entries;
  for (int i = 0; i < count; ++i) {
    entries.emplace_back(Key("key" + std::to_string(100'000 + i), 5), std::to_string(i));
  }
  return entries;
}

}  // namespace

TEST_CASE("slots stand between the restarts and the last word",
          "[parallel-reads][parallel-reads.2]") {
  const Entries entries = {{Key("apple", 3), "red"}, {Key("pear", 1), ""}};
  const std::string with = BlockOf(entries, 1, true);
  const std::string without = BlockOf(entries, 1, false);
  REQUIRE(with.substr(0, without.size() - 4) == without.substr(0, without.size() - 4));
  CHECK(Escape(with.substr(without.size() - 4)) == "\\xff\\x01\\x00\\x03\\x00\\x02\\x00\\x00\\x80");
  CHECK(ProbeHashSlots(Parse(with).hash_slots(), "apple") == 0);
  CHECK(ProbeHashSlots(Parse(with).hash_slots(), "pear") == 1);
}

TEST_CASE("a lookup by hash finds what a search finds, with fewer comparisons",
          "[parallel-reads][parallel-reads.2]") {
  Random random(7);
  SearchCost by_hash;
  SearchCost by_search;
  for (const int interval : {1, 2, 16}) {
    for (int round = 0; round < 20; ++round) {
      const Entries entries = RandomEntries(random, 80, 4, 10);
      const Block with = Parse(BlockOf(entries, interval, true));
      const Block without = Parse(BlockOf(entries, interval, false));
      CHECK(Must(ScanForward(*with.NewIterator())) == entries);
      for (const auto& [question, unused] : RandomEntries(random, 200, 4, 0)) {
        const LookupKey target{UserKeyOf(question),
                               PackTag(SequenceOf(question), kEntryKindForSeek)};
        const auto found = Must(with.Find(target, &by_hash));
        const auto expected = Must(without.Find(target, &by_search));
        REQUIRE(found.has_value() == expected.has_value());
        if (found) REQUIRE((found->tag == expected->tag && found->value == expected->value));
      }
    }
  }
  CHECK(by_hash.hash_hits > 0);
  CHECK(by_search.hash_hits == 0);
  CHECK(by_hash.comparisons * 3 < by_search.comparisons * 2);
}

TEST_CASE("versions of one key that span restarts are all found",
          "[parallel-reads][parallel-reads.2]") {
  Entries entries = {{Key("a", 1), "first"}};
  for (SequenceNumber sequence = 40; sequence > 0; --sequence) {
    entries.emplace_back(Key("b", sequence), std::to_string(sequence));
  }
  const Block block = Parse(BlockOf(entries, 4, true));
  SearchCost cost;
  for (SequenceNumber sequence = 1; sequence <= 40; ++sequence) {
    const auto found = Must(block.Find({"b", PackTag(sequence, kEntryKindForSeek)}, &cost));
    REQUIRE(found.has_value());
    CHECK(found->value == std::to_string(sequence));
  }
  CHECK(cost.hash_hits == 0);  // One slot can't name ten restarts.
  CHECK(Must(block.Find({"a", PackTag(9, kEntryKindForSeek)}, &cost)).has_value());
  CHECK(cost.hash_hits == 1);
}

TEST_CASE("a block of too many restarts or keys does without slots",
          "[parallel-reads][parallel-reads.2]") {
  CHECK(Parse(BlockOf(Numbered(254), 1, true)).hash_slots().size() == 254 * 4 / 3 + 1);
  CHECK(Parse(BlockOf(Numbered(255), 1, true)).hash_slots().empty());
  CHECK(Parse(BlockOf(Numbered(60'000), 1000, true)).hash_slots().empty());
  SearchCost cost;
  const Entries entries = Numbered(255);
  const Block block = Parse(BlockOf(entries, 1, true));
  for (const auto& [key, value] : entries) {
    CHECK(Must(block.Find(LookupKey::Of(key), &cost))->value == value);
  }
  CHECK(ProbeHashSlots(Parse(BlockOf(Numbered(1), 1, true)).hash_slots(), "key100000") == 0);
}

TEST_CASE("tables with and without hash indexes are both read",
          "[parallel-reads][parallel-reads.2]") {
  for (const bool hash_index : {false, true}) {
    Counters counters;
    TableOptions options = PlainOptions(1024, 8);
    options.hash_index = hash_index;
    const Entries entries = Numbered(500);
    const auto table = Must(Open(Build(entries, options), counters));
    for (const auto& [key, value] : entries) {
      REQUIRE(Ask(*table, UserKeyOf(key)) == "value " + value);
      REQUIRE(Ask(*table, std::string(UserKeyOf(key)) + "x") == "nothing");
    }
    CHECK((counters.Get(Counter::kHashIndexHits) > 500) == hash_index);
    CHECK(Outcome(table->VerifyAll()) == "ok");
    CHECK((Must(table->Blocks()).front().hash_slots > 0) == hash_index);
  }
}

TEST_CASE("slots that point anywhere can't make a block crash",
          "[parallel-reads][parallel-reads.2]") {
  Random random(8);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes = BlockOf(RandomEntries(random, 1 + random.Uniform(20), 6, 8), 2, true);
    for (int hits = 0; hits < 3; ++hits) {
      const std::size_t tail = std::min<std::size_t>(bytes.size(), 40);
      bytes[bytes.size() - 1 - random.Uniform(tail)] = static_cast<char>(random.Next());
    }
    const auto block = Block::Parse(BlockContents::Copy(bytes));
    if (!block.has_value()) continue;
    SearchCost cost;
    for (const std::string_view key : {"a", "user:a", "user:", ""}) {
      static_cast<void>(block->Find({key, PackTag(30, kEntryKindForSeek)}, &cost));
    }
  }
  CHECK(ProbeHashSlots(std::string_view("\x05", 1), "any key") == 5);
}

}  // namespace strata::sst
