#include "version/run_iterator.h"

#include <catch2/catch.hpp>

#include "compaction/table_writer.h"
#include "testing/results.h"
#include "testing/tables.h"

namespace strata {
namespace {

using testing::Backwards;
using testing::Forwards;
using testing::Must;
using testing::ParseEntries;
using testing::ShowEntry;
using testing::TableFactory;

// Writes the entries as tables of about one entry each; the versions of a key stay together.
Run RunOf(TableFactory& tables, std::string_view entries) {
  TableStore& store = tables.Store();
  compaction::TableWriterOptions options;
  options.table_bytes_max = 1;
  options.position = {1, 1};
  compaction::TableWriter writer(store, options);
  for (const auto& entry : ParseEntries(entries)) {
    REQUIRE(writer.Add(entry.key, entry.value).has_value());
  }
  return {options.position, Must(writer.Finish())};
}

std::string Here(const InternalIterator& entries) {
  return entries.Valid() ? ShowEntry(entries.key(), entries.value()) : "end";
}

TEST_CASE("a run reads as one table in both directions", "[flush-and-merge]") {
  TableFactory tables;
  const Run run = RunOf(tables, "a@3=x a@1=w c@2 e@5=y e@4=z g@1=v");
  CHECK(run.tables.size() == 4);
  const auto entries = NewRunIterator(run, {});
  CHECK_FALSE(entries->Valid());
  CHECK(Forwards(*entries) == "a@3=x a@1=w c@2 e@5=y e@4=z g@1=v");
  CHECK(Backwards(*entries) == "g@1=v e@4=z e@5=y c@2 a@1=w a@3=x");
}

TEST_CASE("a seek in a run lands as the order of keys says, at every target", "[flush-and-merge]") {
  TableFactory tables;
  const auto all = ParseEntries("b@3=x b@1=w d@2 f@5=y f@4=z h@1=v");
  const Run run = RunOf(tables, "b@3=x b@1=w d@2 f@5=y f@4=z h@1=v");
  const auto entries = NewRunIterator(run, {});
  for (const char key : std::string("abcdefghi")) {
    for (SequenceNumber sequence = 0; sequence <= 6; ++sequence) {
      const std::string target = MakeInternalKey({&key, 1}, sequence, EntryKind::kValue);
      std::string at_or_after = "end";
      std::string at_or_before = "end";
      for (const auto& entry : all) {
        const int order = CompareInternalKeys(entry.key, target);
        if (order <= 0) at_or_before = ShowEntry(entry.key, entry.value);
        if (order >= 0 && at_or_after == "end") at_or_after = ShowEntry(entry.key, entry.value);
      }
      CAPTURE(key, sequence);
      REQUIRE(entries->Seek(target).has_value());
      CHECK(Here(*entries) == at_or_after);
      REQUIRE(entries->SeekForPrev(target).has_value());
      CHECK(Here(*entries) == at_or_before);
    }
  }
}

TEST_CASE("a cursor over a run may turn around at any entry", "[flush-and-merge]") {
  TableFactory tables;
  const auto all = ParseEntries("a@1=1 b@1=1 c@1=1 d@1=1");
  const Run run = RunOf(tables, "a@1=1 b@1=1 c@1=1 d@1=1");
  const auto entries = NewRunIterator(run, {});
  REQUIRE(entries->SeekToFirst().has_value());
  Random random(5);
  std::size_t at = 0;
  for (int step = 0; step < 200; ++step) {
    const bool forward = at == 0 || (at + 1 < all.size() && random.OneIn(2));
    REQUIRE((forward ? entries->Next() : entries->Prev()).has_value());
    at = forward ? at + 1 : at - 1;
    REQUIRE(entries->Valid());
    REQUIRE(entries->key() == all[at].key);
  }
}

TEST_CASE("an empty run has no entries", "[flush-and-merge]") {
  TableFactory tables;
  const Run run = RunOf(tables, "");
  const auto entries = NewRunIterator(run, {});
  CHECK(Forwards(*entries).empty());
  CHECK(Backwards(*entries).empty());
  CHECK(entries->Seek(MakeInternalKey("a", 1, EntryKind::kValue)).has_value());
  CHECK_FALSE(entries->Valid());
  CHECK(Forwards(*NewRunIterator(RunOf(tables, "a@1=1"), {})) == "a@1=1");
}

TEST_CASE("a table of a run is opened only when it is reached", "[flush-and-merge]") {
  TableFactory tables;
  const Run run = RunOf(tables, "a@1=1 b@1=1 c@1=1 d@1=1");
  const std::uint64_t before = tables.counters.Get(Counter::kBlocksRead);
  const auto entries = NewRunIterator(run, {});
  REQUIRE(entries->Seek(MakeInternalKey("c", 1, EntryKind::kValue)).has_value());
  CHECK(tables.counters.Get(Counter::kBlocksRead) - before == 1);
}

TEST_CASE("damage in one table of a run ends the walk with an error", "[flush-and-merge]") {
  TableFactory tables;
  Run run = RunOf(tables, "a@1=1 b@1=1 c@1=1");
  const std::string path = JoinPath("db", TableFileName(run.tables[1]->meta().number));
  std::string contents = Must(tables.disk->Contents(path));
  contents[2] = static_cast<char>(contents[2] ^ 1);
  tables.disk->SetContents(path, contents);
  run.tables[1] = Must(tables.Open(run.tables[1]->meta()));
  const auto entries = NewRunIterator(run, {});
  const std::string seen = Forwards(*entries);
  CHECK(seen.starts_with("a@1=1 corruption: "));
  CHECK(seen.find("000002.sst") != seen.npos);
  CHECK_FALSE(entries->Valid());
  REQUIRE(entries->SeekToLast().has_value());  // A seek makes it good again.
  CHECK(Here(*entries) == "c@1=1");
}

}  // namespace
}  // namespace strata
