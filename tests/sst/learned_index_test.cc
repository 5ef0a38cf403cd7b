#include "sst/learned_index.h"

#include <catch2/catch.hpp>

#include "sst/table_testing.h"
#include "testing/hex.h"

namespace strata::sst {
namespace {

using strata::testing::Hex;

std::string Numbered(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return "user" + std::string(8 - digits.size(), '0') + digits;
}

// Every second number, so that there are keys to miss.
Entries NumberedEntries(std::size_t count) {
  Entries entries;
  for (std::size_t i = 0; i < count; ++i) {
    entries.emplace_back(Key(Numbered(2 * i), 1 + i), "value " + std::to_string(i));
  }
  return entries;
}

Entries HashedEntries(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::map<std::string, std::string, InternalLess> sorted;
  while (sorted.size() < count) sorted[Key(random.Bytes(12), 7)] = random.Bytes(20);
  return {sorted.begin(), sorted.end()};
}

TableOptions Learned(std::uint32_t block_bytes = 256) {
  TableOptions options = PlainOptions(block_bytes);
  options.learned_index = true;
  return options;
}

BlockInfo IndexOf(const TableReader& table) {
  for (const BlockInfo& block : Must(table.Blocks())) {
    if (block.role.find("index") != std::string_view::npos) return block;
  }
  return {};
}

bool IsLearned(const Entries& entries, const TableOptions& options) {
  Counters counters;
  return IndexOf(*Must(Open(Build(entries, options), counters))).role == "learned index";
}

// Seeks, gets and scans of `table` say what the entries say.
void RequireSame(const TableReader& table, const Entries& entries) {
  REQUIRE(Must(ScanForward(*table.NewIterator({}))) == entries);
  REQUIRE(Must(ScanBackward(*table.NewIterator({}))) == entries);
  const auto cursor = table.NewIterator({});
  for (const auto& [key, value] : entries) {
    for (const std::string& wanted :
         {key, Key(std::string(UserKeyOf(key)) + "x", 9),
          Key(UserKeyOf(key).substr(0, UserKeyOf(key).size() / 2), 9)}) {
      const auto expected = std::lower_bound(
          entries.begin(), entries.end(), wanted,
          [](const auto& entry, const std::string& k) { return InternalLess()(entry.first, k); });
      REQUIRE(Outcome(cursor->Seek(wanted)) == "ok");
      REQUIRE(cursor->Valid() == (expected != entries.end()));
      if (cursor->Valid()) REQUIRE(cursor->key() == expected->first);
      REQUIRE(Outcome(cursor->SeekForPrev(wanted)) == "ok");
      const bool equal = expected != entries.end() && expected->first == wanted;
      REQUIRE(cursor->Valid() == (equal || expected != entries.begin()));
      if (cursor->Valid()) REQUIRE(cursor->key() == (equal ? expected : expected - 1)->first);
    }
    REQUIRE(Ask(table, std::string(UserKeyOf(key)) + "x") == "nothing");
    const auto newest = std::lower_bound(
        entries.begin(), entries.end(), Key(UserKeyOf(key), SequenceOf(key), kEntryKindForSeek),
        [](const auto& entry, const std::string& k) { return InternalLess()(entry.first, k); });
    REQUIRE(Ask(table, UserKeyOf(key), SequenceOf(key)) ==
            (KindOf(newest->first) == EntryKind::kDelete ? "delete" : "value " + newest->second));
  }
}

TEST_CASE("the bytes of a learned index are those of the format", "[learned-index]") {
  LearnedIndexBuilder builder;
  for (int block = 0; block < 4; ++block) {
    builder.AddBlock(Numbered(10 * block), Numbered(10 * block + 9), 200 + block);
  }
  const auto bytes = builder.Finish(1000);
  REQUIRE(bytes.has_value());
  CHECK(Hex(*bytes) ==
        "01 0a 75 73 65 72 30 30 30 30 30 30 02 30 33 30\n"  // Version, "user000000", two digits,
        "30 04 c8 01 c9 01 ca 01 cb 01 01 00 00 00 00 00\n"  // 0-3 and 0; four blocks; a segment:
        "00 00 00 00 00 00 00 00 00 00 80 00");              // start, slope, block.
  const auto index = Must(LearnedIndex::Decode(*bytes, 1000));
  CHECK(index.size() == 4);
  CHECK(index.handle(2) == BlockHandle{413, 202});
  CHECK(index.data_end() == 830);
  CHECK(index.Guess(Numbered(20)) == 2);
}

TEST_CASE("a table with a learned index answers as one without", "[learned-index]") {
  Random random(4);
  for (int round = 0; round < 60; ++round) {
    const std::uint32_t block_bytes = static_cast<std::uint32_t>(random.Between(60, 1000));
    Entries entries = round % 3 == 0   ? NumberedEntries(1 + random.Uniform(300))
                      : round % 3 == 1 ? HashedEntries(1 + random.Uniform(200), random.Next())
                                       : RandomEntries(random, 1 + random.Uniform(200), 9, 40);
    Counters counters;
    const auto table = Must(Open(Build(entries, Learned(block_bytes)), counters, random.OneIn(2)));
    CAPTURE(round, block_bytes);
    RequireSame(*table, entries);
    REQUIRE(Outcome(table->VerifyAll()) == "ok");
  }
}

TEST_CASE("a lookup that hits reads two blocks at most, and mostly one",
          "[learned-index][learned-index.3]") {
  for (const bool hashed : {false, true}) {
    const Entries entries = hashed ? HashedEntries(4000, 5) : NumberedEntries(4000);
    Counters counters;
    const auto table = Must(Open(Build(entries, Learned(512)), counters));
    REQUIRE(IndexOf(*table).role == "learned index");
    counters.Reset();
    for (const auto& [key, value] : entries) {
      const std::uint64_t before = counters.Get(Counter::kBlocksRead);
      REQUIRE(Ask(*table, UserKeyOf(key)) == "value " + value);
      REQUIRE(counters.Get(Counter::kBlocksRead) - before <= 2);
    }
    CHECK(counters.Get(Counter::kLearnedGets) == entries.size());
    CHECK(counters.Get(Counter::kLearnedNeighbours) ==
          counters.Get(Counter::kBlocksRead) - entries.size());
    CAPTURE(hashed, counters.Get(Counter::kLearnedNeighbours));
    CHECK(counters.Get(Counter::kLearnedNeighbours) < entries.size() / 6);
  }
}

TEST_CASE("a key before all of a table, or after them, is asked of one block",
          "[learned-index][learned-index.3]") {
  Counters counters;
  const auto table = Must(Open(Build(NumberedEntries(500), Learned()), counters));
  counters.Reset();
  for (const std::string_view outside : {"", "a", "usez"}) {
    CHECK(Ask(*table, outside) == "nothing");
  }
  CHECK(counters.Get(Counter::kLearnedNeighbours) == 0);
}

TEST_CASE("what the filter lets through for nothing is counted with a learned index, too",
          "[learned-index][learned-index.3]") {
  TableOptions options = Learned();
  options.filter_bits_per_key = 2;
  Counters counters;
  const auto table = Must(Open(Build(NumberedEntries(500), options), counters));
  REQUIRE(IndexOf(*table).role == "learned index");
  for (std::size_t i = 0; i < 500; ++i) REQUIRE(Ask(*table, Numbered(2 * i + 1)) == "nothing");
  const std::uint64_t let_through =
      counters.Get(Counter::kFilterProbes) - counters.Get(Counter::kFilterNegatives);
  CHECK(let_through > 50);
  CHECK(counters.Get(Counter::kFilterFalsePositives) == let_through);
  for (std::size_t i = 0; i < 500; ++i) REQUIRE(Ask(*table, Numbered(2 * i)) != "nothing");
  CHECK(counters.Get(Counter::kFilterFalsePositives) == let_through);
}

TEST_CASE("a learned index is a fraction of the sparse one", "[learned-index]") {
  Counters counters;
  for (const Entries& entries : {NumberedEntries(4000), HashedEntries(4000, 6)}) {
    const std::uint64_t learned = IndexOf(*Must(Open(Build(entries, Learned()), counters))).bytes;
    const std::uint64_t sparse =
        IndexOf(*Must(Open(Build(entries, PlainOptions()), counters))).bytes;
    CAPTURE(learned, sparse);
    CHECK(learned * 3 < sparse);
  }
}

TEST_CASE("keys that fit no line get a sparse index", "[learned-index]") {
  Entries split;  // One user key in several blocks.
  for (SequenceNumber sequence = 100; sequence > 0; --sequence) {
    split.emplace_back(Key("same", sequence), "value");
  }
  for (std::size_t i = 0; i < 100; ++i) split.emplace_back(Key("tail" + Numbered(i), 1), "value");
  CHECK_FALSE(IsLearned(split, Learned()));

  Entries alike = {{Key(std::string(9, '\0'), 1), "first"}};  // All bits are used up too soon.
  for (std::size_t i = 0; i < 200; ++i) {
    alike.emplace_back(Key(std::string(8, '\x80') + Numbered(i), 1), "value");
  }
  alike.emplace_back(Key(std::string(9, '\xff'), 1), "last");
  CHECK_FALSE(IsLearned(alike, Learned()));
  CHECK_FALSE(IsLearned(NumberedEntries(2), Learned()));  // Nothing to save.
  CHECK(IsLearned(NumberedEntries(500), Learned()));
  CHECK_FALSE(IsLearned(NumberedEntries(500), PlainOptions()));
  Counters counters;
  RequireSame(*Must(Open(Build(split, Learned()), counters)), split);
  RequireSame(*Must(Open(Build(alike, Learned()), counters)), alike);
}

TEST_CASE("a user key in two blocks takes a table's learned index away", "[learned-index]") {
  for (const int split : {0, 20}) {
    LearnedIndexBuilder builder;
    for (int block = 0; block < 40; ++block) {
      const bool goes_on = block + 1 == split;  // Its last key is the first of the next.
      builder.AddBlock(Numbered(10 * block), Numbered(10 * block + (goes_on ? 10 : 9)), 100);
    }
    CHECK(builder.Finish(10'000).has_value() == (split == 0));
  }
}

TEST_CASE("the replay of all blocks rejects lines that are off", "[learned-index]") {
  std::vector<std::string> keys;
  LearnedIndexBuilder builder;
  for (int block = 0; block < 40; ++block) {
    keys.push_back(Numbered(10 * block));
    builder.AddBlock(Numbered(10 * block), Numbered(10 * block + 9), 100);
  }
  std::string bytes = builder.Finish(10'000).value();
  CHECK(FindsEveryBlock(Must(LearnedIndex::Decode(bytes, 10'000)), keys));
  const std::size_t slope = bytes.size() - 1 - 8;  // The last segment's: slope, then its block.
  EncodeFixed(bytes.data() + slope, DecodeFixed<std::uint64_t>(bytes.data() + slope) / 10 * 9);
  CHECK_FALSE(FindsEveryBlock(Must(LearnedIndex::Decode(bytes, 10'000)), keys));
  EncodeFixed(bytes.data() + slope, DecodeFixed<std::uint64_t>(bytes.data() + slope) / 9 * 12);
  CHECK_FALSE(FindsEveryBlock(Must(LearnedIndex::Decode(bytes, 10'000)), keys));
}

// The checksum fits, so only a mistake in the writer could do this.
TEST_CASE("wrong lines cost reads, never an answer", "[learned-index]") {
  const Entries entries = NumberedEntries(800);
  const std::string table = Build(entries, Learned());
  Counters counters;
  const BlockInfo index = IndexOf(*Must(Open(table, counters)));
  const BlockHandle handle{index.offset, index.stored_bytes};
  for (const std::uint64_t slope : {std::uint64_t{0}, ~std::uint64_t{0}, kSlopeOne / 500}) {
    std::string changed = table;
    EncodeFixed(changed.data() + index.offset + index.stored_bytes - 1 - 8, slope);
    ResealBlock(&changed, handle);
    const auto reader = Must(Open(changed, counters));
    RequireSame(*reader, entries);
    CHECK(Outcome(reader->VerifyAll()).find("its keys aren't those that the index tells") !=
          std::string::npos);
  }
}

TEST_CASE("every flipped bit of a table with a learned index is found", "[learned-index]") {
  const Entries entries = NumberedEntries(60);
  const std::string table = Build(entries, Learned(120));
  REQUIRE(IsLearned(entries, Learned(120)));
  for (std::size_t bit = 0; bit < table.size() * 8; ++bit) {
    std::string damaged = table;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    CAPTURE(bit / 8, bit % 8);
    Counters counters;
    const auto opened = Open(damaged, counters);
    if (!opened.has_value()) continue;
    for (std::size_t i = 0; i < entries.size(); i += 7) {
      const std::string answer = Ask(**opened, UserKeyOf(entries[i].first));
      REQUIRE((answer == "value " + entries[i].second || answer.rfind("corruption: ", 0) == 0));
    }
    REQUIRE_FALSE((*opened)->VerifyAll().has_value());
  }
}

TEST_CASE("a learned index of a newer program is refused by its version", "[learned-index]") {
  Counters counters;
  std::string table = Build(NumberedEntries(200), Learned());
  const BlockInfo index = IndexOf(*Must(Open(table, counters)));
  table[index.offset] = 2;
  ResealBlock(&table, {index.offset, index.stored_bytes});
  CHECK(Outcome(Open(table, counters)) == "unsupported: 000007.sst: index block at offset " +
                                              std::to_string(index.offset) +
                                              ": learned index version 2");
  CHECK(FeatureNames(kFeatureLearnedIndex) == "learned index");
}

TEST_CASE("any bytes can stand for a learned index", "[learned-index]") {
  const Entries entries = NumberedEntries(300);
  const std::string table = Build(entries, Learned());
  Counters counters;
  const BlockInfo index = IndexOf(*Must(Open(table, counters)));
  Random random(9);
  for (int round = 0; round < 3000; ++round) {
    std::string changed = table;
    for (int hits = 0; hits < 3; ++hits) {
      changed[index.offset + random.Uniform(index.stored_bytes)] =
          static_cast<char>(random.OneIn(3) ? 0xff : random.Next());
    }
    ResealBlock(&changed, {index.offset, index.stored_bytes});
    const auto opened = Open(changed, counters);
    if (!opened.has_value()) continue;
    for (std::size_t i = 0; i < entries.size(); i += 50) {
      const std::string answer = Ask(**opened, UserKeyOf(entries[i].first));
      REQUIRE((answer == "value " + entries[i].second || answer.rfind("corruption: ", 0) == 0));
    }
  }
}

TEST_CASE("a table of a learned index is cut for splitting where its blocks begin",
          "[learned-index]") {
  Counters counters;
  const auto table = Must(Open(Build(NumberedEntries(1000), Learned()), counters));
  const auto keys = table->SplitKeys(3);
  REQUIRE(keys.size() == 3);
  CHECK(keys[0] < keys[1]);
  CHECK(keys[1] < keys[2]);
}

}  // namespace
}  // namespace strata::sst
