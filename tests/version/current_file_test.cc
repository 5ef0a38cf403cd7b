#include "version/current_file.h"

#include <catch2/catch.hpp>

#include "io/faulty_file_system.h"
#include "testing/results.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Outcome;

constexpr CurrentManifest kOld{7, 100};
constexpr CurrentManifest kNew{12, 3456};

std::unique_ptr<MemoryFileSystem> DiskWith(const std::string& current) {
  auto disk = NewMemoryFileSystem();
  REQUIRE(disk->CreateDirectories("db"));
  REQUIRE(disk->SyncDirectory("."));
  if (!current.empty()) {
    disk->SetContents("db/CURRENT", current);
    REQUIRE(disk->SyncDirectory("db"));
  }
  return disk;
}

TEST_CASE("CURRENT is three lines of text", "[manifest]") {
  const auto disk = DiskWith("");
  REQUIRE(SwitchCurrent(*disk, "db", kNew));
  CHECK(Must(disk->Contents("db/CURRENT")) ==
        "MANIFEST-000012\n"
        "synced 3456\n"
        "crc32c b3f0e384\n");
  CHECK(Must(ReadCurrent(*disk, "db")) == kNew);
  CHECK(Must(disk->List("db")) == std::vector<std::string>{"CURRENT"});
}

TEST_CASE("every flipped bit and every cut of CURRENT is noticed", "[manifest]") {
  const auto disk = DiskWith("");
  REQUIRE(SwitchCurrent(*disk, "db", kNew));
  const std::string text = Must(disk->Contents("db/CURRENT"));
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string damaged = text;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    if (DecodeCurrent(damaged).has_value()) FAIL_CHECK("bit " << bit);
  }
  for (std::size_t size = 0; size < text.size(); ++size) {
    CAPTURE(size);
    CHECK(CodeOf(DecodeCurrent(std::string_view(text).substr(0, size))) == "corruption");
  }
  CHECK(CodeOf(DecodeCurrent(text + "\n")) == "corruption");
  CHECK(CodeOf(DecodeCurrent(text + text)) == "corruption");
}

TEST_CASE("no CURRENT is not found, and an endless one is refused", "[manifest]") {
  CHECK(CodeOf(ReadCurrent(*DiskWith(""), "db")) == "not found");
  CHECK(CodeOf(ReadCurrent(*DiskWith(std::string(5000, 'M')), "db")) == "corruption");
  const auto disk = DiskWith("MANIFEST-000001\n");
  CHECK(Outcome(ReadCurrent(*disk, "db")) ==
        "corruption: reading db/CURRENT: not a manifest's name, length and checksum");
  REQUIRE(SwitchCurrent(*disk, "db", kNew));
  CHECK(Must(ReadCurrent(*disk, "db")) == kNew);
}

TEST_CASE("a power cut at any operation of a switch leaves the old CURRENT or the new",
          "[manifest][manifest.3]") {
  int old_seen = 0;
  int new_seen = 0;
  for (int kind = 0; kind < kCrashKinds; ++kind) {
    for (std::uint64_t crash_at = 0;; ++crash_at) {
      const auto disk = DiskWith(EncodeCurrent(kOld));
      const auto files = NewFaultyFileSystem(*disk);
      files->SetPlan({.fail_at = crash_at, .crash = true});
      const Status switched = SwitchCurrent(*files, "db", kNew);
      for (std::uint64_t seed = 0; seed < 8; ++seed) {
        Random random(seed);
        const auto after = disk->Crash(static_cast<CrashKind>(kind), random);
        CAPTURE(kind, crash_at, seed);
        const auto read = ReadCurrent(*after, "db");
        REQUIRE(Outcome(read) == "ok");
        const CurrentManifest current = *read;
        if (switched.has_value()) {
          CHECK(current == kNew);
        } else {
          CHECK((current == kOld || current == kNew));
        }
        ++(current == kNew ? new_seen : old_seen);
      }
      if (!files->fired()) break;
    }
  }
  CHECK(old_seen > 0);
  CHECK(new_seen > 0);
}

// CURRENT may never name a manifest whose own name a power cut can take away.
TEST_CASE("the directory is synced before the rename and after it", "[manifest][manifest.3]") {
  const auto disk = DiskWith(EncodeCurrent(kOld));
  const auto files = NewFaultyFileSystem(*disk);
  REQUIRE(SwitchCurrent(*files, "db", kNew));
  std::string order;
  for (const FileEvent& event : files->events()) {
    order += std::string(FileOperationName(event.operation)) + ", ";
  }
  CHECK(order == "create, append, sync, close, sync directory, rename, sync directory, ");
}

TEST_CASE("every failing operation of a switch is reported", "[manifest]") {
  for (std::uint64_t fail_at = 0;; ++fail_at) {
    const auto disk = DiskWith(EncodeCurrent(kOld));
    const auto files = NewFaultyFileSystem(*disk);
    files->SetPlan({.fail_at = fail_at});
    const Status switched = SwitchCurrent(*files, "db", kNew);
    CAPTURE(fail_at);
    CHECK(switched.has_value() != files->fired());
    if (!files->fired()) break;
  }
}

}  // namespace
}  // namespace strata
