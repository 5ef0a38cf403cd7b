#include "backup/backup_format.h"

#include <catch2/catch.hpp>

#include "base/coding.h"
#include "base/crc32c.h"
#include "testing/edits.h"
#include "testing/hex.h"
#include "testing/results.h"
#include "version/manifest_format.h"

namespace strata::backup {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Outcome;

// One table of 300 bytes and one blob file of 1,000.
BackupManifest Sample() {
  BackupManifest backup;
  backup.number = 3;
  backup.name = "nightly";
  backup.time_us = 1'000'000;
  backup.sequence = 12;
  backup.state.properties.store_id.fill('s');
  TableMeta table = testing::SomeTable(7, {.level = 0, .run = 3}, "a", "b");
  table.size_bytes = 300;
  backup.state.tables[7] = table;
  BlobMeta blob{.id = 1, .file = 8, .size_bytes = 1000};
  blob.values = 2;
  blob.raw_bytes = 20;
  blob.file_id.fill('b');
  backup.state.blobs[1] = blob;
  backup.state.next_file = 10;
  backup.state.last_sequence = 13;
  backup.files = {{FileKind::kTable, 7, {300, 0x11223344}}, {FileKind::kBlob, 8, {1000, 5}}};
  return backup;
}

std::string WithSum(std::string bytes) {
  AppendFixed32(&bytes, Crc32c(bytes));
  return bytes;
}

TEST_CASE("a backup has these bytes", "[backup-and-restore]") {
  BackupManifest backup = Sample();
  backup.state.tables.clear();
  backup.files.erase(backup.files.begin());
  CHECK(testing::Hex(EncodeBackup(backup)) ==
        "53 54 52 41 54 42 4b 50 01 00 00 00 01 01 03 02\n"
        "07 6e 69 67 68 74 6c 79 03 15 01 01 01 03 10 73\n"
        "73 73 73 73 73 73 73 73 73 73 73 73 73 73 73 05\n"
        "03 c0 84 3d 07 01 0c 09 08 01 08 e8 07 05 00 00\n"
        "00 0b 25 07 01 00 09 01 0a 0b 01 0d 0d 1a 01 08\n"
        "e8 07 62 62 62 62 62 62 62 62 62 62 62 62 62 62\n"
        "62 62 00 00 00 00 02 14 ba 8c 78 06");
}

TEST_CASE("a backup is read as it was written", "[backup-and-restore]") {
  const BackupManifest written = Sample();
  const BackupManifest read = Must(DecodeBackup(EncodeBackup(written)));
  CHECK(read.number == 3);
  CHECK(read.name == "nightly");
  CHECK(read.time_us == 1'000'000);
  CHECK(read.sequence == 12);
  CHECK(read.files == written.files);
  CHECK(read.bytes() == 1300);
  CHECK(read.state.properties == written.state.properties);
  CHECK(read.state.tables == written.state.tables);
  CHECK(read.state.blobs == written.state.blobs);
  CHECK(read.state.next_file == 10);
  CHECK(read.state.last_sequence == 13);
}

TEST_CASE("a backup with any byte changed, or cut anywhere, isn't read", "[backup-and-restore]") {
  const std::string bytes = EncodeBackup(Sample());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    INFO(i);
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    CHECK_FALSE(DecodeBackup(damaged));
    CHECK_FALSE(DecodeBackup(std::string_view(bytes).substr(0, i)));
  }
  CHECK_FALSE(DecodeBackup(bytes + "x"));
}

TEST_CASE("a backup of a newer program is refused as that", "[backup-and-restore]") {
  const std::string bytes = EncodeBackup(Sample());
  std::string newer = bytes.substr(0, bytes.size() - 4);
  newer[kBackupMagic.size()] = 2;
  CHECK(Outcome(DecodeBackup(WithSum(newer))) ==
        "unsupported: a backup of version 2, this program knows up to 1");
  std::string critical = bytes.substr(0, bytes.size() - 4);
  AppendField(&critical, 33, "?");
  CHECK(CodeOf(DecodeBackup(WithSum(critical))) == "unsupported");
  std::string optional = bytes.substr(0, bytes.size() - 4);
  AppendField(&optional, 34, "?");
  CHECK(DecodeBackup(WithSum(optional)));
}

TEST_CASE("a backup whose files aren't those of its store isn't one", "[backup-and-restore]") {
  BackupManifest lacks = Sample();
  lacks.files.pop_back();
  CHECK(CodeOf(DecodeBackup(EncodeBackup(lacks))) == "corruption");
  BackupManifest other_size = Sample();
  other_size.files[0].sum.size = 301;
  CHECK(CodeOf(DecodeBackup(EncodeBackup(other_size))) == "corruption");
  BackupManifest twice = Sample();
  twice.files.push_back(twice.files[0]);
  CHECK(CodeOf(DecodeBackup(EncodeBackup(twice))) == "corruption");
}

TEST_CASE("an object's name tells what it is", "[backup-and-restore]") {
  CHECK(BackupObjectName(3) == "backup-0000000003");
  CHECK(ParseBackupObjectName("backup-0000000003") == 3u);
  CHECK(ParseBackupObjectName(BackupObjectName(12'345'678'901)) == 12'345'678'901u);
  for (const char* wrong : {"backup-3", "backup-", "backup-000000000x", "file-0000000003",
                            "backup-00000000003", "backup-99999999999999999999999"}) {
    INFO(wrong);
    CHECK_FALSE(ParseBackupObjectName(wrong));
  }
  CHECK(FileObjectName({FileKind::kTable, 7, {4711, 0x1a2b}}) == "file-000007.sst-4711-00001a2b");
  CHECK(FileObjectName({FileKind::kBlob, 8, {9, 0x1a2b3c4d}}) == "file-000008.blob-9-1a2b3c4d");
}

TEST_CASE("a backup's name can't be taken for a number or a path", "[backup-and-restore]") {
  for (const char* right : {"a", "nightly-2026.12.01", "1a", "-"}) CHECK(CheckBackupName(right));
  for (const std::string& wrong :
       {std::string(), std::string("17"), std::string("a/b"), std::string("a b"),
        std::string(65, 'a'), std::string("\xc3\xa4")}) {
    INFO(wrong);
    CHECK(CodeOf(CheckBackupName(wrong)) == "invalid argument");
  }
}

}  // namespace
}  // namespace strata::backup
