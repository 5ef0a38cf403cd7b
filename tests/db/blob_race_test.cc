// Blob files on real threads: values are read while others overwrite them and their blobs are
// merged, collected and removed.

#include <catch2/catch.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "io/environment.h"
#include "io/memory_file_system.h"
#include "stats/counters.h"
#include "strata/db.h"

namespace strata {
namespace {

std::string KeyOf(int i) {
  return "key" + std::to_string(100 + i);
}

// A value tells whose it is.
bool IsOf(std::string_view value, std::string_view key) {
  return value.size() > 300 && value.starts_with(key);
}

TEST_CASE("values are read whole beside writers, merges and collections", "[L19][concurrency]") {
  const auto disk = NewMemoryFileSystem();
  const auto executor = NewThreadExecutor(1, 2, RealClock());
  const Environment environment{
      .files = disk.get(), .clock = &RealClock(), .executor = executor.get(), .seed = 7};
  Options options{.environment = &environment,
                  .sync = SyncMode::kNone,
                  .memtable_bytes = 16 << 10,
                  .level0_runs = 2,
                  .stall_max_ms = 0};
  options.blob_threshold = 100;
  options.blob_file_bytes = 8 << 10;
  options.blob_garbage_ratio = 0.2;
  options.blob_overlap_max = 4;
  auto db = *DB::Open(options, "db");
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  readers.emplace_back([&] {
    std::string value;
    for (int i = 0; !stop; i = (i + 7) % 50) {
      const auto found = db->Get(KeyOf(i), &value);
      if (!found || (*found && !IsOf(value, KeyOf(i)))) ++wrong;
    }
  });
  readers.emplace_back([&] {
    while (!stop) {
      auto iterator = db->NewIterator({});
      Status moved = (*iterator)->SeekToFirst();
      while (moved && (*iterator)->Valid()) {
        if (!IsOf((*iterator)->value(), (*iterator)->key())) ++wrong;
        moved = (*iterator)->Next();
      }
      if (!moved) ++wrong;
    }
  });
  for (int i = 0; i < 1'500; ++i) {
    const std::string key = KeyOf(i * 31 % 50);
    if (!db->Put(key, key + std::string(static_cast<std::size_t>(301 + i % 200), 'v'))) ++wrong;
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(wrong == 0);
  REQUIRE(db->WaitForCompactions());
  CHECK(db->counters().Get(Counter::kBlobCollections) > 0);
  CHECK(db->VerifyAll());
  CHECK(db->Close());
}

}  // namespace
}  // namespace strata
