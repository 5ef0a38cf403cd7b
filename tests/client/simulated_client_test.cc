// Clients and a server in a simulated world: connections break anywhere, the server is killed or
// loses power and begins anew. What a client was told of each of its writes must be true, and
// nothing may be left over. A failing seed prints how to replay it.

#include <catch2/catch.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "client/server_node.h"
#include "strata/client.h"
#include "testing/ledger.h"

#if defined(STRATA_SIMULATION)
namespace strata::client {
namespace {

using sim::NetworkOptions;
using sim::Schedule;
using strata::testing::HasOnlySeed;
using strata::testing::Ledger;
using strata::testing::OnlySeed;
using strata::testing::Scaled;
using testing::ServerNode;

constexpr int kClients = 3;
constexpr int kSteps = 30;  // Of a client.
constexpr int kAccounts = 4;
constexpr int kBalance = 100;  // Of each, at first.

struct Trouble {
  bool breaks = false;
  bool pieces = false;  // Reads and writes of some bytes.
  bool kills = false;   // Of the server, with or without its power.
  std::string mutant = {};
};

class ClientLife {
 public:
  ClientLife(std::uint64_t seed, const Trouble& trouble)
      : trouble_(trouble),
        random_(seed),
        world_({.schedule = Schedule::Of(seed, 40'000),
                .points_max = 10'000'000,
                .mutant = trouble.mutant}),
        server_(world_, "server", [this](const std::string& finding) { Find(finding); }),
        app_(world_.AddNode({.name = "app"})) {
    NetworkOptions options;
    if (trouble.pieces) options.piece_bytes_max = 20 + random_.Uniform(200);
    if (trouble.breaks) options.break_one_in = 25;
    world_.network().Configure(options);
  }

  std::vector<std::string> Run() {
    Boot();
    app_.Spawn("teller", [this] { OpenAccounts(); });
    for (int i = 0; i < kClients; ++i) {
      app_.Spawn("client" + std::to_string(i), [this, i] { RunClient(i); });
    }
    if (trouble_.kills) world_.Spawn("killer", [this] { Kill(); });
    const sim::Outcome outcome = world_.Run();
    if (!outcome.done()) Find(outcome.report);
    return findings_;
  }

  const std::map<std::string, std::uint64_t>& counts() const { return counts_; }

 private:
  void Find(const std::string& finding) { findings_.push_back(finding); }

  void Boot() {
    server_.Boot([this] { return clients_done_ == kClients; }, [this](DB& db) { Check(db); });
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
      world_.SleepUntil(world_.now_nanos() + random_.Uniform(20'000'000));
      server_.node().PowerOn();
      Boot();
    }
  }

  ClientOptions Options(std::uint64_t timeout_us) {
    return {.endpoints = {server_.endpoint()},
            .timeout_us = timeout_us,
            .backoff_us = 1'000,
            .backoff_max_us = 20'000,
            .connect_us = 20'000,
            .keepalive_us = 30'000,
            .lease_us = 500'000,
            .environment = &app_.environment()};
  }

  static std::string Account(std::uint64_t i) { return "account" + std::to_string(i); }

  // Whatever it takes: conditions make it happen once.
  void OpenAccounts() {
    const auto client = Client::Connect(Options(400'000));
    while (findings_.empty()) {
      ClientBatch batch;
      for (int i = 0; i < kAccounts; ++i) {
        batch.RequireAbsent(Account(i));
        batch.Put(Account(i), std::to_string(kBalance));
      }
      const WriteResult result = (*client)->Write(batch);
      if (result.done() || result.failed) break;
    }
    accounts_open_ = true;
  }

  void RunClient(int i) {
    Random random(random_.Next());
    // From too short for anything that goes wrong to long enough for most of it.
    auto client = Client::Connect(Options(std::uint64_t{3'000} << random.Uniform(8)));
    if (!client) return Find(client.error().message());
    while (!accounts_open_ && findings_.empty()) app_.clock().SleepMicros(1'000);
    for (int step = 0; step < kSteps && findings_.empty(); ++step) {
      switch (random.Uniform(6)) {
        case 0:
          Transfer(**client, random);
          break;
        case 1:
          Audit(**client);
          break;
        case 2:
          Increment(**client);
          break;
        case 3:
          PutThree(**client, i, step);
          break;
        default:
          PutOne(**client, i, step, random);
          break;
      }
    }
    counts_["attempts"] += (*client)->stats().attempts;
    counts_["calls"] += (*client)->stats().calls;
    client->reset();
    ++clients_done_;
  }

  void Note(const std::string& key, const WriteResult& result) {
    static constexpr const char* kNames[] = {"done", "failed", "unknown"};
    ++counts_[kNames[static_cast<int>(result.outcome)]];
    if (result.repeated) ++counts_["repeated"];
    if (result.done() != result.error.has_value()) Find("an outcome and its error differ");
    outcomes_[key] = result.outcome;
  }

  // A key that nobody else writes; then it is read, unless nobody answers.
  void PutOne(Client& client, int i, int step, Random& random) {
    const std::string key = "one" + std::to_string(i) + "." + std::to_string(step);
    const WriteResult result = client.Put(key, "v" + key);
    Note(key, result);
    if (random.OneIn(2)) return;
    const auto entry = client.Get(key);
    if (!entry) return;
    if (result.done() && !*entry) Find("its own write isn't there: " + key);
    if (*entry && (*entry)->value != "v" + key) Find("another call's reply: " + (*entry)->value);
    if (result.outcome == Outcome::kFailed && *entry) Find("a failed write is there: " + key);
  }

  // Under way all at once, on as many connections as there are.
  void PutThree(Client& client, int i, int step) {
    int told = 0;
    for (int n = 0; n < 3; ++n) {
      const std::string key =
          "three" + std::to_string(i) + "." + std::to_string(step) + "." + std::to_string(n);
      client.Put(key, "v" + key, {}, [this, key, &told](const WriteResult& result) {
        Note(key, result);
        ++told;
      });
    }
    while (told < 3) app_.clock().SleepMicros(200);
  }

  // Read, and written if nobody was there in between.
  void Increment(Client& client) {
    const auto entry = client.Get("counter");
    if (!entry) return;
    ClientBatch batch;
    std::uint64_t value = 0;
    if (*entry) {
      value = std::stoull((*entry)->value);
      batch.RequireVersion("counter", (*entry)->version);
    } else {
      batch.RequireAbsent("counter");
    }
    batch.Put("counter", std::to_string(value + 1));
    const WriteResult result = client.Write(batch);
    if (result.done()) ++counted_;
    if (result.outcome == Outcome::kUnknown) ++perhaps_counted_;
  }

  void Transfer(Client& client, Random& random) {
    auto begun = client.Begin(
        {.concurrency = random.OneIn(2) ? Concurrency::kOptimistic : Concurrency::kPessimistic,
         .lock_timeout_ms = 20});
    if (!begun) return;
    ClientTransaction& transaction = **begun;
    const std::uint64_t from = random.Uniform(kAccounts);
    const std::uint64_t to = (from + 1 + random.Uniform(kAccounts - 1)) % kAccounts;
    if (!Add(transaction, Account(from), -1) || !Add(transaction, Account(to), 1)) return;
    if (random.OneIn(8)) return;  // It is given up, and leaves nothing.
    const WriteResult result = transaction.Commit();
    ++counts_[result.done() ? "commits" : "conflicts"];
  }

  bool Add(ClientTransaction& transaction, const std::string& key, int amount) {
    const auto entry = transaction.GetForUpdate(key);
    if (!entry) return false;
    if (!*entry) return Find("an account is gone"), false;
    const int balance = std::stoi((*entry)->value) + amount;
    return transaction.Put(key, std::to_string(balance)).has_value();
  }

  // All accounts at one moment.
  void Audit(Client& client) {
    const auto scan = client.Scan({.prefix = "account"});
    int sum = 0;
    int rows = 0;
    while (true) {
      const auto row = scan->Next();
      if (!row) return;
      if (!*row) break;
      sum += std::stoi((*row)->entry.value);
      ++rows;
    }
    ++counts_["audits"];
    if (rows != kAccounts || sum != kAccounts * kBalance) {
      Find("a scan saw " + std::to_string(sum) + " in " + std::to_string(rows) + " accounts");
    }
  }

  static std::optional<std::string> ValueOf(DB& db, const std::string& key) {
    std::string value;
    const auto found = db.Get(key, &value);
    return found && *found ? std::optional(value) : std::nullopt;
  }

  // The end: what everyone was told is compared with what is there.
  void Check(DB& db) {
    for (const auto& [key, outcome] : outcomes_) {
      const auto value = ValueOf(db, key);
      if (outcome == Outcome::kDone && value != "v" + key) Find("a write is lost: " + key);
      if (outcome == Outcome::kFailed && value) Find("a failed write is there: " + key);
      const auto puts = server_.puts().find(key);
      if (puts != server_.puts().end() && puts->second > 1) {
        Find(key + " was written " + std::to_string(puts->second) + " times");
      }
    }
    const std::uint64_t count = std::stoull(ValueOf(db, "counter").value_or("0"));
    if (count < counted_ || count > counted_ + perhaps_counted_) {
      Find("the counter is " + std::to_string(count) + ", after " + std::to_string(counted_) +
           " increments and perhaps " + std::to_string(perhaps_counted_));
    }
    int sum = 0;
    for (int i = 0; i < kAccounts; ++i) sum += std::stoi(ValueOf(db, Account(i)).value_or("0"));
    if (sum != kAccounts * kBalance) Find("the accounts add up to " + std::to_string(sum));
    counts_["counted"] += counted_;
  }

  const Trouble trouble_;
  Random random_;
  std::vector<std::string> findings_;
  sim::World world_;
  ServerNode server_;
  sim::Node& app_;
  std::map<std::string, Outcome> outcomes_;
  std::map<std::string, std::uint64_t> counts_;
  std::uint64_t counted_ = 0;
  std::uint64_t perhaps_counted_ = 0;
  bool accounts_open_ = false;
  int clients_done_ = 0;
};

// The findings of the first seed that has some; counts go to the ledger.
std::vector<std::string> RunSeeds(const std::string& name, const Trouble& trouble,
                                  std::uint64_t count, Ledger* ledger) {
  for (std::uint64_t seed = 1; seed <= Scaled(count); ++seed) {
    if (HasOnlySeed() && seed != OnlySeed()) continue;
    ClientLife life(seed, trouble);
    std::vector<std::string> findings = life.Run();
    if (!findings.empty()) {
      findings.push_back("again: STRATA_SIM_SEED=" + std::to_string(seed) +
                         " strata_test_client '" + name + "*'");
      return findings;
    }
    ledger->Add("seeds");
    ledger->AddAll(life.counts());
  }
  return {};
}

// `least`: of what there must have been, or nothing was tried.
void MustHold(const std::string& name, const Trouble& trouble, std::uint64_t count,
              const std::map<std::string, std::uint64_t>& least) {
  Ledger ledger(name);
  for (const std::string& finding : RunSeeds(name, trouble, count, &ledger)) FAIL_CHECK(finding);
  for (const auto& [what, minimum] : least) CHECK(ledger.Shortfall(what, minimum) == "");
}

TEST_CASE("simulated clients get what they ask for", "[client]") {
  MustHold("simulated clients get what they ask for", {.pieces = true}, 10,
           {{"done", 500}, {"commits", 50}, {"audits", 100}});
}

TEST_CASE("simulated clients know what became of their writes", "[client]") {
  MustHold("simulated clients know what became of their writes", {.breaks = true, .pieces = true},
           30, {{"done", 1'000}, {"repeated", 50}, {"unknown", 10}});
}

TEST_CASE("simulated clients outlive their server", "[client]") {
  MustHold("simulated clients outlive their server", {.breaks = true, .kills = true}, 30,
           {{"done", 1'000}, {"repeated", 30}, {"unknown", 10}, {"failed", 5}});
}

#if defined(STRATA_MUTANTS)
TEST_CASE("simulated clients that are wrong are found out", "[client][planted]") {
  const std::string mutant = GENERATE(as<std::string>(), "client_retries_under_a_new_id",
                                      "client_takes_silence_for_failure");
  CAPTURE(mutant);
  if (HasOnlySeed()) return;
  Ledger ledger("simulated clients that are wrong are found out: " + mutant);
  const auto findings = RunSeeds("simulated clients that are wrong",
                                 {.breaks = true, .kills = true, .mutant = mutant}, 200, &ledger);
  CHECK_FALSE(findings.empty());
}
#endif

}  // namespace
}  // namespace strata::client
#endif
