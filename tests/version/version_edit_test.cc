#include "version/version_edit.h"

#include <catch2/catch.hpp>

#include "testing/edits.h"
#include "testing/hex.h"
#include "testing/results.h"
#include "version/manifest_format.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Hex;
using testing::Must;
using testing::Outcome;
using testing::SomeTable;

VersionEdit SomeEdit() {
  VersionEdit edit;
  edit.added.push_back(SomeTable(7, {1, 3}, "apple", "pear"));
  edit.removed = {4, 300};
  edit.sealed_logs.push_back({5, 1234});
  edit.oldest_log = 6;
  edit.next_file = 8;
  edit.last_sequence = 900;
  return edit;
}

TEST_CASE("an edit has these bytes", "[manifest]") {
  const std::string bytes = EncodeEdit(SomeEdit());
  CHECK(Hex(bytes) ==
        "01 41 07 01 03 87 20 a0 a1 a2 a3 a4 a5 a6 a7 a8\n"
        "a9 aa ab ac ad ae af e0 fe 0f 0c 0d 61 70 70 6c\n"
        "65 01 09 00 00 00 00 00 00 0c 70 65 61 72 00 05\n"
        "00 00 00 00 00 00 05 09 ac 02 02 c0 3e c0 84 3d\n"
        "b4 88 3d 03 01 04 03 02 ac 02 05 03 05 d2 09 07\n"
        "01 06 09 01 08 0b 02 84 07");
  CHECK(Must(DecodeEdit(bytes)) == SomeEdit());
}

TEST_CASE("an edit reads as text", "[manifest]") {
  CHECK(DescribeEdit(Must(DecodeEdit(EncodeEdit(SomeEdit())))) ==
        "remove 000004.sst\n"
        "remove 000300.sst\n"
        "add 000007.sst level 1 run 3, apple@9 to pear@5, 300 entries, 4103 bytes\n"
        "seal 000005.wal at 1234 bytes\n"
        "logs from 000006.wal on matter\n"
        "next file 8\n"
        "last sequence 900\n");
}

TEST_CASE("every edit comes back as it was", "[manifest]") {
  Random random(6);
  for (int i = 0; i < 2000; ++i) {
    const VersionEdit edit = testing::RandomEdit(random);
    const auto decoded = DecodeEdit(EncodeEdit(edit));
    REQUIRE(Outcome(decoded) == "ok");
    REQUIRE(*decoded == edit);
  }
}

TEST_CASE("an edit that is cut is an error or fewer fields, never other ones", "[manifest]") {
  const VersionEdit whole = SomeEdit();
  const std::string bytes = EncodeEdit(whole);
  std::size_t errors = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto decoded = DecodeEdit(std::string_view(bytes).substr(0, size));
    CAPTURE(size);
    if (!decoded.has_value()) {
      CHECK(decoded.error().code() == ErrorCode::kCorruption);
      ++errors;
      continue;
    }
    CHECK(bytes.starts_with(EncodeEdit(*decoded)));
  }
  CHECK(errors == bytes.size() - 7);  // Between the seven fields there is nothing to notice.
}

TEST_CASE("no damaged byte of an edit makes the reader crash or believe the impossible",
          "[manifest][manifest.1]") {
  const std::string bytes = EncodeEdit(SomeEdit());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int value = 0; value < 256; ++value) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(value);
      const auto decoded = DecodeEdit(damaged);
      if (!decoded.has_value()) continue;
      for (const TableMeta& table : decoded->added) {
        REQUIRE(IsWellFormedInternalKey(table.smallest));
        REQUIRE(IsWellFormedInternalKey(table.largest));
        REQUIRE(CompareInternalKeys(table.smallest, table.largest) <= 0);
        REQUIRE(table.sequence_min <= table.sequence_max);
        REQUIRE(table.deletes <= table.entries);
      }
      REQUIRE(Must(DecodeEdit(EncodeEdit(*decoded))) == *decoded);
    }
  }
}

TEST_CASE("a length larger than what is left is refused before it is believed",
          "[manifest][manifest.1]") {
  std::string bytes;
  AppendVarint64(&bytes, 1);
  AppendVarint64(&bytes, UINT64_MAX);
  CHECK(Outcome(DecodeEdit(bytes + "abc")) == "corruption: field at offset 0: cut short");
  std::string inner = "\x07\x01\x03\x04";  // number, level, run, size
  inner += std::string(16 + 4, 'x');
  AppendVarint64(&inner, std::uint64_t{1} << 40);  // The smallest key's length.
  std::string field;
  AppendField(&field, 1, inner);
  CHECK(Outcome(DecodeEdit(field)) == "corruption: field 1 at offset 0: a table cut short");
}

TEST_CASE("a critical field that isn't known is refused, another is skipped", "[manifest]") {
  std::string bytes = EncodeEdit(SomeEdit());
  AppendField(&bytes, 1000, "for somebody else");
  CHECK(Must(DecodeEdit(bytes)) == SomeEdit());
  AppendField(&bytes, 1001, "important");
  CHECK(Outcome(DecodeEdit(bytes)) ==
        "unsupported: field 1001 at offset 109: edit: field 1001 at offset 109 is unknown: a newer "
        "version of Strata wrote it");
}

TEST_CASE("a table may grow fields that an old program skips or refuses",
          "[manifest][manifest.1]") {
  const std::string edit = EncodeEdit(SomeEdit());
  const std::string table = edit.substr(2, 0x41);
  for (const std::uint64_t tag : {20, 21}) {
    std::string longer = table;
    AppendField(&longer, tag, "more");
    std::string bytes;
    AppendField(&bytes, 1, longer);
    const auto decoded = DecodeEdit(bytes);
    CHECK(CodeOf(decoded) == (tag == 20 ? "ok" : "unsupported"));
    if (decoded.has_value()) CHECK(decoded->added == SomeEdit().added);
  }
}

TEST_CASE("tables that can't be are refused", "[manifest][manifest.1]") {
  const auto outcome = [](auto change) {
    VersionEdit edit;
    edit.added.push_back(SomeTable(7, {1, 3}, "apple", "pear"));
    change(edit.added[0]);
    return Outcome(DecodeEdit(EncodeEdit(edit)));
  };
  const std::string refused = "corruption: field 1 at offset 0: a table that can't be";
  CHECK(outcome([](TableMeta&) {}) == "ok");
  CHECK(outcome([](TableMeta& t) { t.number = 0; }) == refused);
  CHECK(outcome([](TableMeta& t) { t.number = kFileNumberMax + 1; }) == refused);
  CHECK(outcome([](TableMeta& t) { t.position.level = kLevelMax + 1; }) == refused);
  CHECK(outcome([](TableMeta& t) { t.smallest = "short"; }) == refused);
  CHECK(outcome([](TableMeta& t) { std::swap(t.smallest, t.largest); }) == refused);
  CHECK(outcome([](TableMeta& t) { t.sequence_max = 4; }) == refused);
  CHECK(outcome([](TableMeta& t) { t.sequence_max = kSequenceMax + 1; }) == refused);
  CHECK(outcome([](TableMeta& t) { t.entries = 0; }) == refused);
  CHECK(outcome([](TableMeta& t) { t.deletes = t.entries + 1; }) == refused);
}

}  // namespace
}  // namespace strata
