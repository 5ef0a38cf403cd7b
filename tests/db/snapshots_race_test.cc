// Snapshots on real threads: taken and released while others write and merges run.

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

TEST_CASE("snapshots beside writers and merges see whole batches", "[snapshots][concurrency]") {
  const auto disk = NewMemoryFileSystem();
  const auto executor = NewThreadExecutor(1, 2, RealClock());
  const Environment environment{.files = disk.get(),
                                .clock = &RealClock(),
                                .executor = executor.get(),
                                .entropy = SeededEntropy(7)};
  Options options{.environment = &environment,
                  .sync = SyncMode::kNone,
                  .memtable_bytes = 16 << 10,
                  .level0_runs = 2,
                  .stall_max_ms = 0};
  auto db = *DB::Open(options, "db");
  std::atomic<bool> stop{false};
  std::atomic<int> torn{0};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 2; ++reader) {
    readers.emplace_back([&] {
      while (!stop) {
        const auto snapshot = db->GetSnapshot();
        std::string a;
        std::string b;
        const auto found_a = db->Get("a", &a, {.snapshot = snapshot});
        std::this_thread::yield();
        const auto found_b = db->Get("b", &b, {.snapshot = snapshot});
        if (!found_a || !found_b || *found_a != *found_b || a != b) ++torn;
      }
    });
  }
  for (int i = 0; i < 1'500; ++i) {
    WriteBatch batch;
    batch.Put("a", std::to_string(i));
    batch.Put("filler" + std::to_string(i % 20), std::string(100, 'f'));
    batch.Put("b", std::to_string(i));
    if (!db->Write(batch)) ++torn;
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(torn == 0);
  CHECK(db->Stats().snapshots == 0);
}

}  // namespace
}  // namespace strata
