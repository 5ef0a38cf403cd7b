#include "sst/table_walk.h"

#include <catch2/catch.hpp>

#include "sst/table_properties.h"
#include "sst/table_testing.h"
#include "testing/bytes_file.h"

namespace strata::sst {
namespace {

using testing::BytesFile;

// Some blocks of the same length.
Entries SixEntries() {
  return {{Key("a1", 1), std::string(60, 'a')}, {Key("a2", 2), std::string(60, 'b')},
          {Key("b1", 3), std::string(60, 'c')}, {Key("b2", 4), std::string(60, 'd')},
          {Key("c1", 5), std::string(60, 'e')}, {Key("c2", 6), std::string(60, 'f')}};
}

std::string SixInThreeBlocks() {
  TableOptions options = PlainOptions(170, 16);
  options.filter_bits_per_key = 10;
  return Build(SixEntries(), options, kFileId);
}

KnownTable Known() {
  return {.file_id = kFileId, .entries = 6, .smallest = "a1", .largest = "c2"};
}

// "footer index properties data[a1 a2] data!(b..c) ": what a walk meets.
std::string Walk(const std::string& table, const TableWalkOptions& options = {}) {
  const BytesFile file(table);
  Counters counters;
  TableWalk walk(file, counters, options);
  std::string met;
  while (const auto piece = walk.Next()) {
    met += piece->role;
    if (piece->error) {
      met += "!(" + piece->first.value_or("") + ".." + piece->last.value_or("") + ")";
      CHECK(piece->error->message().find("at offset") != std::string::npos);
    }
    if (piece->block) {
      met += "[";
      BlockIterator entry(&*piece->block);
      Status moved = entry.SeekToFirst();
      for (; moved && entry.Valid(); moved = entry.Next()) {
        met += std::string(met.back() == '[' ? "" : " ") + std::string(UserKeyOf(entry.key()));
      }
      met += "]";
    }
    met += " ";
  }
  return met;
}

BlockHandle DataBlock(const std::string& table, std::size_t i) {
  Counters counters;
  const BlockInfo info = Must(Must(Open(table, counters))->Blocks()).at(i);
  return {info.offset, info.stored_bytes};
}

std::string Flipped(std::string table, std::size_t offset) {
  table[offset] = static_cast<char>(table[offset] ^ 0x10);
  return table;
}

TEST_CASE("a walk meets every piece of a table that is whole", "[scrub-and-repair]") {
  CHECK(Walk(SixInThreeBlocks()) ==
        "footer index properties filter data[a1 a2] data[b1 b2] data[c1 c2] ");
}

TEST_CASE("a damaged block is told with the keys that it may hold, and the walk goes on",
          "[scrub-and-repair]") {
  const std::string table = SixInThreeBlocks();
  CHECK(Walk(Flipped(table, DataBlock(table, 1).offset + 5)) ==
        "footer index properties filter data[a1 a2] data!(b..c) data[c1 c2] ");
  const KnownTable known = Known();
  CHECK(Walk(Flipped(table, DataBlock(table, 0).offset + 5), {.known = &known}) ==
        "footer index properties filter data!(a1..b) data[b1 b2] data[c1 c2] ");
  CHECK(Walk(Flipped(table, DataBlock(table, 2).offset + 5), {.known = &known}) ==
        "footer index properties filter data[a1 a2] data[b1 b2] data!(c..c2) ");
}

TEST_CASE("each flipped bit of a table breaks one piece of a walk", "[scrub-and-repair]") {
  const std::string table = SixInThreeBlocks();
  for (std::size_t bit = 0; bit < table.size() * 8; ++bit) {
    std::string flipped = table;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    const std::string met = Walk(flipped);
    if (std::count(met.begin(), met.end(), '!') != 1) FAIL_CHECK("bit " << bit << ": " << met);
  }
}

TEST_CASE("without its index a table is a chain of blocks, each found by its checksum",
          "[scrub-and-repair]") {
  const std::string table = SixInThreeBlocks();
  const std::size_t index = table.size() - kFooterSize;  // The footer, and then the index.
  CHECK(Walk(Flipped(table, index + 20), {.salvage = true}).starts_with("footer!"));
  const KnownTable known = Known();
  const std::string chained = "data[a1 a2] data[b1 b2] data[c1 c2] ";
  CHECK(Walk(Flipped(table, index + 20), {.salvage = true, .known = &known}) ==
        "footer!(..) " + chained);

  const BytesFile file(table);
  Counters counters;
  TableWalk walk(file, counters);
  REQUIRE(walk.Next()->role == "footer");
  const std::size_t at = walk.footer()->index.offset;
  const std::string met = Walk(Flipped(table, at + 3), {.salvage = true});
  CHECK(met.find("index!") != std::string::npos);
  CHECK(met.ends_with(chained));
  CHECK(Walk(Flipped(table, at + 3)).find("data[") == std::string::npos);  // Not asked to look.
}

TEST_CASE("a chain ends at the first block that isn't whole", "[scrub-and-repair]") {
  const std::string table = SixInThreeBlocks();
  const KnownTable known = Known();
  const BlockHandle second = DataBlock(table, 1);
  const std::string cut = table.substr(0, second.offset + second.size / 2);
  CHECK(Walk(cut, {.salvage = true, .known = &known}) == "footer!(..) data[a1 a2] data!(a2..c2) ");
  CHECK(Walk("", {.salvage = true, .known = &known}) == "footer!(..) data!(a1..c2) ");
  CHECK(Walk("short", {.salvage = true}) == "footer!(..) data!(..) ");
}

TEST_CASE("a block is found by its checksum, and no other bytes are taken for one",
          "[scrub-and-repair]") {
  const std::string table = SixInThreeBlocks();
  for (std::size_t i = 0; i < 3; ++i) {
    const BlockHandle handle = DataBlock(table, i);
    CHECK(FindBlockAt(table, handle.offset, table.size(), kFileId) == handle);
    CHECK(FindBlockAt(table, handle.offset, EndOf(handle), kFileId) == handle);
    CHECK_FALSE(FindBlockAt(table, handle.offset, EndOf(handle) - 1, kFileId).has_value());
    CHECK_FALSE(FindBlockAt(table, handle.offset + 1, table.size(), kFileId).has_value());
    FileId other = kFileId;
    other[3] = static_cast<char>(other[3] ^ 1);
    CHECK_FALSE(FindBlockAt(table, handle.offset, table.size(), other).has_value());
  }
  // The same bytes elsewhere in the file aren't the block.
  const BlockHandle first = DataBlock(table, 0);
  const std::string moved = std::string(7, 'x') + table;
  CHECK_FALSE(FindBlockAt(moved, 7, moved.size(), kFileId).has_value());
  CHECK(FindBlockAt(table.substr(0, EndOf(first)), 0, UINT64_MAX, kFileId) == first);
}

TEST_CASE("a table says which named table it is part of", "[scrub-and-repair]") {
  TableOptions options;
  options.named_table = 7;
  CHECK(Must(NamedTableOf(MakeProperties({}, options))) == 7);
  CHECK(Must(NamedTableOf(MakeProperties({}, {}))) == 0);
  CHECK_FALSE(NamedTableOf({{"named_table", "many"}}));
  CHECK_FALSE(NamedTableOf({{"named_table", "4294967296"}}));
}

}  // namespace
}  // namespace strata::sst
