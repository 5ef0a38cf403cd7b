// Two stores of a simulated machine on shared resources: writers and readers of both, with little
// memory, and one store that goes in the middle of it all.

#include "strata/shared_resources.h"

#include <catch2/catch.hpp>

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/node.h"
#include "sim/sim_testing.h"
#include "stats/counters.h"
#include "strata/db.h"
#include "testing/ledger.h"

#if defined(STRATA_SIMULATION)
namespace strata::sim {
namespace {

using testing::HasOnlySeed;
using testing::Ledger;
using testing::OnlySeed;
using testing::Scaled;

constexpr const char* kReplayed = "simulated stores share memory, rate and threads";
constexpr std::uint64_t kBudget = 64 << 10;

class Pair {
 public:
  explicit Pair(std::uint64_t seed) : random_(seed ^ 0x5a4ed), world_(RandomSeed(seed)) {}

  void Run(Ledger* ledger) {
    shared_ = *SharedResources::Make({.environment = &node_.environment(),
                                      .memory_budget_bytes = kBudget,
                                      .compaction_rate_bytes_per_s = 4 << 20});
    Step("opening", [this] {
      for (int store = 0; store < 2; ++store) Open(store);
    });
    for (int store = 0; store < 2; ++store) {
      for (int writer = 0; writer < 2; ++writer) {
        node_.Spawn("writer", [this, store, writer] { Write(store, writer); });
      }
      node_.Spawn("reader", [this, store, random = random_.Fork()] { Read(store, random); });
    }
    End("clients");
    Step("checking", [this, ledger] {
      Check(0);
      Open(1);
      Check(1);
      for (const auto& store : stores_) ledger->Add("stall_micros", Stalls(*store));
    });
    Step("closing", [this] {
      // Its last store, not the caller, lets go of what is shared.
      for (auto& store : stores_) {
        if (store == stores_.back()) shared_.reset();
        Expect(store->Close());
        store.reset();
      }
    });
    ledger->Add("seeds");
    ledger->Add("flushes", flushes_);
    ledger->Add("switches", world_.switches());
    ledger->Add("memory_past_half", past_half_);
  }

  const std::vector<std::string>& findings() const { return findings_; }

 private:
  static constexpr int kPuts = 40;

  void Find(const std::string& what) { findings_.push_back(what); }
  void Expect(const Status& status) {
    if (!status) Find(status.error().message());
  }
  void Step(const std::string& name, const std::function<void()>& body) {
    if (!findings_.empty()) return;
    node_.Spawn(name, body);
    End(name);
  }
  void End(const std::string& name) {
    if (!findings_.empty()) return;
    const Outcome outcome = world_.Run();
    if (!outcome.done()) Find(name + ": " + outcome.report);
  }

  void Open(int store) {
    auto opened = DB::Open({.environment = &node_.environment(),
                            .shared = shared_,
                            .sync = SyncMode::kNone,
                            .blob_threshold = 0},
                           "db" + std::to_string(store));
    if (opened) {
      stores_[store] = std::move(*opened);
    } else {
      Find(opened.error().message());
    }
  }
  static std::uint64_t Stalls(DB& db) { return db.counters().Get(Counter::kStallMicros); }

  static std::string Key(int writer, int key) {
    return std::to_string(writer) + "/" + std::to_string(key % 16);
  }
  static std::string Value(int store, int key) {
    return std::to_string(store) + ":" + std::to_string(key) + ":" + std::string(700, 'x');
  }

  void Write(int store, int writer) {
    for (int key = 0; key < kPuts && findings_.empty(); ++key) {
      Expect(stores_[store]->Put(Key(writer, key), Value(store, key)));
      model_[store][Key(writer, key)] = Value(store, key);
      const SharedUsage usage = shared_->Usage();
      past_half_ += usage.memtable_bytes > kBudget / 2;
      const std::uint64_t used = usage.memtable_bytes + usage.table_bytes;
      if (used + usage.cache_capacity_bytes > kBudget) Find("more memory than the budget");
      if (usage.cache_bytes > usage.cache_capacity_bytes) Find("the cache is too large");
    }
    ++done_[store];
    if (store == 1 && done_[1] == 3) Leave();
  }

  void Read(int store, Random random) {
    std::string value;
    for (int i = 0; i < 30 && findings_.empty(); ++i) {
      const std::string key =
          Key(static_cast<int>(random.Uniform(2)), static_cast<int>(random.Uniform(16)));
      const auto found = stores_[store]->Get(key, &value);
      if (!found) Find(found.error().message());
      if (found && *found && !value.starts_with(std::to_string(store) + ":")) {
        Find("a store shows another one's value");
      }
    }
    ++done_[store];
    if (store == 1 && done_[1] == 3) Leave();
  }

  // The last client of the second store closes it, while the first one goes on.
  void Leave() {
    flushes_ += stores_[1]->counters().Get(Counter::kFlushes);
    Expect(stores_[1]->Close());
    stores_[1].reset();
    if (shared_->Usage().stores != 1) Find("the store that has gone is still there");
  }

  void Check(int store) {
    std::string value;
    for (const auto& [key, expected] : model_[store]) {
      const auto found = stores_[store]->Get(key, &value);
      if (!found || !*found || value != expected) Find("lost: " + key);
    }
    flushes_ += stores_[store]->counters().Get(Counter::kFlushes);
  }

  Random random_;
  World world_;
  Node& node_ = world_.AddNode({.low_threads = 2});
  std::shared_ptr<SharedResources> shared_;
  std::array<std::unique_ptr<DB>, 2> stores_;
  std::array<std::map<std::string, std::string>, 2> model_;
  std::array<int, 2> done_ = {};
  std::uint64_t flushes_ = 0;
  std::uint64_t past_half_ = 0;
  std::vector<std::string> findings_;
};

TEST_CASE("simulated stores share memory, rate and threads", "[learned-index][long]") {
  Ledger ledger("sim, shared resources");
  const std::uint64_t first = HasOnlySeed() ? OnlySeed() : 1;
  const std::uint64_t last = HasOnlySeed() ? OnlySeed() : Scaled(200);
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    Pair pair(seed);
    pair.Run(&ledger);
    for (const std::string& finding : pair.findings()) {
      FAIL_CHECK("seed " << seed << ": " << finding << "\nreplay: STRATA_SIM_SEED=" << seed
                         << " build/test/bin/tests/strata_test_sim \"" << kReplayed << "\"");
    }
  }
  CHECK(ledger.Shortfall("seeds", 200) == "");
  CHECK(ledger.Shortfall("flushes", 400) == "");
  CHECK(ledger.Shortfall("switches", 100'000) == "");
}

}  // namespace
}  // namespace strata::sim
#endif
