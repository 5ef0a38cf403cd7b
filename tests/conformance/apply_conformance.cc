#include "conformance/apply_conformance.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

#include "testing/ledger.h"
#include "testing/replicated.h"
#include "testing/results.h"

namespace strata::testing {
namespace {

constexpr const char* kTable = "replica";

// One store in the life of a log. What it does beside applying is drawn from its own seed.
class Applier {
 public:
  Applier(const MakeApplyWorld& make, const ReplicatedLog& log, std::uint64_t seed)
      : log_(log), random_(seed), world_(make(seed)) {
    table_ = Must(world_->db().CreateTable(kTable, log.table_options()));
  }

  // Everything up to position `end` is applied, through whatever happens meanwhile.
  void ReachThrough(std::size_t end) {
    while (true) {
      const std::uint64_t applied = Must(db().AppliedIndexOf(table_)).applied;
      const std::size_t next = log_.After(applied);
      if (next >= end) break;
      REQUIRE(ApplyOne(db(), table_, log_, next) == "");
      CHECK(Must(db().AppliedIndexOf(table_)).applied == log_.at(next).index);
      if (random_.OneIn(4)) Interfere();
      if (random_.OneIn(3)) REQUIRE(CompareWith(db(), table_, log_) == "");
    }
    REQUIRE(CompareWith(db(), table_, log_) == "");
  }

  std::string Contents(std::uint64_t now_us) { return ContentsOf(db(), table_, now_us); }
  std::uint64_t crashes() const { return crashes_; }
  DB& db() { return world_->db(); }

 private:
  void Interfere() {
    switch (random_.Uniform(7)) {
      case 0:
      case 1:
        return Flush();
      case 2:
        REQUIRE(Outcome(db().CompactTable(table_, {}, {})) == "ok");
        return;
      case 3:
        return WriteElsewhere();
      case 4:
        return world_->RunBackground();
      case 5:
        return Again();
      default:
        return Crash();
    }
  }

  void Flush() {
    const std::uint64_t applied = Must(db().AppliedIndexOf(table_)).applied;
    REQUIRE(Outcome(db().Flush()) == "ok");
    CHECK(Must(db().AppliedIndexOf(table_)).durable == applied);
  }

  void WriteElsewhere() {
    for (std::uint64_t i = 0; i < random_.Between(1, 5); ++i) {
      const std::string key = "other" + std::to_string(random_.Uniform(100));
      REQUIRE(Outcome(db().Put(key, std::string(random_.Uniform(500), 'o'))) == "ok");
    }
  }

  // What has been applied is applied once.
  void Again() {
    const AppliedIndex index = Must(db().AppliedIndexOf(table_));
    const std::size_t end = log_.After(index.applied);
    if (end == 0) return;
    const std::size_t i = random_.Uniform(end);
    CHECK(Must(db().Apply(table_, log_.BatchOf(i, table_), log_.at(i))).repeated);
    CHECK(Must(db().AppliedIndexOf(table_)) == index);
  }

  void Crash() {
    const std::uint64_t durable = Must(db().AppliedIndexOf(table_)).durable;
    const std::uint64_t how = random_.Uniform(3);
    if (how == 0) REQUIRE(Outcome(world_->CloseAndOpen()) == "ok");
    if (how == 1) REQUIRE(Outcome(world_->Kill()) == "ok");
    if (how == 2) {
      const auto kind = static_cast<CrashKind>(random_.Uniform(kCrashKinds));
      REQUIRE(Outcome(world_->PowerCut(kind, random_)) == "ok");
    }
    ++crashes_;
    table_ = Must(db().FindTable(kTable));
    const AppliedIndex index = Must(db().AppliedIndexOf(table_));
    CHECK(index.applied == index.durable);
    CHECK(index.durable >= durable);
    REQUIRE(CompareWith(db(), table_, log_) == "");
  }

  const ReplicatedLog& log_;
  Random random_;
  std::unique_ptr<ApplyWorld> world_;
  TableRef table_;
  std::uint64_t crashes_ = 0;
};

}  // namespace

void CheckApplyConformance(const MakeApplyWorld& make) {
  Ledger ledger("replicated tables");
  for (std::uint64_t seed = 1; seed <= Scaled(25); ++seed) {
    INFO("seed " << seed);
    const ReplicatedLog log({.seed = seed, .entries = 80, .value_bytes_max = 200});
    Applier one(make, log, 2 * seed);
    Applier other(make, log, 2 * seed + 1);
    for (std::size_t end = 10; end <= log.size(); end += 10) {
      one.ReachThrough(end);
      other.ReachThrough(end);
      const std::uint64_t now_us = log.ClockAfter(end);
      REQUIRE(one.Contents(now_us) == other.Contents(now_us));
    }
    REQUIRE(Outcome(one.db().VerifyAll()) == "ok");
    ledger.Add("entries", 2 * log.size());
    ledger.Add("crashes", one.crashes() + other.crashes());
  }
  CHECK(ledger.Shortfall("entries", 2000) == "");
  CHECK(ledger.Shortfall("crashes", 50) == "");
}

}  // namespace strata::testing
