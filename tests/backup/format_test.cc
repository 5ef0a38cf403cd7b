#include "backup/format.h"

#include <catch2/catch.hpp>

#include "backup/sealed.h"
#include "base/crc32c.h"
#include "testing/hex.h"
#include "testing/results.h"
#include "wal/batch_format.h"

namespace strata::backup {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Outcome;

// One table of 300 bytes and one blob file of 1,000.
Manifest Sample() {
  Manifest backup;
  backup.number = 3;
  backup.name = "nightly";
  backup.time_us = 1'000'000;
  backup.state.properties.store_id.fill('s');
  TableMeta table;
  table.number = 7;
  table.size_bytes = 300;
  table.file_id.fill('t');
  AppendInternalKey(&table.smallest, "a", 3, EntryKind::kValue);
  AppendInternalKey(&table.largest, "b", 12, EntryKind::kValue);
  table.sequence_min = 3;
  table.sequence_max = 12;
  table.entries = 2;
  backup.state.tables[7] = table;
  BlobMeta blob;
  blob.id = 1;
  blob.file = 8;
  blob.size_bytes = 1000;
  blob.values = 3;
  blob.raw_bytes = 90;
  blob.file_id.fill('b');
  backup.state.blobs[1] = blob;
  backup.state.next_file = 10;
  backup.state.last_sequence = 13;
  backup.checksums = {{7, 0x11223344}, {8, 5}};
  return backup;
}

Logs SampleLogs() {
  Logs logs;
  logs.name.store_id.fill('s');
  logs.name.first = 4;
  logs.name.last = 6;
  logs.tables = 0x55;
  logs.time_us = 1'000'000;
  std::string batch;
  wal::AppendPut(&batch, "a", "1");
  wal::AppendDelete(&batch, "b");
  logs.records.push_back({4, batch});
  batch.clear();
  wal::AppendPut(&batch, "c", "2");
  logs.records.push_back({6, batch});
  return logs;
}

TEST_CASE("format of a backup", "[backup-and-restore]") {
  Manifest backup = Sample();
  backup.state.tables.clear();
  backup.checksums.erase(7);
  CHECK(testing::Hex(EncodeManifest(backup)) ==
        "53 54 52 41 54 42 41 4b 01 00 00 00 01 01 03 03\n"
        "03 c0 84 3d 05 01 0d 07 07 6e 69 67 68 74 6c 79\n"
        "09 15 01 01 01 03 10 73 73 73 73 73 73 73 73 73\n"
        "73 73 73 73 73 73 73 0b 25 07 01 00 09 01 0a 0b\n"
        "01 0d 0d 1a 01 08 e8 07 62 62 62 62 62 62 62 62\n"
        "62 62 62 62 62 62 62 62 00 00 00 00 03 5a 0d 04\n"
        "08 e8 07 05 95 99 04 59");
  CHECK(testing::Hex(EncodeLogs(SampleLogs())) ==
        "53 54 52 41 54 4c 47 53 01 00 00 00 01 10 73 73\n"
        "73 73 73 73 73 73 73 73 73 73 73 73 73 73 03 03\n"
        "c0 84 3d 05 02 04 06 09 01 55 07 0b 04 01 00 01\n"
        "61 01 31 00 00 01 62 07 07 06 01 00 01 63 01 32\n"
        "04 b6 0e c0");
}

TEST_CASE("a backup is read as it was written", "[backup-and-restore]") {
  const Manifest written = Sample();
  const Manifest read = Must(DecodeManifest(EncodeManifest(written)));
  CHECK(read.number == 3);
  CHECK(read.name == "nightly");
  CHECK(read.time_us == 1'000'000);
  CHECK(read.sequence() == 13);
  CHECK(read.checksums == written.checksums);
  CHECK(read.state.properties == written.state.properties);
  CHECK(read.state.tables == written.state.tables);
  CHECK(read.state.blobs == written.state.blobs);
  CHECK(read.state.next_file == 10);
  const Logs logs = Must(DecodeLogs(EncodeLogs(SampleLogs())));
  CHECK(logs.name == SampleLogs().name);
  CHECK(logs.tables == 0x55);
  CHECK(logs.time_us == 1'000'000);
  REQUIRE(logs.records.size() == 2);
  CHECK(logs.records[1].first == 6);
  CHECK(logs.records[1].payload == SampleLogs().records[1].payload);
}

TEST_CASE("a backup with any byte changed, or cut anywhere, isn't read", "[backup-and-restore]") {
  for (const std::string& bytes : {EncodeManifest(Sample()), EncodeLogs(SampleLogs())}) {
    const auto is_read = [](std::string_view damaged) {
      return DecodeManifest(damaged).has_value() || DecodeLogs(damaged).has_value();
    };
    CHECK(is_read(bytes));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      INFO(i);
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
      CHECK_FALSE(is_read(damaged));
      CHECK_FALSE(is_read(std::string_view(bytes).substr(0, i)));
    }
    CHECK_FALSE(is_read(bytes + "x"));
  }
}

std::string WithSum(std::string bytes) {
  AppendFixed32(&bytes, Crc32c(bytes));
  return bytes;
}

TEST_CASE("a backup of a newer program is refused as that", "[backup-and-restore]") {
  const std::string bytes = EncodeManifest(Sample());
  const std::string fields = bytes.substr(0, bytes.size() - 4);
  std::string newer = fields;
  newer[8] = 2;
  CHECK(Outcome(DecodeManifest(WithSum(newer))) ==
        "unsupported: a newer program wrote it: format version 2");
  std::string critical = fields;
  AppendField(&critical, 33, "?");
  CHECK(CodeOf(DecodeManifest(WithSum(critical))) == "unsupported");
  std::string optional = fields;
  AppendField(&optional, 34, "?");
  CHECK(DecodeManifest(WithSum(optional)));
}

TEST_CASE("a backup whose files aren't those of its store isn't one", "[backup-and-restore]") {
  const std::string bytes = EncodeManifest(Sample());
  std::string more = bytes.substr(0, bytes.size() - 4);
  AppendField(&more, 13, Varints({9, 1, 1}));
  CHECK(CodeOf(DecodeManifest(WithSum(more))) == "corruption");
  std::string twice = bytes.substr(0, bytes.size() - 4);
  AppendField(&twice, 13, Varints({8, 1000, 5}));
  CHECK(CodeOf(DecodeManifest(WithSum(twice))) == "corruption");
}

TEST_CASE("logs with a hole aren't read", "[backup-and-restore]") {
  Logs hole = SampleLogs();
  hole.records.erase(hole.records.begin());
  CHECK(Outcome(DecodeLogs(EncodeLogs(hole))) == "corruption: writes are missing before 6");
  Logs end = SampleLogs();
  end.records.pop_back();
  CHECK(Outcome(DecodeLogs(EncodeLogs(end))) == "corruption: it ends at 5");
}

TEST_CASE("an object's name tells what it is", "[backup-and-restore]") {
  CHECK(BackupObjectName(3) == "backup-00000003");
  CHECK(ParseBackupObjectName("backup-00000003") == 3u);
  CHECK(ParseBackupObjectName(BackupObjectName(12'345'678'901)) == 12'345'678'901u);
  for (const char* wrong : {"backup-3", "backup-", "backup-0000000x", "file-00000003",
                            "backup-000000003", "backup-00000000", "backup-99999999999999999999"}) {
    INFO(wrong);
    CHECK_FALSE(ParseBackupObjectName(wrong));
  }
  StoredFile file;
  file.number = 7;
  file.size = 4711;
  file.id.fill('\x0f');
  file.crc = 0x1a2b;
  const std::string id(16, '0');
  CHECK(file.ObjectName() == "file-000007-4711-0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f-00001a2b.sst");
  file.is_blob = true;
  CHECK(file.ObjectName().ends_with("-00001a2b.blob"));
  const LogsName logs = SampleLogs().name;
  CHECK(logs.ObjectName() ==
        "logs-73737373737373737373737373737373-00000000000000000004-"
        "00000000000000000006");
  CHECK(LogsName::Parse(logs.ObjectName()) == logs);
  for (std::size_t i = 0; i < logs.ObjectName().size(); ++i) {
    std::string wrong = logs.ObjectName();
    wrong[i] = '/';
    CHECK_FALSE(LogsName::Parse(wrong));
  }
}

}  // namespace
}  // namespace strata::backup
