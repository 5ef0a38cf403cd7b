// Descriptors that come and go while the files stay readable.

#include "io/descriptor_pool.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <fcntl.h>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

#include "base/random.h"
#include "io/batch_reader.h"
#include "io/file_system.h"
#include "testing/child_process.h"
#include "testing/results.h"
#include "testing/temp_dir.h"

namespace strata {
namespace {

using testing::Must;

// Files that hold their own number, and their descriptors in a pool of `open_max`.
struct Files {
  Files(int count, std::size_t open_max) : pool(open_max) {
    for (int i = 0; i < count; ++i) {
      const std::string path = dir.File(std::to_string(i));
      const auto file = Must(PosixFileSystem().Create(path));
      REQUIRE(file->Append(std::to_string(1000 + i)));
      REQUIRE(file->Close());
      const auto open = [path, this]() -> Result<Descriptor> {
        ++opened;
        return Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
      };
      files.push_back(std::make_unique<PooledDescriptor>(pool, Must(open()), open));
    }
  }

  std::string Read(int i) {
    PooledDescriptor& file = *files[static_cast<std::size_t>(i)];
    const int fd = Must(file.Acquire());
    char text[4] = {};
    const bool whole = ::pread(fd, text, sizeof(text), 0) == sizeof(text);
    file.Release();
    return whole ? std::string(text, sizeof(text)) : "nothing";
  }

  const testing::TempDir dir;
  std::atomic<int> opened = 0;
  DescriptorPool pool;
  std::vector<std::unique_ptr<PooledDescriptor>> files;
};

TEST_CASE("all files can be read through fewer descriptors", "[flush-and-merge]") {
  Files files(10, 3);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 10; ++i) CHECK(files.Read(i) == std::to_string(1000 + i));
    CHECK(files.pool.open() <= 3);
  }
}

TEST_CASE("a file that is read often keeps its descriptor", "[flush-and-merge]") {
  Files files(8, 3);
  files.Read(0);
  const int before = files.opened;
  for (int i = 1; i < 8; ++i) {
    files.Read(i);
    files.Read(0);
  }
  CHECK(files.opened - before <= 8);  // The seven others, and at most once this one.
}

TEST_CASE("a descriptor that is in use isn't closed", "[flush-and-merge]") {
  Files files(3, 8);
  const int fd = Must(files.files[0]->Acquire());
  CHECK(files.pool.Close(8) == 2);
  CHECK(files.pool.open() == 1);
  char text[4];
  CHECK(::pread(fd, text, sizeof(text), 0) == 4);
  files.files[0]->Release();
  CHECK(files.pool.Close(8) == 1);
  CHECK(files.Read(0) == "1000");
}

TEST_CASE("threads that read more files than may be open read the right ones",
          "[flush-and-merge][concurrency]") {
  Files files(12, 2);
  std::atomic<int> wrong = 0;
  std::vector<std::thread> readers;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    readers.emplace_back([&, seed] {
      Random random(seed);
      for (int i = 0; i < 2000; ++i) {
        const int file = static_cast<int>(random.Uniform(12));
        if (files.Read(file) != std::to_string(1000 + file)) ++wrong;
      }
    });
  }
  for (std::thread& reader : readers) reader.join();
  CHECK(wrong == 0);
}

TEST_CASE("a held directory has more files open than the process has descriptors",
          "[flush-and-merge]") {
  const testing::TempDir dir;
  const int failed = testing::InChild([&] {
    const struct rlimit limit{.rlim_cur = 40, .rlim_max = 40};
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return 1;
    const auto held = Must(PosixFileSystem().OpenDirectory(dir.path()));
    std::vector<std::unique_ptr<RandomAccessFile>> open;
    for (int i = 0; i < 200; ++i) {
      const std::string path = dir.File(std::to_string(i));
      const auto file = Must(held->Create(path));
      if (!file->Append(std::to_string(1000 + i)) || !file->Close()) return 2;
      open.push_back(Must(held->Open(path)));
    }
    char scratch[4];
    for (int i = 0; i < 200; ++i) {
      const auto text = open[static_cast<std::size_t>(i)]->Read(0, 4, scratch);
      if (!text || *text != std::to_string(1000 + i)) return 3;
    }
    std::vector<ReadRequest> requests;
    std::vector<char> texts(800);
    for (std::size_t i = 0; i < 200; ++i) requests.push_back({open[i].get(), 0, 4, &texts[4 * i]});
    if (const auto reader = NewUringReader(64)) reader->ReadAll(requests);
    for (std::size_t i = 0; i < 200; ++i) {
      if (requests[i].result && requests[i].result->empty()) continue;  // No io_uring here.
      if (!requests[i].result || *requests[i].result != std::to_string(1000 + i)) return 4;
    }
    return 0;
  });
  CHECK(failed == 0);
}

TEST_CASE("a file that was replaced is not read in the place of the one that was opened",
          "[flush-and-merge]") {
  const testing::TempDir dir;
  const auto held = Must(PosixFileSystem().OpenDirectory(dir.path()));
  const auto write = [&](const std::string& name, const std::string& text) {
    const auto file = Must(held->Create(dir.File(name)));
    REQUIRE(file->Append(text));
    REQUIRE(file->Close());
  };
  write("a", "one");
  const auto file = Must(held->Open(dir.File("a")));
  write("b", "two");
  REQUIRE(held->Rename(dir.File("b"), dir.File("a")));
  char scratch[3];
  CHECK(Must(file->Read(0, 3, scratch)) == "one");
  DescriptorPool::OfProcess().Close(1 << 20);  // Once passed by the hand, then closed.
  DescriptorPool::OfProcess().Close(1 << 20);
  CHECK(testing::CodeOf(file->Read(0, 3, scratch)) == "corruption");
}

}  // namespace
}  // namespace strata
