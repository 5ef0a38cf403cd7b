#include "compaction/table_writer.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "io/faulty_file_system.h"
#include "testing/results.h"
#include "testing/tables.h"
#include "version/local_table_store.h"

namespace strata::compaction {
namespace {

using strata::testing::Entry;
using strata::testing::Forwards;
using strata::testing::Must;
using strata::testing::Outcome;
using strata::testing::ParseEntries;
using strata::testing::TableFactory;

Status AddAll(TableWriter& writer, const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) STRATA_TRY(writer.Add(entry.key, entry.value));
  return {};
}

std::size_t FilesIn(TableFactory& tables) {
  return Must(tables.disk->List("db")).size();
}

TEST_CASE("a stream becomes tables that hold it all", "[flush-and-merge]") {
  TableFactory tables;
  TableStore& store = tables.Store();
  TableWriterOptions options;
  options.position = {0, 7};
  options.write_time_min_us = 11;
  options.write_time_max_us = 22;
  TableWriter writer(store, options);
  REQUIRE(AddAll(writer, ParseEntries("a@1=x b@2 b@1=y")).has_value());
  const auto written = Must(writer.Finish());
  REQUIRE(written.size() == 1);
  const TableMeta& meta = written[0]->meta();
  CHECK(meta.number == 1);
  CHECK(meta.position == RunPosition{0, 7});
  CHECK(meta.entries == 3);
  CHECK(meta.deletes == 1);
  CHECK(meta.write_time_min_us == 11);
  CHECK(meta.write_time_max_us == 22);
  CHECK(meta.size_bytes == Must(tables.disk->FileSize("db/000001.sst")));
  CHECK(writer.bytes_written() == meta.size_bytes);
  CHECK(Forwards(*written[0]->reader().NewIterator({})) == "a@1=x b@2 b@1=y");
}

TEST_CASE("nothing added is no table", "[flush-and-merge]") {
  TableFactory tables;
  TableStore& store = tables.Store();
  TableWriter writer(store, {});
  CHECK(Must(writer.Finish()).empty());
  CHECK(FilesIn(tables) == 0);
  TableWriter another(store, {});
  REQUIRE(AddAll(another, ParseEntries("a@1=x")).has_value());
  CHECK(Must(another.Finish()).size() == 1);
}

TEST_CASE("a full table is cut only between two user keys", "[flush-and-merge]") {
  TableFactory tables;
  TableStore& store = tables.Store();
  TableWriterOptions options;
  options.table_bytes_max = 1;
  TableWriter writer(store, options);
  REQUIRE(AddAll(writer, ParseEntries("a@3=x a@2 a@1=y b@9=z c@5 c@4=v")).has_value());
  const auto written = Must(writer.Finish());
  REQUIRE(written.size() == 3);
  CHECK(Forwards(*written[0]->reader().NewIterator({})) == "a@3=x a@2 a@1=y");
  CHECK(Forwards(*written[1]->reader().NewIterator({})) == "b@9=z");
  CHECK(Forwards(*written[2]->reader().NewIterator({})) == "c@5 c@4=v");
}

TEST_CASE("tables are cut near the size asked for", "[flush-and-merge]") {
  TableFactory tables;
  TableStore& store = tables.Store();
  TableWriterOptions options;
  options.table_bytes_max = 64 << 10;
  TableWriter writer(store, options);
  Random random(3);
  for (std::uint64_t i = 0; i < 5000; ++i) {
    const std::string key = "key" + std::to_string(100'000 + i);
    REQUIRE(writer.Add(MakeInternalKey(key, i + 1, EntryKind::kValue), random.Bytes(100)));
  }
  const auto written = Must(writer.Finish());
  CHECK(written.size() >= 8);
  std::uint64_t entries = 0;
  for (std::size_t i = 0; i < written.size(); ++i) {
    entries += written[i]->meta().entries;
    CHECK(written[i]->meta().size_bytes < 96 << 10);
    if (i > 0) {
      CHECK(UserKeyOf(written[i - 1]->meta().largest) < UserKeyOf(written[i]->meta().smallest));
    }
  }
  CHECK(entries == 5000);
}

TEST_CASE("a finished table survives a power cut once its directory is synced",
          "[flush-and-merge]") {
  TableFactory tables;
  TableStore& store = tables.Store();
  TableWriter writer(store, {});
  REQUIRE(AddAll(writer, ParseEntries("a@1=x b@2=y")).has_value());
  const auto written = Must(writer.Finish());
  REQUIRE(tables.disk->SyncDirectory("db").has_value());
  Random random(1);
  const auto after = tables.disk->Crash(CrashKind::kNothingUnsynced, random);
  tables.files = after.get();
  const auto reopened = tables.Open(written[0]->meta());
  REQUIRE(Outcome(reopened) == "ok");
  CHECK(Forwards(*(*reopened)->reader().NewIterator({})) == "a@1=x b@2=y");
}

TEST_CASE("an abandoned writer leaves no file behind", "[flush-and-merge]") {
  TableFactory tables;
  TableStore& store = tables.Store();
  TableWriterOptions options;
  options.table_bytes_max = 1;
  TableWriter writer(store, options);
  REQUIRE(AddAll(writer, ParseEntries("a@1=x b@1=x c@1=x")).has_value());
  CHECK(FilesIn(tables) == 3);
  writer.Abandon();
  CHECK(FilesIn(tables) == 0);
}

// Its disk changes a bit between the write and the check.
class CorruptingStore final : public LocalTableStore {
 public:
  explicit CorruptingStore(TableFactory& tables)
      : LocalTableStore({.directory = "db", .reader = {.counters = &tables.counters}}),
        disk_(*tables.disk) {
    Start({std::shared_ptr<void>(), &disk_}, [&tables] { return tables.next_number++; });
  }

  Result<std::shared_ptr<const Table>> Open(const TableMeta& meta) override {
    const std::string path = NameOf(IdentityOf(meta));
    std::string contents = Must(disk_.Contents(path));
    contents[2] = static_cast<char>(contents[2] ^ 1);
    disk_.SetContents(path, contents);
    return LocalTableStore::Open(meta);
  }
  using LocalTableStore::Open;

 private:
  MemoryFileSystem& disk_;
};

TEST_CASE("what can't be read back as it was written is refused", "[flush-and-merge]") {
  TableFactory tables;
  CorruptingStore store(tables);
  for (const bool verify : {true, false}) {
    TableWriterOptions options;
    options.verify = verify;
    TableWriter writer(store, options);
    REQUIRE(AddAll(writer, ParseEntries("a@1=x")).has_value());
    CHECK(strata::testing::CodeOf(writer.Finish()) == (verify ? "corruption" : "ok"));
  }
}

TEST_CASE("every failing file operation is an error, and no table comes of it",
          "[flush-and-merge]") {
  for (const Fault fault : {Fault::kEio, Fault::kEnospc, Fault::kShortWrite}) {
    for (std::uint64_t fail_at = 0;; ++fail_at) {
      TableFactory tables;
      const auto faulty = NewFaultyFileSystem(*tables.disk);
      tables.files = faulty.get();
      TableStore& store = tables.Store();
      TableWriterOptions options;
      options.table_bytes_max = 1;
      faulty->SetPlan({.fail_at = fail_at, .fault = fault});
      TableWriter writer(store, options);
      const Status added = AddAll(writer, ParseEntries("a@1=x b@1=x"));
      Result<std::vector<std::shared_ptr<const Table>>> written = Error(ErrorCode::kIo, "");
      if (added) written = writer.Finish();
      const bool finished = written.has_value();  // What was written goes with `written`.
      CAPTURE(fail_at, static_cast<int>(fault));
      if (!faulty->fired()) {
        CHECK(finished);
        CHECK(fail_at > 8);  // Two tables: create, append, sync, close, open, reads.
        const auto events = faulty->events();
        CHECK(std::count_if(events.begin(), events.end(), [](const FileEvent& event) {
                return event.operation == FileOperation::kClose;
              }) == 2);
        break;
      }
      CHECK_FALSE(finished);
    }
  }
}

}  // namespace
}  // namespace strata::compaction
