// Blob files on real threads: values are read while others overwrite them and their files
// are replaced and removed, or while the files that they are in are still written.

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

constexpr int kWrites = 1'500;

std::string KeyOf(int i) {
  return "key" + std::to_string(100 + i);
}

// A value tells whose it is.
bool IsOf(std::string_view value, std::string_view key) {
  return value.size() > 300 && value.starts_with(key);
}

// A store whose values are read, by lookups and by a cursor, until it is closed.
class ReadStore {
 public:
  explicit ReadStore(Options options) {
    options.environment = &environment_;
    options.sync = SyncMode::kNone;
    options.memtable_bytes = 16 << 10;
    options.level0_runs = 2;
    options.stall_max_ms = 0;
    options.blob_threshold = 100;
    options.blob_file_bytes = 8 << 10;
    db_ = *DB::Open(options, "db");
    readers_.emplace_back([this] { LookUp(); });
    readers_.emplace_back([this] { WalkThrough(); });
  }
  ~ReadStore() { StopReaders(); }

  DB* operator->() { return db_.get(); }

  // One of kWrites writes.
  void Put(int i, bool sync) {
    const std::string key = KeyOf(i * 31 % 50);
    const std::string value = key + std::string(static_cast<std::size_t>(301 + i % 200), 'v');
    if (!db_->Put(key, value, {.sync = sync})) ++wrong_;
  }

  void CheckAndClose() {
    StopReaders();
    CHECK(wrong_ == 0);
    CHECK(db_->VerifyAll());
    CHECK(db_->Close());
  }

 private:
  void LookUp() {
    std::string value;
    for (int i = 0; !stop_; i = (i + 7) % 50) {
      const auto found = db_->Get(KeyOf(i), &value);
      if (!found || (*found && !IsOf(value, KeyOf(i)))) ++wrong_;
    }
  }
  void WalkThrough() {
    while (!stop_) {
      auto iterator = db_->NewIterator({});
      Status moved = (*iterator)->SeekToFirst();
      while (moved && (*iterator)->Valid()) {
        if (!IsOf((*iterator)->value(), (*iterator)->key())) ++wrong_;
        moved = (*iterator)->Next();
      }
      if (!moved) ++wrong_;
    }
  }
  void StopReaders() {
    stop_ = true;
    for (std::thread& reader : readers_) reader.join();
    readers_.clear();
  }

  const std::unique_ptr<FileSystem> disk_ = NewMemoryFileSystem();
  const std::unique_ptr<Executor> executor_ = NewThreadExecutor(1, 2, RealClock());
  const Environment environment_{.files = disk_.get(),
                                 .clock = &RealClock(),
                                 .executor = executor_.get(),
                                 .entropy = SeededEntropy(7)};
  std::unique_ptr<DB> db_;
  std::atomic<bool> stop_{false};
  std::atomic<int> wrong_{0};
  std::vector<std::thread> readers_;
};

TEST_CASE("values are read whole beside writers, merges and collections",
          "[blob-collection][concurrency]") {
  ReadStore store({.blob_garbage_ratio = 0.2, .blob_overlap_max = 4});
  const auto collections = [&] { return store->counters().Get(Counter::kBlobCollections); };
  // Merges may see to all dead values before a collection does: threads decide.
  for (int round = 0; round < 50 && collections() == 0; ++round) {
    for (int i = 0; i < kWrites; ++i) store.Put(i, false);
    REQUIRE(store->WaitForCompactions());
  }
  CHECK(collections() > 0);
  store.CheckAndClose();
}

TEST_CASE("values in unfinished files are read whole beside writers and flushes",
          "[value-separation][concurrency]") {
  ReadStore store({.direct_value_bytes = 100, .direct_sync_bytes = 0});
  std::vector<std::thread> writers;
  writers.reserve(2);
  for (int w = 0; w < 2; ++w) {
    writers.emplace_back([&, w] {
      for (int i = w; i < kWrites; i += 2) store.Put(i, i % 10 == 0);
    });
  }
  for (std::thread& writer : writers) writer.join();
  REQUIRE(store->Flush());
  REQUIRE(store->WaitForCompactions());
  store.CheckAndClose();
}

}  // namespace
}  // namespace strata
