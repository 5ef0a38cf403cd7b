// Backups beside threads that write.

#include <catch2/catch.hpp>

#include <atomic>
#include <string>
#include <thread>

#include "strata/backup.h"
#include "strata/db.h"
#include "testing/results.h"
#include "testing/temp_dir.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;

// Each batch has the same number left and right, and a key of its own.
void WriteUntil(const std::atomic<bool>& stop, DB& db) {
  for (int i = 0; !stop; ++i) {
    WriteBatch batch;
    batch.Put("left", std::to_string(i));
    batch.Put("n" + std::to_string(100'000 + i), std::string(i % 20 == 0 ? 2000 : 50, 'v'));
    batch.Put("right", std::to_string(i));
    if (!db.Write(batch)) return;
  }
}

int CountOf(DB& db, const std::string& prefix) {
  int entries = 0;
  const auto all = Must(db.NewIterator({.prefix = prefix}));
  for (Status moved = all->SeekToFirst(); moved && all->Valid(); moved = all->Next()) ++entries;
  return entries;
}

TEST_CASE("a backup beside writers is one instant, with all that was acknowledged before",
          "[backup-and-restore][concurrency]") {
  const testing::TempDir dir;
  const auto db =
      Must(DB::Open({.sync = SyncMode::kNone, .memtable_bytes = 32 << 10}, dir.File("db")));
  std::atomic<bool> stop = false;
  std::thread writer([&] { WriteUntil(stop, *db); });
  for (int round = 1; round <= 6; ++round) {
    std::string before;
    (void)Must(db->Get("right", &before));
    const std::uint64_t visible = db->GetSnapshot()->sequence();
    const BackupInfo made = Must(db->Backup(dir.File("backups"), {.logs = true}));
    CHECK(made.number == static_cast<std::uint64_t>(round));
    CHECK(made.sequence >= visible);
    const std::string copy = dir.File("copy" + std::to_string(round));
    REQUIRE(RestoreStore({}, dir.File("backups"), copy));
    const auto restored = Must(DB::Open({}, copy));
    std::string left;
    std::string right;
    CHECK(Must(restored->Get("left", &left)) == Must(restored->Get("right", &right)));
    CHECK(left == right);
    CHECK(CountOf(*restored, "n") == (left.empty() ? 0 : std::stoi(left) + 1));
    if (!before.empty()) CHECK(std::stoi(left) >= std::stoi(before));
  }
  stop = true;
  writer.join();
}

TEST_CASE("of two backups at once one is made, and the other is refused or waits its turn",
          "[backup-and-restore][concurrency]") {
  const testing::TempDir dir;
  const auto db = Must(DB::Open({.memtable_bytes = 32 << 10}, dir.File("db")));
  for (int i = 0; i < 500; ++i) {
    REQUIRE(db->Put("k" + std::to_string(i), std::string(100, 'v'), {.sync = false}));
  }
  std::atomic<int> made = 0;
  std::atomic<int> busy = 0;
  const auto back_up = [&] {
    for (int i = 0; i < 10; ++i) {
      const std::string outcome = CodeOf(db->Backup(dir.File("backups"), {}));
      if (outcome == "ok") ++made;
      if (outcome == "busy") ++busy;
    }
  };
  std::thread other(back_up);
  back_up();
  other.join();
  CHECK(made + busy == 20);
  CHECK(Must(RestoreStore({}, dir.File("backups"), dir.File("copy"))).from.number ==
        static_cast<std::uint64_t>(made));
}

}  // namespace
}  // namespace strata
