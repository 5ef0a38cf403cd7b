// A real disk that is full: a small file system in memory, mounted where only this process sees it.

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <unistd.h>

#include "io/file_system.h"
#include "testing/child_process.h"
#include "testing/results.h"
#include "testing/temp_dir.h"

namespace strata {
namespace {

constexpr int kNoMount = 77;

bool MountSmallDisk(const std::string& path) {
  const bool own = ::unshare(CLONE_NEWNS) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0;
  return own && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("tmpfs", path.c_str(), "tmpfs", 0, "size=4m") == 0;
}

bool IsFull(const Status& status) {
  return !status && status.error().code() == ErrorCode::kNoSpace;
}

// 0, or the number of what is wrong.
int FillAndGoOn(const std::string& directory, bool mapped, std::size_t record_bytes) {
  if (!MountSmallDisk(directory)) return kNoMount;
  FileSystem& files = PosixFileSystem();
  const std::string path = directory + "/000003.wal";
  const std::string ballast = directory + "/ballast";
  auto other = files.Create(ballast);
  if (!other || !(*other)->Append(std::string(1'500'000, 'b'))) return 1;
  auto file = files.Create(path, {.preallocate_bytes = 1 << 20, .mapped = mapped});
  if (!file) return 2;
  std::string expected;
  std::string record(record_bytes, '0');
  const auto append = [&] {
    ++record[record.size() / 2];
    if (record[record.size() / 2] > 'y') record[record.size() / 2] = '0';
    Status appended = (*file)->Append(record);
    if (appended) expected += record;
    return appended;
  };
  Status last;
  while (last) last = append();
  if (!IsFull(last)) return 3;
  if ((*file)->size() != expected.size()) return 4;
  for (int i = 0; i < 3; ++i) {
    if (!IsFull(append())) return 5;
  }
  if (const auto read = files.ReadFile(path, 1 << 24); !read || *read != expected) return 6;
  if (!(*file)->Sync()) return 7;
  if (!files.Remove(ballast) || !(*other)->Close()) return 8;
  for (int i = 0; i < 100; ++i) {
    if (!append()) return 9;
  }
  if (!(*file)->Sync() || !(*file)->Close()) return 10;
  const auto read = files.ReadFile(path, 1 << 24);
  return read && *read == expected ? 0 : 11;
}

TEST_CASE("a file on a full disk keeps nothing of what it refuses, and goes on when there is room",
          "[map-and-shell]") {
  const bool mapped = GENERATE(false, true);
  const std::size_t record_bytes = GENERATE(100, 3'000, 10'000);
  CAPTURE(mapped, record_bytes);
  const testing::TempDir dir;
  const int wrong = testing::InChild([&] { return FillAndGoOn(dir.path(), mapped, record_bytes); });
  if (wrong == kNoMount) {
    WARN("a file system can't be mounted here, so this isn't tested");
    return;
  }
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace strata
