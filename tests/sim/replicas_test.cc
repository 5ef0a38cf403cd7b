// Replicated tables in the simulated world: several logs are applied at the same time, beside
// writers of a table of the store's own, flushes and merges; the power goes in the middle. Each
// table must come back as of an entry of its log, not before one that was durable, and the rest of
// the log must lead where the model is. A failing seed prints how to replay it.

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.h"
#include "sim/store_life.h"
#include "testing/ledger.h"
#include "testing/random_options.h"
#include "testing/replicated.h"

#if defined(STRATA_SIMULATION)
namespace strata::sim {
namespace {

using testing::HasOnlySeed;
using testing::Ledger;
using testing::OnlySeed;
using testing::ReplicatedLog;
using testing::Scaled;

constexpr int kTables = 3;

Options OptionsFor(std::uint64_t seed) {
  Random random(seed + 0x5ea);
  Options options = testing::DrawOptions(random);
  options.memtable_bytes = random.OneIn(2) ? 8192 : 40'000;
  options.sync = random.OneIn(2) ? SyncMode::kAlways : SyncMode::kNone;
  return options;
}

class Replicas {
 public:
  explicit Replicas(std::uint64_t seed) : random_(seed), life_({.seed = seed}, OptionsFor(seed)) {
    for (std::uint64_t i = 0; i < kTables; ++i) {
      replicas_.push_back({.name = "t" + std::to_string(i),
                           .log = ReplicatedLog({.seed = 3 * seed + i,
                                                 .entries = 50,
                                                 .ttl_us = i == 0 ? 0 : 20'000ULL,
                                                 .value_bytes_max = 150})});
    }
  }

  LifeResult Run() {
    if (!life_.Open()) return life_.TakeResult();
    life_.Do("making tables", [this] { MakeTables(); });
    if (life_.healthy()) Crowd(/*cut=*/true);
    if (life_.healthy() && was_cut_) {
      life_.node().PowerOn();
      if (life_.Open()) life_.Do("after the cut", [this] { CheckAfterCut(); });
      if (life_.healthy()) Crowd(/*cut=*/false);
    }
    life_.Do("at the end", [this] { CheckEnd(); });
    if (life_.healthy()) life_.Close();
    return life_.TakeResult();
  }

 private:
  struct Replica {
    std::string name;
    ReplicatedLog log;
    TableRef table = {};
    std::uint64_t durable = 0;  // What a flush, or a look, has promised.
  };

  DB& db() { return life_.db(); }

  void MakeTables() {
    for (Replica& replica : replicas_) {
      const auto made = db().CreateTable(replica.name, replica.log.table_options());
      if (life_.Expect(made, "making a table")) replica.table = *made;
    }
  }

  void Crowd(bool cut) {
    at_work_ = 0;
    for (Replica& replica : replicas_) Work("applies to " + replica.name, [&] { Apply(replica); });
    Work("writes", [this] { Write(); });
    life_.Spawn("flushes", [this] { Flush(); });
    life_.Spawn("merges", [this] { Merge(); });
    if (cut) life_.Spawn("cuts the power", [this] { Cut(); });
    life_.Run();
  }

  void Work(const std::string& name, std::function<void()> body) {
    ++at_work_;
    life_.Spawn(name, [this, body = std::move(body)] {
      body();
      --at_work_;
    });
  }

  void Apply(Replica& replica) {
    const auto index = db().AppliedIndexOf(replica.table);
    if (!life_.Expect(index, "an index")) return;
    const ReplicatedLog& log = replica.log;
    for (std::size_t i = log.After(index->applied); i < log.size(); ++i) {
      const std::string wrong = testing::ApplyOne(db(), replica.table, log, i);
      if (!wrong.empty()) return life_.Find(replica.name + ": " + wrong);
      life_.Count("entries");
      if (i % 8 == 7) Compare(replica);
    }
  }

  void Compare(const Replica& replica) {
    const std::string wrong = testing::CompareWith(db(), replica.table, replica.log);
    if (!wrong.empty()) life_.Find(replica.name + ": " + wrong);
  }

  void Write() {
    for (int i = 0; i < 30; ++i) {
      const std::string value(100, 'n');
      if (!life_.Expect(db().Put(Key(++issued_), value), "a write")) return;
      if (life_.options().sync == SyncMode::kAlways) durable_ = issued_;
    }
  }
  static std::string Key(int i) { return "n" + std::to_string(1000 + i); }

  void Flush() {
    for (int i = 0; i < 6 && at_work_ > 0; ++i) {
      life_.world().SleepUntil(life_.world().now_nanos() + 300'000);
      std::vector<std::uint64_t> applied;
      for (const Replica& replica : replicas_) {
        const auto index = db().AppliedIndexOf(replica.table);
        if (!life_.Expect(index, "an index")) return;
        applied.push_back(index->applied);
      }
      if (!life_.Expect(db().Flush(), "a flush")) return;
      for (std::size_t t = 0; t < replicas_.size(); ++t) {
        replicas_[t].durable = std::max(replicas_[t].durable, applied[t]);
        const auto index = db().AppliedIndexOf(replicas_[t].table);
        if (!life_.Expect(index, "an index")) return;
        if (index->durable < applied[t]) life_.Find("a flush has left out what was applied");
      }
      life_.Count("flushes");
    }
  }

  void Merge() {
    for (int i = 0; i < 4 && at_work_ > 0; ++i) {
      life_.world().SleepUntil(life_.world().now_nanos() + 400'000);
      const TableRef table = replicas_[static_cast<std::size_t>(i) % replicas_.size()].table;
      if (!life_.Expect(db().CompactTable(table, {}, {}), "a merge")) return;
      life_.Count("merges");
    }
  }

  void Cut() {
    World& world = life_.world();
    if (world.random().OneIn(3)) return;
    world.SleepUntil(world.now_nanos() + world.random().Uniform(6'000'000));
    if (at_work_ == 0) return;
    life_.Count("power_cuts");
    was_cut_ = true;
    life_.PowerOff(static_cast<CrashKind>(world.random().Uniform(kCrashKinds)));
  }

  void CheckAfterCut() {
    for (const Replica& replica : replicas_) {
      const auto index = db().AppliedIndexOf(replica.table);
      if (!life_.Expect(index, "an index")) return;
      if (index->durable < replica.durable) life_.Find(replica.name + ": it has gone back");
      Compare(replica);
    }
    int found = 0;
    std::string value;
    for (int i = 1; i <= issued_; ++i) {
      const auto got = db().Get(Key(i), &value);
      if (!life_.Expect(got, "a read")) return;
      if (*got && found != i - 1) life_.Find(Key(i) + " is there, one before it isn't");
      if (*got) found = i;
    }
    if (found < durable_) life_.Find(Key(found + 1) + " is lost");
    issued_ = durable_ = found;
  }

  void CheckEnd() {
    for (const Replica& replica : replicas_) {
      const auto index = db().AppliedIndexOf(replica.table);
      if (!life_.Expect(index, "an index")) return;
      if (index->applied != replica.log.at(replica.log.size() - 1).index) {
        life_.Find(replica.name + ": not all is applied");
      }
      Compare(replica);
    }
  }

  Random random_;
  StoreLife life_;
  std::vector<Replica> replicas_;
  int at_work_ = 0;  // Those who apply or write.
  int issued_ = 0;   // Writes of the default table, and those that nothing may take.
  int durable_ = 0;
  bool was_cut_ = false;
};

TEST_CASE("simulated logs are applied side by side, and a power cut leaves each at an entry",
          "[learned-index][long]") {
  Ledger ledger("sim, replicated tables");
  const std::uint64_t first = HasOnlySeed() ? OnlySeed() : 1;
  const std::uint64_t last = HasOnlySeed() ? OnlySeed() : Scaled(150);
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const LifeResult result = Replicas(seed).Run();
    ledger.AddAll(result.counts);
    ledger.Add("seeds");
    for (const std::string& finding : result.findings) {
      FAIL_CHECK("seed " << seed << ": " << finding << "\nreplay: STRATA_SIM_SEED=" << seed
                         << " build/test/bin/tests/strata_test_sim -# \"[#replicas_test]\"");
    }
  }
  CHECK(ledger.Shortfall("entries", 15'000) == "");
  CHECK(ledger.Shortfall("flushes", 300) == "");
  CHECK(ledger.Shortfall("power_cuts", 40) == "");
}

}  // namespace
}  // namespace strata::sim
#endif
