#include "sst/block.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "base/escape.h"
#include "sst/block_builder.h"
#include "sst/table_testing.h"

namespace strata::sst {
namespace {

std::string BlockOf(const Entries& entries, int restart_interval) {
  BlockBuilder builder(restart_interval);
  for (const auto& [key, value] : entries) builder.Add(key, value);
  const std::size_t estimate = builder.size_estimate();
  std::string block(builder.Finish());
  CHECK(estimate == block.size());
  return block;
}

Result<Block> Parse(std::string_view bytes) {
  return Block::Parse(BlockContents::Copy(bytes));
}

// The entry that a get at `sequence` sees, by looking at all of them.
std::optional<BlockEntry> Expected(const Entries& entries, const LookupKey& target) {
  for (const auto& [key, value] : entries) {
    if (CompareKeys(LookupKey::Of(key), target) < 0) continue;
    if (UserKeyOf(key) != target.user_key) break;
    return BlockEntry{TagOf(key), value};
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("a block is entries that share prefixes, restarts and their number", "[sorted-tables]") {
  const std::string block = BlockOf({{Key("apple", 3), "red"},
                                     {Key("apple", 2, EntryKind::kDelete), ""},
                                     {Key("apricot", 1), "soft"}},
                                    2);
  CHECK(Escape(block) ==
        "\\x00\\x05\\x03apple\\x01\\x03\\x00\\x00\\x00\\x00\\x00\\x00red"
        "\\x05\\x00\\x00\\x00\\x02\\x00\\x00\\x00\\x00\\x00\\x00"
        "\\x00\\x07\\x04apricot\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00soft"
        "\\x00\\x00\\x00\\x00\\x1e\\x00\\x00\\x00"
        "\\x02\\x00\\x00\\x00");
}

TEST_CASE("a block gives back its entries in both directions", "[sorted-tables]") {
  Random random(1);
  for (const int interval : {1, 2, 3, 16, 1000}) {
    CAPTURE(interval);
    for (int round = 0; round < 20; ++round) {
      const Entries entries = RandomEntries(random, 1 + random.Uniform(60), 12, 20);
      const Block block = Must(Parse(BlockOf(entries, interval)));
      const auto cursor = block.NewIterator();
      CHECK_FALSE(cursor->Valid());
      CHECK(Must(ScanForward(*cursor)) == entries);
      CHECK(Must(ScanBackward(*cursor)) == entries);
    }
  }
}

TEST_CASE("a cursor in a block finds the entry at or after, and at or before", "[sorted-tables]") {
  Random random(2);
  for (const int interval : {1, 4, 16}) {
    const Entries entries = RandomEntries(random, 50, 6, 10);
    const Block block = Must(Parse(BlockOf(entries, interval)));
    const auto cursor = block.NewIterator();
    const Entries questions = RandomEntries(random, 300, 6, 0);
    for (const auto& [target, unused] : questions) {
      const auto at_or_after = std::lower_bound(entries.begin(), entries.end(), target,
                                                [](const auto& entry, const auto& key) {
                                                  return CompareInternalKeys(entry.first, key) < 0;
                                                });
      REQUIRE(cursor->Seek(target));
      REQUIRE(cursor->Valid() == (at_or_after != entries.end()));
      if (cursor->Valid()) REQUIRE(cursor->key() == at_or_after->first);

      auto at_or_before = at_or_after;
      const bool exact = at_or_after != entries.end() && at_or_after->first == target;
      const bool exists = exact || at_or_after != entries.begin();
      if (exists && !exact) --at_or_before;
      REQUIRE(cursor->SeekForPrev(target));
      REQUIRE(cursor->Valid() == exists);
      if (exists) REQUIRE(cursor->value() == at_or_before->second);
    }
  }
}

TEST_CASE("a block that an earlier program wrote is searched", "[sorted-tables]") {
  const std::string bytes = Must(Unescape(
      "\\x00\\x03\\x03ant\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00ant\\x00\\x03\\x03bee\\x01"
      "\\x01\\x00\\x00\\x00\\x00\\x00\\x00bee\\x00\\x03\\x03cow\\x01\\x01\\x00\\x00\\x00"
      "\\x00\\x00\\x00cow\\x00\\x03\\x03dog\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00dog\\x00"
      "\\x03\\x03elk\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00elk\\x00\\x00\\x00\\x00\\x11"
      "\\x00\\x00\\x00\\\"\\x00\\x00\\x003\\x00\\x00\\x00D\\x00\\x00\\x00\\x05\\x00\\x00"
      "\\x00"));
  const Block block = Must(Parse(bytes));
  const auto cursor = block.NewIterator();
  for (const std::string_view word : {"ant", "bee", "cow", "dog", "elk"}) {
    SearchCost cost;
    CHECK(Must(block.Find({word, PackTag(1, kEntryKindForSeek)}, &cost))->value == word);
    CHECK(cost.comparisons <= 5);
    REQUIRE(cursor->Seek(Key(word, 1)));
    CHECK(cursor->value() == word);
  }
}

TEST_CASE("a lookup in a block gives the newest version that it may see", "[sorted-tables]") {
  Random random(3);
  for (const int interval : {1, 3, 16}) {
    for (int round = 0; round < 10; ++round) {
      const Entries entries = RandomEntries(random, 80, 4, 10);
      const Block block = Must(Parse(BlockOf(entries, interval)));
      for (const auto& [question, unused] : RandomEntries(random, 200, 4, 0)) {
        const LookupKey target{UserKeyOf(question),
                               PackTag(SequenceOf(question), kEntryKindForSeek)};
        SearchCost cost;
        const auto found = Must(block.Find(target, &cost));
        const auto expected = Expected(entries, target);
        REQUIRE(found.has_value() == expected.has_value());
        if (found) REQUIRE((found->tag == expected->tag && found->value == expected->value));
      }
    }
  }
}

TEST_CASE("a lookup compares about log n restarts and one interval of keys", "[sorted-tables]") {
  Entries entries;
  for (int i = 0; i < 1024; ++i)
    entries.emplace_back(Key("key" + std::to_string(10'000 + i), 1), "");
  const Block block = Must(Parse(BlockOf(entries, 16)));
  std::uint64_t worst = 0;
  for (const auto& [key, unused] : entries) {
    SearchCost cost;
    REQUIRE(Must(block.Find(LookupKey::Of(key), &cost)).has_value());
    worst = std::max(worst, cost.comparisons);
  }
  CHECK(worst <= 6 + 16 + 1);
}

TEST_CASE("keys of the largest size and values of a mebibyte fit a block", "[sorted-tables]") {
  const Entries entries = {{Key("", 9), ""},
                           {Key(std::string(kUserKeySizeMax - 1, 'k'), 8), "short"},
                           {Key(std::string(kUserKeySizeMax, 'k'), 7), std::string(1 << 20, 'v')},
                           {Key(std::string(kUserKeySizeMax, 'k'), 6), ""}};
  const Block block = Must(Parse(BlockOf(entries, 16)));
  const auto cursor = block.NewIterator();
  CHECK((Must(ScanForward(*cursor)) == entries));
  CHECK((Must(ScanBackward(*cursor)) == entries));
}

TEST_CASE("bytes that aren't a block are refused", "[sorted-tables]") {
  const std::string block = BlockOf({{Key("a", 1), "1"}, {Key("b", 1), "2"}}, 16);
  const auto with = [&](std::size_t at, char byte) {
    std::string changed = block;
    changed[at] = byte;
    return changed;
  };
  const auto scan = [](std::string_view bytes) {
    const auto parsed = Parse(bytes);
    return parsed.has_value() ? Outcome(ScanForward(*parsed->NewIterator())) : Outcome(parsed);
  };
  CHECK(scan(block) == "ok");
  CHECK(scan("") == "corruption: a block can't have 0 bytes");
  CHECK(scan(with(26, 2)) == "corruption: the entry at byte 2 of the block is damaged");
  CHECK(scan(with(26 + 4, 0)) == "corruption: a block of 34 bytes can't have 0 restarts");
  CHECK(scan(with(26 + 4, 8)) == "corruption: a block of 34 bytes can't have 8 restarts");
  CHECK(scan(with(26, 27)) == "corruption: the entry at byte 27 of the block is damaged");
  CHECK(scan(with(1, 100)) == "corruption: the entry at byte 0 of the block is damaged");
  CHECK(scan(with(2, 100)) == "corruption: the entry at byte 0 of the block is damaged");
  CHECK(scan(with(0, 1)) == "corruption: the entry at byte 0 of the block is damaged");
  CHECK(scan(with(13, 2)) == "corruption: the entry at byte 13 of the block is damaged");
}

// What a checksum can't find: bytes that were wrong before they were summed. Nothing may be read
// outside the block (the sanitizer build looks), and no loop may run for ever.
TEST_CASE("no bytes make a block crash or hang", "[sorted-tables]") {
  Random random(4);
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = BlockOf(RandomEntries(random, 1 + random.Uniform(20), 8, 8),
                                static_cast<int>(1 + random.Uniform(5)));
    for (std::uint64_t hits = 1 + random.Uniform(4); hits > 0; --hits) {
      bytes[random.Uniform(bytes.size())] = static_cast<char>(random.Next());
    }
    const auto block = Parse(bytes);
    if (!block.has_value()) continue;
    const std::string target = Key(random.OneIn(2) ? "user:a" : "b", 25);
    const auto cursor = block->NewIterator();
    SearchCost cost;
    static_cast<void>(ScanForward(*cursor));
    static_cast<void>(ScanBackward(*cursor));
    static_cast<void>(cursor->Seek(target).has_value());
    static_cast<void>(cursor->SeekForPrev(target).has_value());
    static_cast<void>(block->Find(LookupKey::Of(target), &cost));
  }
}

}  // namespace strata::sst
