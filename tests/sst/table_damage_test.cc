#include <catch2/catch.hpp>

#include <new>

#include "base/mutant.h"
#include "sst/table_testing.h"

namespace strata::sst {
namespace {

// Three data blocks of the same length.
Entries SmallEntries() {
  return {{Key("a1", 1), std::string(60, 'a')}, {Key("a2", 2), std::string(60, 'b')},
          {Key("b1", 3), std::string(60, 'c')}, {Key("b2", 4), std::string(60, 'd')},
          {Key("c1", 5), std::string(60, 'e')}, {Key("c2", 6), std::string(60, 'f')}};
}

std::string SmallTable(const FileId& file_id = kFileId) {
  return Build(SmallEntries(), PlainOptions(170, 16), file_id);
}

BlockHandle DataBlock(const std::string& table, std::size_t i) {
  Counters counters;
  const BlockInfo info = Must(Must(Open(table, counters))->Blocks()).at(i);
  return {info.offset, info.stored_bytes};
}

bool SaysWhere(const Error& error) {
  return error.code() == ErrorCode::kCorruption &&
         error.message().rfind(std::string(kTableName) + ": ", 0) == 0 &&
         error.message().find(" at offset ") != std::string::npos;
}

// True iff opening `table`, or checking all of it, finds damage and says where, and every answer
// that is given nevertheless is right.
bool DamageIsFound(const std::string& table, bool mapped = false) {
  Counters counters;
  const auto opened = Open(table, counters, mapped);
  if (!opened.has_value()) return SaysWhere(opened.error());
  const TableReader& reader = **opened;
  for (const auto& [key, value] : SmallEntries()) {
    std::string got;
    const auto hit = reader.Get(UserKeyOf(key), kSequenceMax, {}, &got);
    if (!hit.has_value() ? !SaysWhere(hit.error()) : !hit->has_value() || got != value)
      return false;
  }
  const auto scanned = ScanForward(*reader.NewIterator({}));
  if (!scanned.has_value() ? !SaysWhere(scanned.error()) : *scanned != SmallEntries()) return false;
  const Status verified = reader.VerifyAll();
  return !verified.has_value() && SaysWhere(verified.error());
}

[[maybe_unused]] bool FlippedBitIsFound() {
  std::string table = SmallTable();
  table[20] ^= 0x10;
  return DamageIsFound(table);
}

bool SwappedBlocksAreFound() {
  std::string table = SmallTable();
  const BlockHandle first = DataBlock(table, 0);
  const BlockHandle second = DataBlock(table, 1);
  REQUIRE(first.size == second.size);
  const std::string moved = table.substr(first.offset, first.size + kTrailerSize);
  table.replace(first.offset, moved.size(), table, second.offset, moved.size());
  table.replace(second.offset, moved.size(), moved);
  return DamageIsFound(table);
}

// The index claims an exbibyte, under a checksum that fits.
bool HugeBlockIsRefused() {
  std::string table = SmallTable();
  EncodeFixed(table.data() + table.size() - kFooterSize + 24, std::uint64_t{1} << 60);
  ResealFooter(&table);
  try {
    return DamageIsFound(table);
  } catch (const std::bad_alloc&) {
    return false;
  }
}

}  // namespace

TEST_CASE("every flipped bit of a table is found and named", "[sorted-tables]") {
  const std::string table = SmallTable();
  for (std::size_t bit = 0; bit < table.size() * 8; ++bit) {
    CAPTURE(bit / 8, bit % 8);
    std::string damaged = table;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    REQUIRE(DamageIsFound(damaged));
    REQUIRE(DamageIsFound(damaged, true));
  }
}

TEST_CASE("a table that ends early or late is found at every cut", "[sorted-tables]") {
  const std::string table = SmallTable();
  for (std::size_t cut = 0; cut < table.size(); ++cut) {
    CAPTURE(cut);
    REQUIRE(DamageIsFound(table.substr(0, cut)));
    REQUIRE(DamageIsFound(table.substr(cut + 1)));
  }
  CHECK(DamageIsFound(table + table));
}

TEST_CASE("a block at another block's place is found", "[sorted-tables]") {
  CHECK(SwappedBlocksAreFound());
}

TEST_CASE("a block of another table is found", "[sorted-tables]") {
  FileId other_id = kFileId;
  other_id[0] = 'b';
  std::string table = SmallTable();
  const std::string other = SmallTable(other_id);
  const BlockHandle block = DataBlock(table, 1);
  table.replace(block.offset, block.size + kTrailerSize, other, block.offset,
                block.size + kTrailerSize);
  CHECK(DamageIsFound(table));

  Counters counters;
  CHECK(Ask(*Must(Open(table, counters)), "b1") == "corruption: 000007.sst: block at offset " +
                                                       std::to_string(block.offset) +
                                                       ": bad checksum");
}

TEST_CASE("a size that no file can have is refused before memory is asked for", "[sorted-tables]") {
  CHECK(HugeBlockIsRefused());
}

TEST_CASE("numbers near the end of 64 bits don't wrap round the file's size", "[sorted-tables]") {
  const std::string table = SmallTable();
  for (const std::size_t field : {16, 24, 48, 56}) {
    for (const std::uint64_t number : {std::uint64_t{0} - 1, std::uint64_t{0} - 6,
                                       std::uint64_t{0} - 7, std::uint64_t{1} << 63}) {
      std::string damaged = table;
      EncodeFixed(damaged.data() + table.size() - kFooterSize + field, number);
      ResealFooter(&damaged);
      CAPTURE(field, number);
      CHECK(DamageIsFound(damaged));
    }
  }
}

TEST_CASE("what a newer program wrote is refused by its name", "[sorted-tables]") {
  Counters counters;
  std::string table = SmallTable();
  const std::string footer =
      "000007.sst: footer at offset " + std::to_string(table.size() - kFooterSize) + ": ";
  std::string newer = table;
  EncodeFixed(newer.data() + table.size() - kFooterSize + 68, kFeatureSealed | 1U << 9);
  ResealFooter(&newer);
  CHECK(Outcome(Open(newer, counters)) ==
        "unsupported: " + footer + "a newer program wrote this: feature bit 9");
  newer = table;
  EncodeFixed(newer.data() + table.size() - kFooterSize + 68, kFeatureSealed);
  ResealFooter(&newer);
  CHECK(Outcome(Open(newer, counters)) == "unsupported: " + footer + "the file is sealed");
  newer = table;
  EncodeFixed(newer.data() + table.size() - kFooterSize + 64, std::uint32_t{2});
  ResealFooter(&newer);
  CHECK(Outcome(Open(newer, counters)) == "unsupported: " + footer + "table format version 2");

  const BlockHandle block = DataBlock(table, 0);
  newer = table;
  newer[block.offset + block.size] = 9;
  ResealBlock(&newer, block);
  CHECK(Ask(*Must(Open(newer, counters)), "a1") ==
        "unsupported: 000007.sst: block at offset 0: compression 9");
  newer = table;
  newer[block.offset + block.size + 1] = 1;
  ResealBlock(&newer, block);
  CHECK(Ask(*Must(Open(newer, counters)), "a1") ==
        "unsupported: 000007.sst: block at offset 0: the block is sealed");
}

// A writer's mistake, not the disk's: all checksums fit, the content doesn't.
TEST_CASE("entries that the checksums can't judge are judged by VerifyAll", "[sorted-tables]") {
  const std::string table = SmallTable();
  const BlockHandle block = DataBlock(table, 1);
  const auto with = [&](std::size_t at, char byte) {
    std::string changed = table;
    changed[block.offset + at] = byte;
    ResealBlock(&changed, block);
    return changed;
  };
  Counters counters;
  const std::string where =
      "corruption: 000007.sst: block at offset " + std::to_string(block.offset) + ": ";
  CHECK(Outcome(Must(Open(with(3, 'a'), counters))->VerifyAll()).rfind(where, 0) == 0);
  CHECK(Outcome(Must(Open(with(3, 'z'), counters))->VerifyAll()).rfind(where, 0) == 0);
  CHECK(Outcome(Must(Open(with(1, 60), counters))->VerifyAll()).rfind(where, 0) == 0);
  // The kind of the first entry: unknown, or counted wrongly.
  CHECK(Ask(*Must(Open(with(5, 77), counters)), "b1") == where + "an entry of unknown kind");
  CHECK(Outcome(ScanForward(*Must(Open(with(5, 77), counters))->NewIterator({}))) ==
        where + "an entry of unknown kind");
  CHECK(Outcome(Must(Open(with(5, 0), counters))->VerifyAll()).find("properties") !=
        std::string::npos);
}

#if defined(STRATA_MUTANTS)
TEST_CASE("the mistakes of other engines would be noticed", "[sorted-tables]") {
  mutant::Enable("skip_block_crc");
  CHECK_FALSE(FlippedBitIsFound());
  mutant::Enable("crc_without_offset");
  CHECK_FALSE(SwappedBlocksAreFound());
  mutant::Enable("alloc_declared_len");
  CHECK_FALSE(HugeBlockIsRefused());
  mutant::Enable("");
  CHECK(FlippedBitIsFound());
}
#endif

}  // namespace strata::sst
