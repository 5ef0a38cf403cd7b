// Replicated tables under crashes: at every file operation of a workload the power goes or the
// process dies; the table must be as of the entry that it says, not before one that was durable,
// and the same log applied from there must end where it would have ended. Beside it, writes of the
// default table are a prefix that holds what was promised. Planted bugs show that it would be seen.

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.h"
#include "reliability/workloads.h"
#include "testing/ledger.h"
#include "testing/mutant_guard.h"
#include "testing/replicated.h"
#include "testing/store_world.h"
#include "testing/watched_file_system.h"

namespace strata::testing {
namespace {

constexpr const char* kTable = "replica";
constexpr int kKill = kCrashKinds;  // One past the power cuts: the process dies.

std::string OrdinaryKey(int i) {
  return "n" + std::to_string(1000 + i);
}

class Sweep {
 public:
  Sweep(std::uint64_t seed, SyncMode sync, std::uint64_t every)
      : seed_(seed),
        every_(every),
        random_(seed),
        log_({.seed = seed, .entries = 110, .ttl_us = 20'000, .value_bytes_max = 400}),
        options_(StoreFor(sync)) {}

  std::vector<std::string> Run() {
    auto disk = NewMemoryFileSystem();
    const auto files = NewWatchedFileSystem(*disk, [this, &disk = *disk](const FileEvent& event) {
      if (!is_made_ || operations_++ % every_ != 0) return;
      where_ = "before " + std::string(FileOperationName(event.operation)) + " " + event.path;
      for (int kind = 0; kind <= kKill; ++kind) CrashLike(kind, disk);
    });
    StoreWorld world(std::move(disk), options_, seed_);
    world.clock().Advance(1'000'000'000);
    Status lived = world.Open(files.get());
    if (lived) lived = Live(world, files.get());
    if (!lived) Find("the workload itself: " + lived.error().message());
    return findings_;
  }
  std::uint64_t images() const { return images_; }

 private:
  // Several full memtables wait, each with a log, so that a crash finds a row of logs.
  static Options StoreFor(SyncMode sync) {
    Options options = TinyStore(sync);
    options.memtable_bytes = 20'000;  // An arena begins with eight thousand for each table.
    options.memtables_max = 5;
    options.blob_threshold = 0;
    return options;
  }

  Status Live(StoreWorld& world, FileSystem* files) {
    STRATA_TRY_ASSIGN(TableRef table, world->CreateTable(kTable, log_.table_options()));
    is_made_ = true;
    Random random(seed_ + 7);
    for (std::size_t next = 0; next < log_.size();) {
      const std::string wrong = ApplyOne(world.db(), table, log_, next++);
      if (!wrong.empty()) Find("the workload itself: " + wrong);
      if (random.OneIn(3)) {
        ++issued_;
        STRATA_TRY(world->Put(OrdinaryKey(issued_), std::string(random.Uniform(300), 'n')));
        acknowledged_ = issued_;
      }
      if (random.OneIn(6)) world.executor().RunOne();
      if (random.OneIn(12)) {
        STRATA_TRY_ASSIGN(const AppliedIndex before, world->AppliedIndexOf(table));
        STRATA_TRY(world->Flush());
        durable_ = before.applied;
      }
      if (random.OneIn(25)) STRATA_TRY(world->CompactTable(table, {}, {}));
      if (random.OneIn(30)) {
        STRATA_TRY(world.Close());
        STRATA_TRY(world.Open(files));
        STRATA_TRY_ASSIGN(table, world->FindTable(kTable));
        STRATA_TRY_ASSIGN(const AppliedIndex index, world->AppliedIndexOf(table));
        next = log_.After(index.applied);
      }
    }
    return world->Flush();
  }

  void CrashLike(int kind, const MemoryFileSystem& disk) {
    if (!findings_.empty()) return;
    ++images_;
    auto image = kind == kKill ? disk.Clone() : disk.Crash(static_cast<CrashKind>(kind), random_);
    StoreWorld world(std::move(image), options_, seed_ + images_);
    world.clock().Advance(1'000'000'000);
    const std::string wrong = Check(world, kind);
    if (!wrong.empty()) Find(where_ + ", " + (kind == kKill ? "kill" : "power cut") + ": " + wrong);
  }

  // "" when the store is as promised, and goes on as it would have.
  std::string Check(StoreWorld& world, int kind) {
    if (const Status opened = world.Open(); !opened) return opened.error().message();
    const auto table = world->FindTable(kTable);
    if (!table) return table.error().message();
    const auto index = world->AppliedIndexOf(*table);
    if (!index) return index.error().message();
    if (index->applied != index->durable) return "more is applied than is durable";
    if (index->durable < durable_) return "an entry that was durable is lost";
    if (std::string wrong = CompareWith(world.db(), *table, log_); !wrong.empty()) return wrong;
    const bool promised = kind == kKill || options_.sync == SyncMode::kAlways;
    if (std::string wrong = CheckOrdinary(world, promised); !wrong.empty()) return wrong;
    return CheckGoesOn(world, *table);
  }

  std::string CheckOrdinary(StoreWorld& world, bool promised) const {
    int found = 0;
    std::string value;
    for (int i = 1; i <= issued_; ++i) {
      const auto got = world->Get(OrdinaryKey(i), &value);
      if (!got) return got.error().message();
      if (*got && found != i - 1) return OrdinaryKey(i) + " is there, one before it isn't";
      if (*got) found = i;
    }
    if (promised && found < acknowledged_) return OrdinaryKey(found + 1) + " is lost";
    return "";
  }

  std::string CheckGoesOn(StoreWorld& world, TableRef table) {
    for (const std::size_t end : {log_.size() / 2, log_.size()}) {
      if (std::string wrong = ApplyUpTo(world.db(), table, log_, end); !wrong.empty()) return wrong;
      if (std::string wrong = CompareWith(world.db(), table, log_); !wrong.empty()) return wrong;
      if (random_.OneIn(2)) {
        const Status flushed = world->Flush();
        if (!flushed) return flushed.error().message();
      }
    }
    if (const Status put = world->Put("zz", "1", {.sync = true}); !put) {
      return put.error().message();
    }
    world.PowerCut(static_cast<CrashKind>(random_.Uniform(kCrashKinds)), random_);
    if (const Status opened = world.Open(); !opened) return opened.error().message();
    std::string value;
    const auto got = world->Get("zz", &value);
    if (!got || !*got) return "a write after the crash is lost in a second one";
    return CompareWith(world.db(), table, log_);
  }

  void Find(std::string finding) {
    findings_.push_back("seed " + std::to_string(seed_) + ": " + std::move(finding));
  }

  const std::uint64_t seed_;
  const std::uint64_t every_;
  Random random_;
  const ReplicatedLog log_;
  const Options options_;
  bool is_made_ = false;
  std::uint64_t operations_ = 0;
  std::uint64_t images_ = 0;
  std::uint64_t durable_ = 0;  // What a flush has promised.
  int issued_ = 0;             // Of the default table's writes.
  int acknowledged_ = 0;
  std::string where_;
  std::vector<std::string> findings_;
};

void CheckSweep(SyncMode sync, std::uint64_t images_min) {
  Ledger ledger("crash points, replicated tables");
  for (std::uint64_t seed = 1; seed <= 3 * ScaledRounds(); ++seed) {
    Sweep sweep(seed, sync, 13 * ScaledStride());
    INFO("seed " << seed);
    for (const std::string& finding : sweep.Run()) FAIL_CHECK(finding);
    ledger.Add("crash_images", sweep.images());
  }
  CHECK(ledger.Shortfall("crash_images", images_min) == "");
}

TEST_CASE("a replicated table is as of a durable entry wherever the power is cut",
          "[learned-index][long]") {
  CheckSweep(SyncMode::kAlways, 500);
}

TEST_CASE("a replicated table beside writes that nobody syncs comes back wherever a crash comes",
          "[learned-index][long]") {
  CheckSweep(SyncMode::kNone, 200);
}

#if defined(STRATA_MUTANTS)
TEST_CASE("every bug that is planted in applying entries is found", "[learned-index][long]") {
  for (const char* mutant : kPlantedInApply) {
    const MutantGuard guard(mutant);
    std::vector<std::string> findings;
    for (std::uint64_t seed = 1; findings.empty() && seed <= 12; ++seed) {
      findings = Sweep(seed, seed % 2 == 0 ? SyncMode::kAlways : SyncMode::kNone, 29).Run();
    }
    if (findings.empty()) {
      FAIL_CHECK(mutant << " survives");
    } else {
      std::printf("mutant %s: %s\n", mutant, findings.front().c_str());
    }
  }
}
#endif

}  // namespace
}  // namespace strata::testing
