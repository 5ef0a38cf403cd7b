// Clients and a server in a simulated world: connections break anywhere, the server is killed or
// loses power and begins anew. What the clients saw must be what one map could have told them. A
// failing seed prints the proof and how to replay it.

#include <catch2/catch.hpp>

#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "check/linearizability.h"
#include "check/recorder.h"
#include "client/server_node.h"
#include "strata/client.h"
#include "testing/ledger.h"

#if defined(STRATA_SIMULATION)
namespace strata::check {
namespace {

using client::testing::ServerNode;
using strata::testing::HasOnlySeed;
using strata::testing::Ledger;
using strata::testing::OnlySeed;
using strata::testing::Scaled;

constexpr int kClients = 4;
constexpr int kSteps = 40;  // Of a client.
constexpr int kKeys = 3;

struct Trouble {
  bool breaks = false;
  bool kills = false;  // Of the server, with or without its power.
  std::string mutant = {};
};

struct Judged {
  std::string wrong = {};  // What is wrong, in words; empty: nothing.
  std::map<std::string, std::uint64_t> counts = {};
};

class StoreLife {
 public:
  StoreLife(std::uint64_t seed, const Trouble& trouble)
      : trouble_(trouble),
        random_(seed),
        world_({.schedule = sim::Schedule::Of(seed, 40'000),
                .points_max = 10'000'000,
                .mutant = trouble.mutant}),
        server_(world_, "server", [this](const std::string& finding) { Find(finding); }),
        app_(world_.AddNode({.name = "app"})) {
    sim::NetworkOptions options;
    if (trouble.breaks) options.break_one_in = 25;
    world_.network().Configure(options);
  }

  Judged Run() {
    Boot();
    for (std::uint64_t i = 0; i < kClients; ++i) {
      app_.Spawn("client" + std::to_string(i), [this, i] { RunClient(i); });
    }
    if (trouble_.kills) world_.Spawn("killer", [this] { Kill(); });
    const sim::Outcome outcome = world_.Run();
    if (!outcome.done()) Find(outcome.report);
    return Judge();
  }

 private:
  void Find(const std::string& finding) { judged_.wrong += finding + "\n"; }

  Judged Judge() {
    const History& history = recorder_.history();
    for (const Operation& operation : history) {
      static constexpr const char* kNames[] = {"ok", "refused", "failed", "unknown"};
      ++judged_.counts[kNames[static_cast<int>(operation.outcome)]];
    }
    const Verdict verdict = CheckLinearizable(history);
    if (verdict.answer != Answer::kLinearizable) Find(VerdictText(history, verdict));
    judged_.counts["steps"] += verdict.steps;
    return std::move(judged_);
  }

  void Boot() {
    server_.Boot([this] { return clients_done_ == kClients; }, [](DB& /*db*/) {});
  }

  void Kill() {
    for (std::uint64_t kills = 1 + random_.Uniform(3); kills > 0; --kills) {
      world_.SleepUntil(world_.now_nanos() + random_.Uniform(100'000'000));
      if (clients_done_ == kClients) return;
      if (random_.OneIn(2)) {
        server_.node().Kill();
      } else {
        server_.node().PowerOff(CrashKind::kRandomSubset);
      }
      ++judged_.counts["deaths"];
      world_.SleepUntil(world_.now_nanos() + random_.Uniform(20'000'000));
      server_.node().PowerOn();
      Boot();
    }
  }

  void RunClient(std::uint64_t i) {
    Random random(random_.Next());
    // From too short for anything that goes wrong to long enough for most of it.
    auto client = Client::Connect({.endpoints = {server_.endpoint()},
                                   .timeout_us = std::uint64_t{3'000} << random.Uniform(6),
                                   .backoff_us = 1'000,
                                   .backoff_max_us = 20'000,
                                   .connect_us = 20'000,
                                   .keepalive_us = 30'000,
                                   .lease_us = 500'000,
                                   .environment = &app_.environment()});
    if (!client) return Find(client.error().message());
    std::map<std::string, Value> seen;
    for (int step = 0; step < kSteps && judged_.wrong.empty(); ++step) {
      Ask(**client, i, random, &seen);
    }
    client->reset();
    ++clients_done_;
  }

  // Each value is written once, so that a read says whose write it saw.
  std::string NewValue() { return std::to_string(++last_value_); }
  std::uint64_t Now() const { return world_.now_nanos(); }

  void Ask(Client& client, std::uint64_t i, Random& random, std::map<std::string, Value>* seen) {
    const auto any_key = [&] { return "k" + std::to_string(random.Uniform(kKeys)); };
    const std::string key = any_key();
    switch (random.Uniform(8)) {
      case 0:
        return Write(client, i, {Put(key, NewValue())});
      case 1:
        return Write(client, i, {Delete(key)});
      case 2:
        return Write(client, i, {Put(key, NewValue()), Put(any_key(), NewValue())});
      case 3:
      case 4:
        return Write(client, i, {If(key, (*seen)[key]), Put(key, NewValue())});
      default:
        return Read(client, i, key, &(*seen)[key]);
    }
  }

  void Read(Client& client, std::uint64_t i, const std::string& key, Value* seen) {
    const auto ticket = recorder_.Invoke(i, Now(), {Get(key, {})});
    const auto found = client.Get(key);
    if (!found) return recorder_.Answer(ticket, Now(), Outcome::kFailed);
    *seen = *found ? Value((*found)->value) : Value();
    recorder_.Answer(ticket, Now(), *seen);
  }

  void Write(Client& client, std::uint64_t i, const std::vector<Clause>& clauses) {
    ClientBatch batch;
    for (const Clause& clause : clauses) {
      if (clause.kind == Clause::Kind::kIf && clause.value) {
        batch.RequireValue(clause.key, *clause.value);
      } else if (clause.kind == Clause::Kind::kIf) {
        batch.RequireAbsent(clause.key);
      } else if (clause.value) {
        batch.Put(clause.key, *clause.value);
      } else {
        batch.Delete(clause.key);
      }
    }
    const auto ticket = recorder_.Invoke(i, Now(), clauses);
    const WriteResult result = client.Write(batch);
    if (result.outcome == strata::Outcome::kUnknown) return;
    const bool failed = result.outcome == strata::Outcome::kFailed;
    recorder_.Answer(ticket, Now(),
                     result.failed ? Outcome::kRefused
                     : failed      ? Outcome::kFailed
                                   : Outcome::kOk);
  }

  const Trouble trouble_;
  Random random_;
  Judged judged_;
  Recorder recorder_;
  sim::World world_;
  ServerNode server_;
  sim::Node& app_;
  std::uint64_t last_value_ = 0;
  int clients_done_ = 0;
};

// What was wrong with the first seed of which something was.
std::string RunSeeds(const std::string& name, const Trouble& trouble, std::uint64_t count,
                     Ledger* ledger) {
  for (std::uint64_t seed = 1; seed <= Scaled(count); ++seed) {
    if (HasOnlySeed() && seed != OnlySeed()) continue;
    const Judged judged = StoreLife(seed, trouble).Run();
    if (!judged.wrong.empty()) {
      return "seed " + std::to_string(seed) + ": " + judged.wrong +
             "again: STRATA_SIM_SEED=" + std::to_string(seed) + " strata_test_check '" + name + "'";
    }
    ledger->Add("seeds");
    ledger->AddAll(judged.counts);
  }
  return "";
}

TEST_CASE("simulated clients see one map while connections break", "[linearizability]") {
  const std::string name = "simulated clients see one map while connections break";
  Ledger ledger(name);
  CHECK(RunSeeds(name, {.breaks = true}, 20, &ledger) == "");
  CHECK(ledger.Shortfall("ok", 1'500) == "");
  CHECK(ledger.Shortfall("refused", 50) == "");
  CHECK(ledger.Shortfall("unknown", 5) == "");
}

TEST_CASE("simulated clients see one map while the server dies", "[linearizability]") {
  const std::string name = "simulated clients see one map while the server dies";
  Ledger ledger(name);
  CHECK(RunSeeds(name, {.breaks = true, .kills = true}, 20, &ledger) == "");
  CHECK(ledger.Shortfall("ok", 1'000) == "");
  CHECK(ledger.Shortfall("unknown", 10) == "");
  CHECK(ledger.Shortfall("deaths", 20) == "");
}

#if defined(STRATA_MUTANTS)
TEST_CASE("a store or a client that is wrong is found out by its history",
          "[linearizability][planted]") {
  const std::string mutant = GENERATE(as<std::string>(), "client_retries_under_a_new_id",
                                      "client_takes_silence_for_failure", "ack_before_fsync",
                                      "conditions_ignore_group", "batch_in_parts");
  CAPTURE(mutant);
  if (HasOnlySeed()) return;
  Ledger ledger("a store or a client that is wrong is found out by its history: " + mutant);
  CHECK(RunSeeds("planted", {.breaks = true, .kills = true, .mutant = mutant}, 200, &ledger) != "");
}
#endif

}  // namespace
}  // namespace strata::check
#endif
