// Values that are written directly, on real threads: they are read from unfinished files while
// writers append, sync and switch files and flushes finish them.

#include <catch2/catch.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "io/environment.h"
#include "io/memory_file_system.h"
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

TEST_CASE("values in unfinished files are read whole beside writers and flushes",
          "[L19][concurrency]") {
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
  options.direct_value_bytes = 100;
  options.direct_sync_bytes = 0;
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
  std::vector<std::thread> writers;
  for (int w = 0; w < 2; ++w) {
    writers.emplace_back([&, w] {
      for (int i = w; i < 1'500; i += 2) {
        const std::string key = KeyOf(i * 31 % 50);
        const std::string value = key + std::string(static_cast<std::size_t>(301 + i % 200), 'v');
        if (!db->Put(key, value, {.sync = i % 10 == 0})) ++wrong;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  stop = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(wrong == 0);
  REQUIRE(db->Flush());
  REQUIRE(db->WaitForCompactions());
  CHECK(db->VerifyAll());
  CHECK(db->Close());
}

}  // namespace
}  // namespace strata
