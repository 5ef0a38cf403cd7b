// What only the real file system does; the rest is in tests/conformance.

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/file_system.h"
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

TEST_CASE("only the owner may read what a store writes", "[L01]") {
  const testing::TempDir dir;
  FileSystem& files = PosixFileSystem();
  REQUIRE(files.CreateDirectories(dir.File("a/b")));
  REQUIRE(files.Create(dir.File("a/b/f")));
  CHECK((StatOf(dir.File("a")).st_mode & 0777) == 0700);
  CHECK((StatOf(dir.File("a/b")).st_mode & 0777) == 0700);
  CHECK((StatOf(dir.File("a/b/f")).st_mode & 0777) == 0600);
}

TEST_CASE("space that was reserved and not used is given back", "[L01]") {
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
TEST_CASE("the lock of another process is named, and ends with it", "[L01]") {
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

TEST_CASE("running out of file descriptors is an error that says so", "[L01]") {
  const testing::TempDir dir;
  REQUIRE(PosixFileSystem().Create(dir.File("f")));
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit none = before;
  none.rlim_cur = 0;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const std::string outcome = Outcome(PosixFileSystem().Open(dir.File("f")));
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(outcome == "i/o error: opening " + dir.File("f") + ": Too many open files");
}

TEST_CASE("a file that is cut while it is open ends early instead of reading old bytes", "[L01]") {
  const testing::TempDir dir;
  const auto out = Must(PosixFileSystem().Create(dir.File("f")));
  REQUIRE(out->Append("12345678"));
  const auto file = Must(PosixFileSystem().Open(dir.File("f")));
  REQUIRE(::truncate(dir.File("f").c_str(), 4) == 0);
  char scratch[8];
  CHECK(CodeOf(file->Read(0, 8, scratch)) == "corruption");
  CHECK(Must(file->Read(0, 4, scratch)) == "1234");
}

TEST_CASE("only reads by system call have a descriptor for an asynchronous reader", "[L01]") {
  const testing::TempDir dir;
  REQUIRE(Must(PosixFileSystem().Create(dir.File("f")))->Append("x"));
  CHECK(Must(PosixFileSystem().Open(dir.File("f"), ReadMode::kPread))->descriptor() >= 0);
  CHECK(Must(PosixFileSystem().Open(dir.File("f"), ReadMode::kMapped))->descriptor() == -1);
}

}  // namespace
}  // namespace strata
