#include <catch2/catch.hpp>

#include <algorithm>

#include "base/escape.h"
#include "base/mutant.h"
#include "sst/table_testing.h"

namespace strata::sst {
namespace {

Entries Numbered(int count) {
  Entries entries;
  for (int i = 0; i < count; ++i) {
    entries.emplace_back(Key("key" + std::to_string(100'000 + i), 5), "value" + std::to_string(i));
  }
  return entries;
}

// What a get sees in a list of entries, in the words of Ask().
std::string Expected(const Entries& entries, std::string_view user_key, SequenceNumber sequence) {
  for (const auto& [key, value] : entries) {
    if (UserKeyOf(key) != user_key || SequenceOf(key) > sequence) continue;
    return KindOf(key) == EntryKind::kDelete ? "delete" : "value " + value;
  }
  return "nothing";
}

// A whole table as an earlier program wrote it: a is "one", b is "two".
constexpr std::string_view kOldTable =
    "\\x00\\x01\\x03a\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00one\\x00\\x01\\x03b\\x01"
    "\\x02\\x00\\x00\\x00\\x00\\x00\\x00two\\x00\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x00"
    "\\x00\\xa2\\xea\\xcf\\x99\\x00\\x01\\x02b\\x01\\x02\\x00\\x00\\x00\\x00\\x00\\x00"
    "\\x00&\\x00\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\xe6\\xd0\\x89\\xd9\\x0bblo"
    "ck_bytes\\x03256\\x0bdata_blocks\\x011\\ndata_bytes\\x0244\\x07deletes\\x010\\x07ent"
    "ries\\x012\\x07largest\\tb\\x01\\x02\\x00\\x00\\x00\\x00\\x00\\x00\\traw_bytes\\x018"
    "\\x10restart_interval\\x014\\x0csequence_max\\x012\\x0csequence_min\\x011\\x08smalle"
    "st\\ta\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\xc1\\xa2\\x9aQafile id of "
    "16 b,\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x16\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
    "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00H"
    "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\xa2\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x01"
    "\\x00\\x00\\x00\\x00\\x00\\x00\\x00P\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\xc7\\x8c"
    "\\xf7\\x9f\\x00\\x00\\x00\\x00STRATAs1";

}  // namespace

TEST_CASE("a table that an earlier program wrote stays readable", "[sorted-tables]") {
#if defined(STRATA_MUTANTS)
  mutant::Enable("skip_block_crc");  // So that the first half asks for nothing but the read.
#endif
  Counters counters;
  const auto table = Must(Open(Must(Unescape(kOldTable)), counters));
  CHECK(Ask(*table, "a") == "value one");
  CHECK(Ask(*table, "b") == "value two");
#if defined(STRATA_MUTANTS)
  mutant::Enable("");
#endif
  CHECK(Outcome(table->VerifyAll()) == "ok");
  CHECK(Build({{Key("a", 1), "one"}, {Key("b", 2), "two"}}) == Must(Unescape(kOldTable)));
}

TEST_CASE("a checksum belongs to bytes, a file and a place in it", "[sorted-tables]") {
  FileId other_file = kFileId;
  other_file[15] = 'c';
  CHECK(BlockChecksum("block", kFileId, 0) == 0x2a4b3105);
  CHECK(BlockChecksum("block", kFileId, 4096) == 0xb610cba3);
  CHECK(BlockChecksum("block", other_file, 0) == 0xde75e74d);
  CHECK(BlockChecksum("black", kFileId, 0) == 0x110c50d6);
}

TEST_CASE("the bytes of a small table are those of the format", "[sorted-tables]") {
  const std::string table = Build({{Key("a", 1), "one"}, {Key("b", 2), "two"}});
  // One data block: two entries, one restart, the trailer.
  CHECK(Escape(table.substr(0, 44)) ==
        "\\x00\\x01\\x03a\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00one"
        "\\x00\\x01\\x03b\\x01\\x02\\x00\\x00\\x00\\x00\\x00\\x00two"
        "\\x00\\x00\\x00\\x00\\x01\\x00\\x00\\x00"
        "\\x00\\x00\\xa2\\xea\\xcf\\x99");
  // The index: block (offset 0, 38 bytes) ends with "b" at sequence 2.
  CHECK(Escape(table.substr(44, 28)) ==
        "\\x00\\x01\\x02b\\x01\\x02\\x00\\x00\\x00\\x00\\x00\\x00\\x00&"
        "\\x00\\x00\\x00\\x00\\x01\\x00\\x00\\x00"
        "\\x00\\x00\\xe6\\xd0\\x89\\xd9");
  // The footer.
  Footer footer;
  footer.file_id = kFileId;
  footer.index = {44, 22};
  footer.properties = {72, table.size() - kFooterSize - kTrailerSize - 72};
  footer.file_size = table.size();
  CHECK(Escape(EncodeFooter(footer)) == Escape(table.substr(table.size() - kFooterSize)));
  CHECK(Escape(table.substr(table.size() - kFooterSize)) ==
        "afile id of 16 b"
        ",\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x16\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
        "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
        "H\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\xa2\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
        "\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00P\\x01\\x00\\x00\\x00\\x00\\x00\\x00"
        "\\xc7\\x8c\\xf7\\x9f\\x00\\x00\\x00\\x00STRATAs1");
}

TEST_CASE("a table answers point reads at every sequence", "[sorted-tables]") {
  Counters counters;
  const auto table = Must(Open(Build({{Key("a", 9), "new"},
                                      {Key("a", 4), "old"},
                                      {Key("b", 7, EntryKind::kDelete), ""},
                                      {Key("b", 2), "gone"},
                                      {Key("c", 1), ""}}),
                               counters));
  CHECK(Ask(*table, "a") == "value new");
  CHECK(Ask(*table, "a", 9) == "value new");
  CHECK(Ask(*table, "a", 8) == "value old");
  CHECK(Ask(*table, "a", 3) == "nothing");
  CHECK(Ask(*table, "b") == "delete");
  CHECK(Ask(*table, "b", 6) == "value gone");
  CHECK(Ask(*table, "c") == "value ");
  for (const std::string_view absent : {"", "A", "aa", "bb", "d", "\xff"}) {
    CHECK(Ask(*table, absent) == "nothing");
  }
}

TEST_CASE("a point read touches at most one data block", "[sorted-tables]") {
  Counters counters;
  const auto table = Must(Open(Build(Numbered(1000)), counters));
  REQUIRE(table->summary().data_blocks > 50);
  for (int i = 0; i < 1000; ++i) {
    counters.Reset();
    REQUIRE(Ask(*table, "key" + std::to_string(100'000 + i)) == "value value" + std::to_string(i));
    REQUIRE(counters.Get(Counter::kBlocksRead) == 1);
    REQUIRE(Ask(*table, "key" + std::to_string(100'000 + i) + "x") == "nothing");
    REQUIRE(counters.Get(Counter::kBlocksRead) <= 2);
  }
  counters.Reset();
  CHECK(Ask(*table, "zzz") == "nothing");
  CHECK(counters.Get(Counter::kBlocksRead) == 0);  // The index knows that it is past the end.
}

TEST_CASE("a random table is the map it was made from", "[sorted-tables]") {
  Random random(5);
  Counters counters;
  for (const std::uint32_t block_bytes : {1U, 64U, 300U, 4096U, 65536U}) {
    for (const int interval : {1, 2, 16}) {
      CAPTURE(block_bytes, interval);
      const Entries entries = RandomEntries(random, 1 + random.Uniform(300), 10, 40);
      const auto table = Must(Open(Build(entries, PlainOptions(block_bytes, interval)), counters));
      const auto cursor = table->NewIterator({});
      CHECK(Must(ScanForward(*cursor)) == entries);
      CHECK(Must(ScanBackward(*cursor)) == entries);
      CHECK(Outcome(table->VerifyAll()) == "ok");
      for (const auto& [question, unused] : RandomEntries(random, 50, 10, 0)) {
        REQUIRE(Ask(*table, UserKeyOf(question), SequenceOf(question)) ==
                Expected(entries, UserKeyOf(question), SequenceOf(question)));
      }
      for (const auto& [key, unused] : entries) {
        REQUIRE(Ask(*table, UserKeyOf(key), SequenceOf(key)) ==
                Expected(entries, UserKeyOf(key), SequenceOf(key)));
      }
    }
  }
}

TEST_CASE("a cursor over a table turns round anywhere", "[sorted-tables]") {
  Random random(6);
  Counters counters;
  const Entries entries = RandomEntries(random, 200, 6, 30);
  const auto table = Must(Open(Build(entries, PlainOptions(100, 3)), counters));
  const auto cursor = table->NewIterator({});
  for (int round = 0; round < 500; ++round) {
    const std::string target = RandomEntries(random, 1, 6, 0).front().first;
    auto place = std::lower_bound(entries.begin(), entries.end(), target,
                                  [](const auto& entry, const auto& key) {
                                    return CompareInternalKeys(entry.first, key) < 0;
                                  });
    REQUIRE(cursor->Seek(target));
    for (int step = 0; step < 12; ++step) {
      REQUIRE(cursor->Valid() == (place != entries.end()));
      if (!cursor->Valid()) break;
      REQUIRE(cursor->key() == place->first);
      REQUIRE(cursor->value() == place->second);
      if (random.OneIn(2)) {
        REQUIRE(cursor->Next());
        ++place;
      } else {
        REQUIRE(cursor->Prev());
        if (place == entries.begin()) {
          REQUIRE_FALSE(cursor->Valid());
          break;
        }
        --place;
      }
    }
    REQUIRE(cursor->SeekForPrev(target));
    const auto after = std::upper_bound(entries.begin(), entries.end(), target,
                                        [](const auto& key, const auto& entry) {
                                          return CompareInternalKeys(key, entry.first) < 0;
                                        });
    REQUIRE(cursor->Valid() == (after != entries.begin()));
    if (cursor->Valid()) REQUIRE(cursor->key() == std::prev(after)->first);
  }
}

TEST_CASE("keys of 65,536 bytes and values of none to a mebibyte come back", "[sorted-tables]") {
  Counters counters;
  Entries entries;
  for (const std::size_t size : {0, 1, 127, 128, 4096, 65'535, 65'536}) {
    entries.emplace_back(Key(std::string(size, 'k'), 1), std::string(size * 16, 'v'));
  }
  for (const bool mapped : {false, true}) {
    const auto table = Must(Open(Build(entries), counters, mapped));
    CHECK((Must(ScanForward(*table->NewIterator({}))) == entries));
    CHECK(Outcome(table->VerifyAll()) == "ok");
    for (const auto& [key, value] : entries) {
      CHECK((Ask(*table, UserKeyOf(key)) == "value " + value));
    }
  }
}

TEST_CASE("a table says what it holds", "[sorted-tables]") {
  Counters counters;
  std::string bytes;
  const TableSummary built = Must(BuildInto(
      &bytes,
      {{Key("a", 9), "new"}, {Key("b", 70, EntryKind::kDelete), ""}, {Key("cc", 4), "12345"}},
      PlainOptions()));
  const auto table = Must(Open(bytes, counters));
  CHECK(table->summary() == built);
  CHECK(built.entries == 3);
  CHECK(built.deletes == 1);
  CHECK(built.raw_bytes == 4 + 1 + 7);
  CHECK(built.sequence_min == 4);
  CHECK(built.sequence_max == 70);
  CHECK(built.smallest == Key("a", 9));
  CHECK(built.largest == Key("cc", 4));
  CHECK(built.size_bytes == bytes.size());
  CHECK(built.data_blocks == 1);
  CHECK(table->file_id() == kFileId);
  CHECK(table->memory_bytes() > 0);
}

TEST_CASE("a table lists its blocks from the first byte to the footer", "[sorted-tables]") {
  Counters counters;
  const std::string bytes = Build(Numbered(100));
  const auto table = Must(Open(bytes, counters));
  const auto blocks = Must(table->Blocks());
  std::uint64_t end = 0;
  std::uint64_t entries = 0;
  for (const BlockInfo& block : blocks) {
    CHECK(block.offset == end);
    end += block.stored_bytes + kTrailerSize;
    if (block.role == "data") entries += block.entries;
  }
  CHECK(end + kFooterSize == bytes.size());
  CHECK(entries == 100);
  CHECK(blocks.front().first == Key("key100000", 5));
  CHECK(blocks.back().role == "properties");
}

TEST_CASE("split keys cut a table into parts of about equal size", "[sorted-tables]") {
  Counters counters;
  const auto table = Must(Open(Build(Numbered(2000)), counters));
  const auto keys = table->SplitKeys(3);
  REQUIRE(keys.size() == 3);
  CHECK(std::abs(std::stoi(keys[0].substr(3)) - 100'500) < 50);
  CHECK(std::abs(std::stoi(keys[1].substr(3)) - 101'000) < 50);
  CHECK(std::abs(std::stoi(keys[2].substr(3)) - 101'500) < 50);
  CHECK(Must(Open(Build(Numbered(2)), counters))->SplitKeys(3).empty());
}

TEST_CASE("a builder refuses entries that would make a table lie", "[sorted-tables]") {
  std::string bytes;
  StringSink sink(&bytes);
  TableBuilder builder(PlainOptions(), sink, kFileId);
  CHECK(Outcome(builder.Add("short", "")) == "corruption: an entry without a well-formed key");
  REQUIRE(builder.Add(Key("b", 5), ""));
  CHECK(Outcome(builder.Add(Key("b", 5), "")) == "corruption: entries out of order at key b");
  CHECK(CodeOf(builder.Add(Key("b", 6), "")) == "corruption");
  CHECK(CodeOf(builder.Add(Key("a", 1), "")) == "corruption");
  CHECK(builder.Add(Key("b", 4), ""));
  CHECK(builder.entries() == 2);
}

TEST_CASE("a cursor leads two blocks whose border lies inside one user key", "[sorted-tables]") {
  Counters counters;
  Entries entries;
  for (SequenceNumber sequence = 300; sequence > 0; --sequence) {
    entries.emplace_back(Key("same", sequence), std::to_string(sequence));
  }
  const auto table = Must(Open(Build(entries), counters));
  REQUIRE(table->summary().data_blocks > 5);
  for (SequenceNumber sequence = 1; sequence <= 300; ++sequence) {
    REQUIRE(Ask(*table, "same", sequence) == "value " + std::to_string(sequence));
  }
  CHECK(Must(ScanBackward(*table->NewIterator({}))) == entries);
}

}  // namespace strata::sst
