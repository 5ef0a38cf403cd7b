// Batches of reads: every request gets its answer, whoever reads, and each fails on its own.

#include "io/batch_reader.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "io/environment.h"
#include "testing/temp_dir.h"

namespace strata {
namespace {

// A file of 64 KiB whose byte i is i / 256, in a temporary directory.
struct NumberedFile {
  NumberedFile() {
    std::string contents;
    for (int page = 0; page < 256; ++page) contents += std::string(256, static_cast<char>(page));
    auto out = PosixFileSystem().Create(path);
    REQUIRE(out);
    REQUIRE((*out)->Append(contents));
    REQUIRE((*out)->Close());
    auto opened = PosixFileSystem().Open(path);
    REQUIRE(opened);
    file = *std::move(opened);
  }

  testing::TempDir directory;
  std::string path = directory.path() + "/numbers";
  std::unique_ptr<RandomAccessFile> file;
};

// Reads `count` pages and one range past the end; true when each answer is right.
bool ReadsRight(BatchReader& reader, const RandomAccessFile& file, int count) {
  std::string scratch(static_cast<std::size_t>(count + 1) * 256, '\0');
  std::vector<ReadRequest> requests;
  for (int i = 0; i < count; ++i) {
    const auto page = static_cast<std::uint64_t>(i * 37 % 256);
    requests.push_back({&file, page * 256, 256, scratch.data() + i * 256});
  }
  requests.push_back({&file, 65'500, 256, scratch.data() + count * 256});
  reader.ReadAll(requests);
  for (int i = 0; i < count; ++i) {
    const auto& result = requests[static_cast<std::size_t>(i)].result;
    if (!result || *result != std::string(256, static_cast<char>(i * 37 % 256))) return false;
  }
  return !requests.back().result;
}

TEST_CASE("io_uring answers every request of a batch", "[parallel-reads]") {
  const auto reader = NewUringReader(8);
  if (reader == nullptr) {
    WARN("skipped: this kernel or build has no io_uring");
    return;
  }
  NumberedFile numbers;
  for (const int count : {0, 1, 7, 8, 9, 100}) CHECK(ReadsRight(*reader, *numbers.file, count));
}

TEST_CASE("threads answer every request of a batch", "[parallel-reads][concurrency]") {
  const auto executor = NewThreadExecutor(2, 3, RealClock());
  const auto reader = NewThreadReader(*executor);
  NumberedFile numbers;
  for (const int count : {0, 1, 7, 100}) CHECK(ReadsRight(*reader, *numbers.file, count));
}

TEST_CASE("in a simulation the caller reads, in order", "[parallel-reads]") {
  ManualClock clock;
  const auto executor = NewSimExecutor(1, clock);
  const auto reader = NewBatchReader(*executor);
  CHECK(reader->name() == "threads");
  NumberedFile numbers;
  CHECK(ReadsRight(*reader, *numbers.file, 20));
  CHECK_FALSE(executor->RunOne());
}

TEST_CASE("several threads may share a batch reader", "[parallel-reads][concurrency]") {
  const auto executor = NewThreadExecutor(1, 2, RealClock());
  const auto reader = NewBatchReader(*executor);
  NumberedFile numbers;
  int right = 0;
  Mutex mutex;
  for (int i = 0; i < 4; ++i) {
    executor->Schedule(Priority::kLow, [&] {
      const bool good = ReadsRight(*reader, *numbers.file, 30);
      MutexLock lock(mutex);
      right += good ? 1 : 100;
      executor->NotifyAll();
      return Step::kDone;
    });
  }
  MutexLock lock(mutex);
  executor->WaitUntil(mutex, [&] { return right >= 4; });
  CHECK(right == 4);
}

}  // namespace
}  // namespace strata
