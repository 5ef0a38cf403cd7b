#include "io/faulty_file_system.h"

#include <catch2/catch.hpp>

#include <functional>

#include "testing/results.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Outcome;

struct Bench {
  std::unique_ptr<MemoryFileSystem> memory = NewMemoryFileSystem();
  std::unique_ptr<FaultyFileSystem> files = NewFaultyFileSystem(*memory);
};

// One call of each operation, in this order; stops at the first failure.
Status DoEverything(FileSystem& files) {
  STRATA_TRY(files.CreateDirectories("d"));
  STRATA_TRY_ASSIGN(const auto lock, files.Lock("d/LOCK"));
  STRATA_TRY_ASSIGN(const auto file, files.Create("d/a"));
  STRATA_TRY(file->Append("12345678"));
  STRATA_TRY(file->Sync());
  STRATA_TRY(file->Close());
  STRATA_TRY(files.Rename("d/a", "d/b"));
  STRATA_TRY(files.SyncDirectory("d"));
  STRATA_TRY(files.Exists("d/b"));
  STRATA_TRY(files.FileSize("d/b"));
  STRATA_TRY(files.List("d"));
  STRATA_TRY(files.ReadFile("d/b", 100));
  STRATA_TRY_ASSIGN(const auto reader, files.Open("d/b"));
  char scratch[4];
  STRATA_TRY(reader->Read(0, 4, scratch));
  STRATA_TRY(files.Remove("d/b"));
  return {};
}

TEST_CASE("every operation is counted, with those on files opened through it",
          "[write-ahead-log]") {
  const Bench bench;
  REQUIRE(DoEverything(*bench.files));
  CHECK(bench.files->operations() == kFileOperations);
  std::string seen;
  for (const FileEvent& event : bench.files->events()) {
    seen += std::string(FileOperationName(event.operation)) + " " + event.path + "\n";
  }
  CHECK(seen ==
        "create directories d\nlock d/LOCK\ncreate d/a\nappend d/a\nsync d/a\nclose d/a\n"
        "rename d/a\nsync directory d\nexists d/b\nfile size d/b\nlist d\nread file d/b\n"
        "open d/b\nread d/b\nremove d/b\n");
  bench.files->SetPlan({});
  CHECK(bench.files->operations() == 0);
}

TEST_CASE("each operation can be the one that fails", "[write-ahead-log]") {
  for (std::uint64_t i = 0; i < kFileOperations; ++i) {
    CAPTURE(i);
    const Bench bench;
    bench.files->SetPlan({.fail_at = i});
    const Status status = DoEverything(*bench.files);
    REQUIRE(CodeOf(status) == "i/o error");
    CHECK_THAT(status.error().message(), Catch::StartsWith("injected fault: "));
    CHECK_THAT(status.error().message(), Catch::EndsWith("Input/output error"));
    CHECK(bench.files->fired());
    CHECK(bench.files->operations() == i + 1);
  }
}

TEST_CASE("a fault that isn't sticky happens once", "[write-ahead-log]") {
  const Bench bench;
  bench.files->SetPlan({.fail_at = 0});
  CHECK(CodeOf(bench.files->CreateDirectories("d")) == "i/o error");
  CHECK_FALSE(Must(bench.memory->Exists("d")));
  CHECK(DoEverything(*bench.files));
}

TEST_CASE("a sticky fault stays for the operations that can have it", "[write-ahead-log]") {
  const Bench bench;
  REQUIRE(bench.files->CreateDirectories("d"));
  const auto file = Must(bench.files->Create("d/f"));
  bench.files->SetPlan({.fail_at = 0, .fault = Fault::kEnospc, .sticky = true});
  CHECK(Must(bench.files->Exists("d/f")));
  CHECK_FALSE(bench.files->fired());
  CHECK(CodeOf(file->Append("1234")) == "no space");
  CHECK(CodeOf(file->Append("5678")) == "no space");
  CHECK(CodeOf(bench.files->Create("d/g")) == "no space");
  CHECK(Must(bench.files->ReadFile("d/f", 100)) == "");  // Nothing of either.
  CHECK(bench.files->Remove("d/f"));
}

TEST_CASE("a sticky fault may end", "[write-ahead-log]") {
  const Bench bench;
  const auto file = Must(bench.files->Create("f"));
  bench.files->SetPlan({.fail_at = 1, .fault = Fault::kEnospc, .sticky = true, .heals_at = 3});
  CHECK(file->Append("1"));
  CHECK(CodeOf(file->Append("2")) == "no space");
  CHECK(CodeOf(file->Append("3")) == "no space");
  CHECK(file->Append("4"));
  CHECK(Must(bench.memory->Contents("f")) == "14");
}

TEST_CASE("each fault has its own error", "[write-ahead-log]") {
  const auto outcome = [](Fault fault, const std::function<Status(FileSystem&)>& operation) {
    const Bench bench;
    bench.files->SetPlan({.fail_at = 0, .fault = fault});
    return Outcome(operation(*bench.files));
  };
  const auto create = [](FileSystem& files) -> Status {
    STRATA_TRY(files.Create("f"));
    return {};
  };
  CHECK(outcome(Fault::kEio, create) == "i/o error: injected fault: create f: Input/output error");
  CHECK(outcome(Fault::kEnospc, create) ==
        "no space: injected fault: create f: No space left on device");
  CHECK(outcome(Fault::kEdquot, create) ==
        "no space: injected fault: create f: Disk quota exceeded");
  CHECK(outcome(Fault::kEmfile, create) ==
        "no descriptors: injected fault: create f: Too many open files");
  CHECK(outcome(Fault::kErofs, create) ==
        "i/o error: injected fault: create f: Read-only file system");
  CHECK(outcome(Fault::kShortWrite, create) == "ok");
  CHECK(outcome(Fault::kSyncKeepsData, create) == "ok");
}

TEST_CASE("a short write leaves half", "[write-ahead-log]") {
  const Bench bench;
  const auto file = Must(bench.files->Create("f"));
  bench.files->SetPlan({.fail_at = 0, .fault = Fault::kShortWrite});
  CHECK(CodeOf(file->Append("12345678")) == "i/o error");
  CHECK(Must(bench.memory->Contents("f")) == "1234");
}

TEST_CASE("after a crash nothing is done and everything fails", "[write-ahead-log]") {
  for (std::uint64_t i = 0; i < kFileOperations; ++i) {
    CAPTURE(i);
    const Bench bench;
    bench.files->SetPlan({.fail_at = i, .crash = true});
    CHECK(CodeOf(DoEverything(*bench.files)) == "i/o error");
    const auto before = bench.memory->Clone();
    CHECK(CodeOf(DoEverything(*bench.files)) == "i/o error");
    CHECK(CodeOf(bench.files->Remove("d/b")) == "i/o error");
    CHECK(Must(bench.memory->List(".")) == Must(before->List(".")));
    CHECK(bench.files->operations() == i + 1);
  }
}

TEST_CASE("a crash can tear the append that it stops", "[write-ahead-log]") {
  const Bench bench;
  const auto file = Must(bench.files->Create("f"));
  bench.files->SetPlan({.fail_at = 1, .fault = Fault::kShortWrite, .crash = true});
  REQUIRE(file->Append("done"));
  CHECK_FALSE(file->Append("half"));
  CHECK_FALSE(file->Append("none"));
  CHECK(Must(bench.memory->Contents("f")) == "doneha");
}

// The three things that kernels do with pages they could not write. After each of them the next
// sync reports success.
TEST_CASE("a failed sync is followed by one that succeeds without the bytes", "[write-ahead-log]") {
  const Fault fault =
      GENERATE(Fault::kSyncKeepsData, Fault::kSyncRevertsData, Fault::kSyncLosesOnCrash);
  CAPTURE(static_cast<int>(fault));
  const Bench bench;
  const auto file = Must(bench.files->Create("f"));
  REQUIRE(bench.files->SyncDirectory("."));
  REQUIRE(file->Append("aa"));
  bench.files->SetPlan({.fail_at = 0, .fault = fault});
  CHECK(CodeOf(file->Sync()) == "i/o error");
  const std::string zeros(2, '\0');
  CHECK(Must(bench.files->ReadFile("f", 10)) == (fault == Fault::kSyncRevertsData ? zeros : "aa"));
  REQUIRE(file->Append("bb"));
  CHECK(file->Sync());

  Random random(1);
  const auto nothing = bench.memory->Crash(CrashKind::kNothingUnsynced, random);
  CHECK(Must(nothing->Contents("f")) == zeros + "bb");
  const auto everything = bench.memory->Crash(CrashKind::kEverything, random);
  CHECK(Must(everything->Contents("f")) == (fault == Fault::kSyncKeepsData ? "aa" : zeros) + "bb");
}

TEST_CASE("a fault may be for some files only", "[learned-index]") {
  const auto disk = NewMemoryFileSystem();
  const auto files = NewFaultyFileSystem(*disk);
  files->SetPlan({.fail_at = 0, .fault = Fault::kEnospc, .sticky = true, .only = ".sst"});
  REQUIRE(files->CreateDirectories("d"));
  CHECK(files->Create("d/1.wal"));
  CHECK_FALSE(files->fired());
  CHECK_FALSE(files->Create("d/2.sst"));
  CHECK(files->Create("d/3.wal"));
  CHECK(files->fired());
}
}  // namespace
}  // namespace strata
