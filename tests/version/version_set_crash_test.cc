// Power cuts at every file operation of everything that the version set does.

#include <catch2/catch.hpp>

#include <set>

#include "testing/mutant_guard.h"
#include "version/version_set.h"
#include "version/version_set_fixture.h"

namespace strata {
namespace {

using namespace testing;  // NOLINT: the helpers' vocabulary.

// What the workload was told: the versions that may be found after a crash are the last that was
// acknowledged and the one in flight.
struct Told {
  bool created = false;
  std::string acknowledged;
  std::string in_flight;
  SequenceNumber sequence = 0;  // Acknowledged; a later one may be found.
};

// One edit. No two versions have the same tables.
Status Step(VersionSet& set, FileSystem& files, Told* told, std::size_t key_bytes) {
  const auto& runs = set.current()->runs();
  const bool remove = runs.size() >= 2;
  set.SetLastSequence(set.last_sequence() + 1);
  if (remove) {
    const FileNumber oldest = runs.back().position.run;
    told->in_flight = std::to_string(runs.front().position.run) + " ";
    STRATA_TRY(RemoveTable(set, oldest));
    (void)files.Remove(JoinPath("db", TableFileName(oldest)));
  } else {
    const FileNumber next = set.NewFileNumber() + 1;  // What AddTable will draw.
    told->in_flight = std::to_string(next) + " " + TablesOf(set);
    STRATA_TRY(AddTable(set, files, key_bytes));
  }
  told->acknowledged = told->in_flight;
  told->sequence = set.last_sequence();
  return {};
}

// Makes a store, edits it past several rollovers, and closes it.
Status Workload(FileSystem& files, Told* told) {
  const Environment environment{.files = &files, .entropy = SeededEntropy(3)};
  Counters counters;
  STRATA_TRY(VersionSet::Create(environment, "db", {}));
  told->created = true;
  for (int round = 0; round < 2; ++round) {
    STRATA_TRY_ASSIGN(const auto set,
                      VersionSet::Recover(environment, "db", OpenerOf(files), counters));
    for (int i = 0; i < 7; ++i) STRATA_TRY(Step(*set, files, told, 12'000));
    if (round == 0) STRATA_TRY(set->Close());
  }
  return {};
}

std::uint64_t OperationsOfWorkload() {
  const auto disk = EmptyStoreDirectory();
  const auto files = NewFaultyFileSystem(*disk);
  Told told;
  REQUIRE(Outcome(Workload(*files, &told)) == "ok");
  return files->operations();
}

// "" when the disk holds what it must, or what is wrong. Goes on writing to it.
std::string WhatIsWrong(MemoryFileSystem& disk, const Told& told) {
  const Environment environment{.files = &disk, .entropy = SeededEntropy(4)};
  Counters counters;
  auto set = VersionSet::Recover(environment, "db", OpenerOf(disk), counters);
  if (!set.has_value() && set.error().code() == ErrorCode::kNotFound && !told.created) {
    const Status created = VersionSet::Create(environment, "db", {});
    if (!created.has_value()) return "creating again: " + Outcome(created);
    set = VersionSet::Recover(environment, "db", OpenerOf(disk), counters);
  }
  if (!set.has_value()) return Outcome(set);
  const std::string found = TablesOf(**set);
  if (found != told.acknowledged && found != told.in_flight) {
    return "found " + found + "; told " + told.acknowledged + "or " + told.in_flight;
  }
  if ((*set)->last_sequence() < told.sequence) return "the last sequence is lost";
  Told next;
  const Status stepped = Step(**set, disk, &next, 10);
  if (!stepped.has_value()) return "one more edit: " + Outcome(stepped);
  Random random(1);
  const auto after = disk.Crash(CrashKind::kNothingUnsynced, random);
  const Environment again{.files = after.get(), .entropy = SeededEntropy(5)};
  const auto last = VersionSet::Recover(again, "db", OpenerOf(*after), counters);
  if (!last.has_value()) return "after one more edit: " + Outcome(last);
  return TablesOf(**last) == next.acknowledged ? "" : "one more edit is lost";
}

// Cuts the power at every operation, in every kind, and returns the first thing that is wrong.
std::string SweepWorkload(std::uint64_t seeds, std::uint64_t* images) {
  const std::uint64_t operations = OperationsOfWorkload();
  for (std::uint64_t crash_at = 0; crash_at <= operations; ++crash_at) {
    const auto disk = EmptyStoreDirectory();
    const auto files = NewFaultyFileSystem(*disk);
    files->SetPlan({.fail_at = crash_at, .crash = true});
    Told told;
    (void)Workload(*files, &told);
    for (int kind = 0; kind < kCrashKinds; ++kind) {
      for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        Random random(crash_at * 100 + seed);
        const auto after = disk->Crash(static_cast<CrashKind>(kind), random);
        ++*images;
        if (const std::string wrong = WhatIsWrong(*after, told); !wrong.empty()) {
          return "power cut at operation " + std::to_string(crash_at) + ", kind " +
                 std::to_string(kind) + ", seed " + std::to_string(seed) + ": " + wrong;
        }
      }
    }
  }
  return "";
}

TEST_CASE("a power cut at any operation leaves the version before an edit or after it",
          "[manifest][manifest.3]") {
  std::uint64_t images = 0;
  CHECK(SweepWorkload(3, &images) == "");
  CHECK(images > 2000);
}

TEST_CASE("a power cut during recovery leaves what was there", "[manifest][manifest.3]") {
  const std::uint64_t operations = OperationsOfWorkload();
  std::uint64_t images = 0;
  for (std::uint64_t crash_at = 0; crash_at <= operations; crash_at += 3) {
    const auto disk = EmptyStoreDirectory();
    const auto files = NewFaultyFileSystem(*disk);
    files->SetPlan({.fail_at = crash_at, .crash = true});
    Told told;
    (void)Workload(*files, &told);
    if (!told.created) continue;
    Random random(crash_at);
    const auto first = disk->Crash(static_cast<CrashKind>(crash_at / 3 % kCrashKinds), random);
    for (std::uint64_t second_at = 0;; ++second_at) {
      const auto again = first->Clone();
      const auto faulty = NewFaultyFileSystem(*again);
      faulty->SetPlan({.fail_at = second_at, .crash = true});
      const Environment environment{.files = faulty.get(), .entropy = SeededEntropy(4)};
      Counters counters;
      (void)VersionSet::Recover(environment, "db", OpenerOf(*faulty), counters);
      for (const CrashKind kind : {CrashKind::kNothingUnsynced, CrashKind::kRandomSubset,
                                   CrashKind::kReversed, CrashKind::kDataOnly}) {
        const auto after = again->Crash(kind, random);
        ++images;
        CAPTURE(crash_at, second_at, static_cast<int>(kind));
        REQUIRE(WhatIsWrong(*after, told) == "");
      }
      if (!faulty->fired()) break;
    }
  }
  CHECK(images > 1000);
}

TEST_CASE("every file operation of the version set may fail, and nothing told is lost",
          "[manifest][manifest.3]") {
  const std::uint64_t operations = OperationsOfWorkload();
  for (const Fault fault : {Fault::kEio, Fault::kEnospc, Fault::kShortWrite, Fault::kSyncKeepsData,
                            Fault::kSyncRevertsData, Fault::kSyncLosesOnCrash}) {
    for (std::uint64_t fail_at = 0; fail_at < operations; ++fail_at) {
      const auto disk = EmptyStoreDirectory();
      const auto files = NewFaultyFileSystem(*disk);
      files->SetPlan({.fail_at = fail_at, .fault = fault});
      Told told;
      (void)Workload(*files, &told);
      Random random(fail_at);
      for (const CrashKind kind : {CrashKind::kNothingUnsynced, CrashKind::kEverything}) {
        const auto after = disk->Crash(kind, random);
        CAPTURE(static_cast<int>(fault), fail_at, static_cast<int>(kind));
        REQUIRE(WhatIsWrong(*after, told) == "");
      }
      const auto killed = disk->Clone();
      CAPTURE(static_cast<int>(fault), fail_at);
      REQUIRE(WhatIsWrong(*killed, told) == "");
    }
  }
}

#if defined(STRATA_MUTANTS)
TEST_CASE("mutant: a rename without a directory sync is noticed by the sweep", "[manifest]") {
  const MutantGuard guard("skip_dir_fsync_rename");
  std::uint64_t images = 0;
  CHECK(SweepWorkload(3, &images) != "");
}

TEST_CASE("mutant: removing the old manifest before the rename is durable is noticed",
          "[manifest]") {
  const MutantGuard guard("unlink_before_rename_durable");
  std::uint64_t images = 0;
  CHECK(SweepWorkload(3, &images) != "");
}
#endif

}  // namespace
}  // namespace strata
