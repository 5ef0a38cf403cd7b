// What only the real file system does; the rest is in tests/conformance.

#include <catch2/catch.hpp>

#include <cerrno>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/batch_reader.h"
#include "io/file_system.h"
#include "io/standard_streams.h"
#include "testing/child_process.h"
#include "testing/results.h"
#include "testing/temp_dir.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Outcome;

struct stat StatOf(const std::string& path) {
  struct stat info{};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info;
}

TEST_CASE("only the owner may read what a store writes", "[map-and-shell]") {
  const testing::TempDir dir;
  FileSystem& files = PosixFileSystem();
  REQUIRE(files.CreateDirectories(dir.File("a/b")));
  REQUIRE(files.Create(dir.File("a/b/f")));
  CHECK((StatOf(dir.File("a")).st_mode & 0777) == 0700);
  CHECK((StatOf(dir.File("a/b")).st_mode & 0777) == 0700);
  CHECK((StatOf(dir.File("a/b/f")).st_mode & 0777) == 0600);
}

TEST_CASE("space that was reserved and not used is given back", "[map-and-shell]") {
  const testing::TempDir dir;
  const std::string path = dir.File("f");
  const auto file = Must(PosixFileSystem().Create(path, {.preallocate_bytes = 1 << 20}));
  REQUIRE(file->Append("x"));
  REQUIRE(file->Sync());
  const auto while_open = StatOf(path).st_blocks;
  CHECK(StatOf(path).st_size == 1);
  REQUIRE(file->Close());
  CHECK(StatOf(path).st_size == 1);
  CHECK(StatOf(path).st_blocks <= while_open);
  CHECK(StatOf(path).st_blocks <= 16);
}

// The kernel gives locks back when a process ends, so a store can be opened after kill -9.
TEST_CASE("the lock of another process is named, and ends with it", "[map-and-shell]") {
  const testing::TempDir dir;
  const std::string path = dir.File("LOCK");
  int ready[2];
  int finish[2];
  REQUIRE(::pipe(ready) == 0);
  REQUIRE(::pipe(finish) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  char byte = 0;
  if (child == 0) {
    ::close(finish[1]);
    const auto lock = PosixFileSystem().Lock(path);
    const ssize_t told = ::write(ready[1], lock ? "y" : "n", 1);
    const ssize_t waited = ::read(finish[0], &byte, 1);
    ::_exit(told == 1 && waited == 0 ? 0 : 1);  // Without the destructor, as after kill -9.
  }
  ::close(finish[0]);
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  REQUIRE(byte == 'y');
  const auto refused = PosixFileSystem().Lock(path);
  CHECK(Outcome(refused) == "busy: locking " + path + ": process " + std::to_string(child) +
                                " has the store open; end it first");
  ::close(finish[1]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(CodeOf(PosixFileSystem().Lock(path)) == "ok");
  for (const int fd : {ready[0], ready[1]}) ::close(fd);
}

TEST_CASE("running out of file descriptors is an error that says so", "[map-and-shell]") {
  const testing::TempDir dir;
  REQUIRE(PosixFileSystem().Create(dir.File("f")));
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit none = before;
  none.rlim_cur = 0;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const std::string outcome = Outcome(PosixFileSystem().Open(dir.File("f")));
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(outcome == "no descriptors: opening " + dir.File("f") + ": Too many open files");
}

TEST_CASE("a file that is cut while it is open ends early instead of reading old bytes",
          "[map-and-shell]") {
  const testing::TempDir dir;
  const auto out = Must(PosixFileSystem().Create(dir.File("f")));
  REQUIRE(out->Append("12345678"));
  const auto file = Must(PosixFileSystem().Open(dir.File("f")));
  REQUIRE(::truncate(dir.File("f").c_str(), 4) == 0);
  char scratch[8];
  CHECK(CodeOf(file->Read(0, 8, scratch)) == "corruption");
  CHECK(Must(file->Read(0, 4, scratch)) == "1234");
}

TEST_CASE("only reads by system call have a descriptor for an asynchronous reader",
          "[map-and-shell]") {
  const testing::TempDir dir;
  REQUIRE(Must(PosixFileSystem().Create(dir.File("f")))->Append("x"));
  CHECK(Must(PosixFileSystem().Open(dir.File("f"), ReadMode::kPread))->AcquireDescriptor() >= 0);
  CHECK(Must(PosixFileSystem().Open(dir.File("f"), ReadMode::kMapped))->AcquireDescriptor() == -1);
}

// A daemon may have closed its standard streams; whoever prints later must not write into a file.
TEST_CASE("no file gets the number of a standard stream that is closed", "[map-and-shell]") {
  const testing::TempDir dir;
  const int failed = testing::InChild([&] {
    for (int fd = 0; fd <= 2; ++fd) ::close(fd);
    FileSystem& files = PosixFileSystem();
    const auto plain = Must(files.Create(dir.File("plain")));
    const auto mapped =
        Must(files.Create(dir.File("mapped"), {.preallocate_bytes = 1 << 20, .mapped = true}));
    const auto lock = Must(files.Lock(dir.File("LOCK")));
    const auto reader = Must(files.Open(dir.File("plain")));
    const auto batches = NewUringReader(4);
    for (int fd = 0; fd <= 2; ++fd) {
      if (::write(fd, "printed", 7) >= 0 || errno != EBADF) return 1 + fd;
    }
    if (reader->AcquireDescriptor() <= 2) return 4;
    return plain->Close() && mapped->Close() ? 0 : 5;
  });
  CHECK(failed == 0);
  CHECK(Must(PosixFileSystem().FileSize(dir.File("plain"))) == 0);
  CHECK(Must(PosixFileSystem().FileSize(dir.File("mapped"))) == 0);
}

TEST_CASE("standard streams that are closed can be filled: reads end, writes are errors",
          "[map-and-shell]") {
  const testing::TempDir dir;
  const int failed = testing::InChild([&] {
    ::close(0);
    ::close(2);
    FillStandardStreams();
    char byte = 0;
    if (::read(0, &byte, 1) != 0) return 1;
    if (::write(2, "x", 1) >= 0 || errno != EBADF) return 2;
    return ::open("/dev/null", O_RDONLY) > 2 ? 0 : 3;
  });
  CHECK(failed == 0);
}

// What a child does to a file that it inherited, it does to its parent's.
TEST_CASE("a child after fork can't change the files that its parent has open",
          "[write-ahead-log]") {
  const testing::TempDir dir;
  FileSystem& files = PosixFileSystem();
  const bool is_mapped = GENERATE(false, true);
  auto file =
      Must(files.Create(dir.File("f"), {.preallocate_bytes = 1 << 20, .mapped = is_mapped}));
  for (int i = 0; i < 100; ++i) REQUIRE(file->Append("one "));
  auto held = Must(files.OpenDirectory(dir.path()));
  auto lock = Must(files.Lock(dir.File("LOCK")));
  const int failed = testing::InChild([&] {
    if (file->Append("two") || file->Sync() || file->Close()) return 1;
    if (held->Create(dir.File("g")) || held->Remove(dir.File("f"))) return 2;
    if (held->Rename(dir.File("f"), dir.File("h"))) return 3;
    file.reset();
    lock.reset();
    held.reset();
    return 0;
  });
  CHECK(failed == 0);
  CHECK(Must(files.List(dir.path())) == std::vector<std::string>{"LOCK", "f"});
  CHECK_FALSE(Must(files.ReadFile(dir.File("LOCK"), 100)).empty());
  CHECK_FALSE(files.Lock(dir.File("LOCK")));
  for (int i = 0; i < 100; ++i) REQUIRE(file->Append("one "));
  REQUIRE(file->Close());
  CHECK(Must(files.FileSize(dir.File("f"))) == 800);
}
}  // namespace
}  // namespace strata
