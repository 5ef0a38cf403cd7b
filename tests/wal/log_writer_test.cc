#include "wal/log_writer.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "testing/string_file.h"
#include "wal/log_testing.h"

namespace strata::wal {
namespace {

TEST_CASE("what is appended reads back, whatever parts it came in",
          "[write-ahead-log][write-ahead-log.1]") {
  LogBuilder log;
  const std::string_view parts[] = {"one", "", "two", "three"};
  REQUIRE(log.writer.Append(RecordType::kBatch, 1, parts));
  REQUIRE(log.writer.Append(RecordType::kEdit, 0, {}));
  REQUIRE(log.writer.Append(RecordType::kBatch, 4, {parts, 1}));
  CHECK(ReadAll(log.file.contents) == "onetwothree  one unsealed");
  CHECK(log.writer.size() == log.file.contents.size());
}

TEST_CASE("a record is one append to the file, and a sync is one sync",
          "[write-ahead-log][write-ahead-log.1]") {
  Counters counters;
  testing::StringFile file;
  LogWriter writer(file, kLogId, &counters);
  REQUIRE(writer.Start());
  CHECK(file.appends == 1);
  const std::string_view parts[] = {"one", "two"};
  REQUIRE(writer.Append(RecordType::kBatch, 1, parts));
  CHECK(file.appends == 2);
  CHECK(file.syncs == 0);
  CHECK(writer.synced_size() == 0);
  REQUIRE(writer.Sync());
  CHECK(file.syncs == 1);
  CHECK(writer.synced_size() == file.contents.size());
  REQUIRE(writer.End());
  CHECK(file.appends == 3);
  CHECK(file.syncs == 2);
  CHECK(counters.Get(Counter::kWalRecords) == 3);
  CHECK(counters.Get(Counter::kWalSyncs) == 2);
  CHECK(counters.Get(Counter::kWalBytes) == file.contents.size());
}

TEST_CASE("a record says how much of the log was on the disk before it",
          "[write-ahead-log][write-ahead-log.1]") {
  LogBuilder log;
  log.Write({"a", "sync", "b", "c", "sync", "d"});
  std::vector<std::uint64_t> synced;
  std::vector<std::uint64_t> offsets;
  LogReader reader(log.file.contents);
  while (true) {
    const auto record = reader.Next();
    REQUIRE(record);
    if (!record->has_value()) break;
    synced.push_back((*record)->synced);
    offsets.push_back((*record)->offset);
  }
  REQUIRE(offsets.size() == 4);
  CHECK(synced == std::vector<std::uint64_t>{0, offsets[1], offsets[1], offsets[3]});
}

TEST_CASE("a writer stays failed after the first error", "[write-ahead-log][write-ahead-log.1]") {
  LogBuilder log;
  log.Write({"a"});
  log.file.fail_next = true;
  log.file.code = ErrorCode::kIo;
  const std::string_view part = "b";
  const Status failed = log.writer.Append(RecordType::kBatch, 2, {&part, 1});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code() == ErrorCode::kIo);
  CHECK(log.writer.Append(RecordType::kBatch, 2, {&part, 1}).error().message() == "disk full");
  CHECK(log.writer.Sync().error().message() == "disk full");
  CHECK(log.writer.End().error().message() == "disk full");
  CHECK(ReadAll(log.file.contents) == "a unsealed");
}

TEST_CASE("a record that there is no room for is refused, and the log goes on",
          "[write-ahead-log][write-ahead-log.1]") {
  LogBuilder log;
  log.Write({"a", "sync"});
  const std::uint64_t size = log.writer.size();
  log.file.fail_next = true;
  const std::string_view part = "b";
  const Status refused = log.writer.Append(RecordType::kBatch, 2, {&part, 1});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == ErrorCode::kNoSpace);
  CHECK(log.writer.size() == size);
  CHECK(ReadAll(log.file.contents) == "a unsealed");
  log.Write({"c", "sync"});
  REQUIRE(log.writer.End());
  CHECK(ReadAll(log.file.contents) == "a c clean");
}

// The bytes of a failed sync may be lost although a later sync succeeds: so there is none.
TEST_CASE("a failed sync is not tried again", "[write-ahead-log][write-ahead-log.1]") {
  LogBuilder log;
  log.Write({"a", "sync", "b"});
  const std::uint64_t synced = log.writer.synced_size();
  log.file.fail_next = true;
  const int syncs = log.file.syncs;
  const Status failed = log.writer.Sync();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code() == ErrorCode::kIo);  // Whatever the system said.
  CHECK(log.writer.Sync().error().message() == "disk full");
  CHECK(log.file.syncs == syncs + 1);
  CHECK(log.writer.synced_size() == synced);
  CHECK(ReadAll(log.file.contents) == "a b unsealed");
}

TEST_CASE("a record that is too large is refused and harms nothing",
          "[write-ahead-log][write-ahead-log.1]") {
  LogBuilder log;
  const std::string mebibyte(1 << 20, 'x');
  const std::vector<std::string_view> parts(1025, mebibyte);
  const Status refused = log.writer.Append(RecordType::kBatch, 1, parts);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == ErrorCode::kInvalidArgument);
  log.Write({"a"});
  CHECK(ReadAll(log.file.contents) == "a unsealed");
}

}  // namespace
}  // namespace strata::wal
