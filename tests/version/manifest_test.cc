#include "version/manifest.h"

#include <catch2/catch.hpp>

#include "io/memory_file_system.h"
#include "testing/edits.h"
#include "testing/hex.h"
#include "testing/results.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Hex;
using testing::Must;
using testing::Outcome;
using testing::SomeTable;

StoreProperties SomeProperties() {
  StoreProperties properties;
  for (std::size_t i = 0; i < properties.store_id.size(); ++i) {
    properties.store_id[i] = static_cast<char>(i);
  }
  properties.empty_value_deletes = true;
  return properties;
}

std::vector<VersionEdit> SomeEdits() {
  std::vector<VersionEdit> edits(3);
  edits[0].added = {SomeTable(4, {0, 4}, "a", "m")};
  edits[0].sealed_logs = {{3, 100}};
  edits[1].added = {SomeTable(7, {1, 1}, "a", "z")};
  edits[1].removed = {4};
  edits[1].oldest_log = 5;
  edits[2].next_file = 9;
  edits[2].last_sequence = 77;
  return edits;
}

// A manifest of the properties and the edits, written but for the end record.
struct Written {
  Written() {
    writer = Must(ManifestWriter::Create(environment, "m", 2, &counters));
    REQUIRE(writer->Append(EncodeProperties(SomeProperties())));
  }
  std::string contents() const { return Must(disk->Contents("m")); }

  std::unique_ptr<MemoryFileSystem> disk = NewMemoryFileSystem();
  Environment environment{.files = disk.get(), .entropy = [] { return 0xb0cdabdae5668cc1; }};
  Counters counters;
  std::unique_ptr<ManifestWriter> writer;
};

std::string ClosedManifest() {
  Written written;
  for (const VersionEdit& edit : SomeEdits()) {
    REQUIRE(written.writer->Append(EncodeEdit(edit)));
    REQUIRE(written.writer->Sync());
  }
  REQUIRE(written.writer->Close());
  return written.contents();
}

TEST_CASE("a manifest has these bytes", "[manifest]") {
  Written written;
  VersionEdit edit;
  edit.next_file = 3;
  REQUIRE(written.writer->Append(EncodeEdit(edit)));
  REQUIRE(written.writer->Close());
  CHECK(Hex(written.contents()) ==
        "f5 62 3a 6f f3 4c 04 00 0d 00 00 00 00 00 00 00\n"
        "c1 8c 66 e5 da ab cd b0 00 00 00 00 00 00 00 00\n"
        "00 00 00 00 00 00 00 00 53 54 52 41 54 4c 4f 47\n"
        "01 00 00 00 00 6c db a2 c9 1f 96 03 00 17 00 00\n"
        "00 f5 62 3a 6f c1 8c 66 e5 da ab cd b0 01 00 00\n"
        "00 00 00 00 00 00 00 00 00 00 00 00 00 01 01 01\n"
        "03 10 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d\n"
        "0e 0f 05 00 f2 6c 07 35 9a b2 03 00 03 00 00 00\n"
        "6c db a2 c9 c1 8c 66 e5 da ab cd b0 02 00 00 00\n"
        "00 00 00 00 00 00 00 00 00 00 00 00 09 01 03 19\n"
        "9f 5f 25 19 9f 02 00 00 00 00 00 f2 6c 07 35 c1\n"
        "8c 66 e5 da ab cd b0 00 00 00 00 00 00 00 00 00\n"
        "00 00 00 00 00 00 00");
  const auto state = ReadManifest(written.contents(), written.contents().size());
  REQUIRE(Outcome(state) == "ok");
  CHECK(state->properties == SomeProperties());
  CHECK(state->next_file == 3);
}

TEST_CASE("a manifest adds its edits up", "[manifest]") {
  std::string seen;
  const std::string contents = ClosedManifest();
  const auto state = ReadManifest(
      contents, contents.size(),
      [&](std::uint64_t, const VersionEdit& edit) { seen += DescribeEdit(edit) + "--\n"; });
  REQUIRE(Outcome(state) == "ok");
  CHECK(state->properties == SomeProperties());
  REQUIRE(state->tables.size() == 1);
  CHECK(state->tables.at(7) == SomeTable(7, {1, 1}, "a", "z"));
  CHECK(state->sealed_logs.empty());  // Below the oldest log that matters.
  CHECK(state->oldest_log == 5);
  CHECK(state->next_file == 9);
  CHECK(state->last_sequence == 77);
  std::string expected;
  for (const VersionEdit& edit : SomeEdits()) expected += DescribeEdit(edit) + "--\n";
  CHECK(seen == expected);
}

TEST_CASE("a snapshot makes the state it was taken of", "[manifest]") {
  ManifestState state;
  for (FileNumber number = 1; number <= 600; ++number) {
    state.tables.emplace(number, SomeTable(number, {1, number}, "a", "b"));
  }
  state.sealed_logs = {{700, 70}, {701, 71}};
  state.oldest_log = 700;
  state.next_file = 702;
  state.last_sequence = 12;
  const auto edits = state.Snapshot();
  CHECK(edits.size() == 3);
  ManifestState again;
  for (const VersionEdit& edit : edits) {
    CHECK(edit.added.size() <= kSnapshotTablesMax);
    const VersionEdit decoded = Must(DecodeEdit(EncodeEdit(edit)));
    REQUIRE(again.Apply(decoded));
  }
  CHECK(again.tables == state.tables);
  CHECK(again.sealed_logs == state.sealed_logs);
  CHECK(again.oldest_log == state.oldest_log);
  CHECK(again.next_file == state.next_file);
  CHECK(again.last_sequence == state.last_sequence);
}

TEST_CASE("every flipped bit of a closed manifest is noticed", "[manifest][manifest.4]") {
  const std::string contents = ClosedManifest();
  REQUIRE(ReadManifest(contents, contents.size()));
  for (std::size_t bit = 0; bit < contents.size() * 8; ++bit) {
    std::string damaged = contents;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    if (ReadManifest(damaged, contents.size()).has_value()) FAIL_CHECK("bit " << bit);
  }
}

TEST_CASE("every lost tail of a closed manifest is noticed", "[manifest][manifest.4]") {
  const std::string contents = ClosedManifest();
  for (std::size_t size = 0; size < contents.size(); ++size) {
    const auto state = ReadManifest(std::string_view(contents).substr(0, size), contents.size());
    CAPTURE(size);
    CHECK(CodeOf(state) == "corruption");
  }
}

TEST_CASE("a tail that was never synced may be torn, and one that was may not",
          "[manifest][manifest.4]") {
  Written written;
  const auto edits = SomeEdits();
  REQUIRE(written.writer->Append(EncodeEdit(edits[0])));
  REQUIRE(written.writer->Sync());
  const std::size_t synced = written.writer->size();
  REQUIRE(written.writer->Append(EncodeEdit(edits[1])));
  const std::string contents = written.contents();
  for (std::size_t size = 0; size < contents.size(); ++size) {
    const auto state = ReadManifest(std::string_view(contents).substr(0, size), synced);
    CAPTURE(size);
    REQUIRE(CodeOf(state) == (size < synced ? "corruption" : "ok"));
    if (size >= synced) CHECK(state->tables.count(4) == 1);
  }
  CHECK(Must(ReadManifest(contents, synced)).tables.count(7) == 1);
}

TEST_CASE("damage before a later synced edit is noticed even without CURRENT's word",
          "[manifest]") {
  Written written;
  for (const VersionEdit& edit : SomeEdits()) {
    REQUIRE(written.writer->Append(EncodeEdit(edit)));
    REQUIRE(written.writer->Sync());
  }
  const std::string contents = written.contents();
  VersionEdit last;
  last.next_file = 9;
  last.last_sequence = 77;
  const std::size_t last_at = contents.size() - wal::kHeaderSize - EncodeEdit(last).size();
  for (std::size_t i = 0; i < last_at; ++i) {
    std::string damaged = contents;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    CAPTURE(i);
    CHECK_FALSE(ReadManifest(damaged, 0).has_value());
  }
}

TEST_CASE("edits that can't follow each other are refused with their offset", "[manifest]") {
  VersionEdit add;
  add.added = {SomeTable(4, {0, 4}, "a", "m")};
  VersionEdit remove;
  remove.removed = {5};
  VersionEdit seal;
  seal.sealed_logs = {{9, 10}};
  VersionEdit seal_again;
  seal_again.sealed_logs = {{9, 11}};
  const auto outcome = [](const std::vector<VersionEdit>& edits) {
    Written written;
    for (const VersionEdit& edit : edits) REQUIRE(written.writer->Append(EncodeEdit(edit)));
    const std::string contents = written.contents();
    return Outcome(ReadManifest(contents, contents.size()));
  };
  CHECK(outcome({add, seal, seal}) == "ok");
  CHECK(outcome({add, add}).ends_with("it adds 000004.sst, which is there already"));
  CHECK(outcome({add, remove}).ends_with("it removes 000005.sst, which isn't there"));
  CHECK(outcome({seal, seal_again}).ends_with("it seals 000009.wal at another length"));
  CHECK(outcome({add, add}).starts_with("corruption: edit at offset "));
}

TEST_CASE("what a newer program wrote is refused by name", "[manifest]") {
  const auto outcome = [](const StoreProperties& properties) {
    const auto disk = NewMemoryFileSystem();
    const Environment environment{.files = disk.get(), .entropy = SeededEntropy(1)};
    const auto writer = Must(ManifestWriter::Create(environment, "m", 2, nullptr));
    REQUIRE(writer->Append(EncodeProperties(properties)));
    const std::string contents = Must(disk->Contents("m"));
    return Outcome(ReadManifest(contents, 0));
  };
  StoreProperties newer;
  newer.features = {"time travel"};
  CHECK(outcome(newer) ==
        "unsupported: the store uses the feature 'time travel', which this program doesn't know");
  newer.features.clear();
  newer.format_version = 2;
  CHECK(outcome(newer) ==
        "unsupported: the store's format is version 2, this program knows up to 1");
  newer.format_version = 1;
  CHECK(outcome(newer) == "ok");
}

TEST_CASE("store properties come back as they were, and cut ones don't", "[manifest]") {
  StoreProperties properties = SomeProperties();
  properties.features = {"one", "", "three"};
  std::string bytes = EncodeProperties(properties);
  CHECK(Must(DecodeProperties(bytes)) == properties);
  CHECK(CodeOf(DecodeProperties("")) == "corruption");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto decoded = DecodeProperties(std::string_view(bytes).substr(0, size));
    if (decoded.has_value()) CHECK(bytes.starts_with(EncodeProperties(*decoded)));
  }
  AppendField(&bytes, 99, "");
  CHECK(CodeOf(DecodeProperties(bytes)) == "unsupported");
}

}  // namespace
}  // namespace strata
