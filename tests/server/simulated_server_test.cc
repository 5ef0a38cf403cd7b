// A server and its clients in a simulated world: connections break anywhere, bytes come in pieces,
// the server is killed or loses power. No acknowledged write may be lost, no reply may be another
// request's, and at the end nothing is left over. A failing seed prints how to replay it.

#include <catch2/catch.hpp>

#include <charconv>
#include <string>
#include <vector>

#include "base/random.h"
#include "server/line_client.h"
#include "server/line_protocol.h"
#include "server/server.h"
#include "sim/network.h"
#include "sim/node.h"
#include "sim/world.h"
#include "testing/ledger.h"

#if defined(STRATA_SIMULATION)
namespace strata::server {
namespace {

using sim::NetworkOptions;
using sim::Node;
using sim::Outcome;
using sim::Schedule;
using strata::testing::HasOnlySeed;
using strata::testing::Ledger;
using strata::testing::OnlySeed;
using strata::testing::Scaled;

constexpr int kClients = 4;
constexpr int kRequests = 40;  // Of a client.
const Endpoint kServer{"server", 7000};

struct Plan {
  bool breaks = false;
  bool pieces = false;  // Reads and writes of a few bytes.
  bool kills = false;   // Of the server, with or without its power.
  bool slow = false;    // Some clients take their time to read.
};

// A counter of a client's own: how often it sent "add 1", and what it was told last.
struct Tally {
  std::uint64_t sent = 0;
  std::uint64_t acknowledged = 0;
};

class ServerLife {
 public:
  ServerLife(std::uint64_t seed, const Plan& plan)
      : plan_(plan),
        random_(seed),
        world_({.schedule = Schedule::Of(seed, 20'000), .points_max = 3'000'000}),
        node_(world_.AddNode({.name = kServer.host})) {
    NetworkOptions options;
    if (plan.pieces) options.piece_bytes_max = 1 + random_.Uniform(8);
    if (plan.breaks) options.break_one_in = 40;
    options.window_bytes = random_.OneIn(2) ? 256 : 64 << 10;
    world_.network().Configure(options);
  }

  std::vector<std::string> Run() {
    Boot();
    for (int i = 0; i < kClients; ++i) {
      world_.Spawn("client" + std::to_string(i), [this, i] { RunClient(i); });
    }
    if (plan_.kills) world_.Spawn("killer", [this] { Kill(); });
    const Outcome outcome = world_.Run();
    if (!outcome.done()) Find(outcome.report);
    return findings_;
  }

  std::uint64_t breaks() const { return reconnected_; }
  std::uint64_t acknowledged() const {
    std::uint64_t sum = 0;
    for (const Tally& tally : tallies_) sum += tally.acknowledged;
    return sum;
  }

 private:
  struct Running {
    ServerStats stats;
    std::unique_ptr<DB> db;
    std::unique_ptr<Server> server;
  };

  void Find(const std::string& finding) { findings_.push_back(finding); }

  // On the machine: serves until all clients are through.
  void Boot() {
    node_.Spawn("main", [this] {
      auto running = std::make_shared<Running>();
      Options options;
      options.environment = &node_.environment();
      auto db = DB::Open(options, "db");
      if (!db) return Find("opening: " + db.error().message());
      running->db = *std::move(db);
      auto server = Server::Start(
          {.fronts = {{.name = "lines",
                       .endpoint = kServer,
                       .factory =
                           testing::LineFactory(*running->db, node_.clock(), {.requests_max = 3})}},
           .loops = 2,
           .readers = 1,
           .limits = {.reply_bytes_pause = 200, .stuck_us = 50'000, .stop_us = 100'000}},
          *running->db, node_.environment(), running->stats);
      if (!server) return Find("serving: " + server.error().message());
      running->server = *std::move(server);
      while (clients_done_ < kClients) node_.clock().SleepMicros(500);
      running->server->Stop();
      CheckEnd(*running);
    });
  }

  // Nothing is left over, and no more and no less was counted than was asked for.
  void CheckEnd(Running& running) {
    running.server.reset();
    if (running.stats.connections != 0) Find("connections are left");
    if (running.stats.buffer_bytes != 0) Find("buffers are counted that nobody has");
    for (int i = 0; i < kClients; ++i) {
      std::string value;
      const auto found = running.db->Get("n" + std::to_string(i), &value);
      const std::uint64_t count = found && *found ? std::stoull(value) : 0;
      const Tally& tally = tallies_[i];
      if (count < tally.acknowledged || count > tally.sent) {
        Find("client " + std::to_string(i) + " counted to " + std::to_string(count) +
             ", was told " + std::to_string(tally.acknowledged) + " and asked for " +
             std::to_string(tally.sent));
      }
    }
    if (const Status closed = running.db->Close(); !closed) Find(closed.error().message());
  }

  void Kill() {
    for (std::uint64_t kills = 1 + random_.Uniform(3); kills > 0; --kills) {
      world_.SleepUntil(world_.now_nanos() + random_.Uniform(30'000'000));
      if (clients_done_ == kClients) return;
      if (random_.OneIn(2)) {
        node_.Kill();
      } else {
        node_.PowerOff(CrashKind::kRandomSubset);
      }
      world_.SleepUntil(world_.now_nanos() + random_.Uniform(5'000'000));
      node_.PowerOn();
      Boot();
    }
  }

  void RunClient(int i) {
    const auto network = world_.network().For(sim::kNoNode, "client" + std::to_string(i));
    testing::LineClient client(*network);
    Random random(random_.Next());
    int done = 0;
    while (done < kRequests && findings_.empty()) {
      if (client.broken()) Reconnect(&client);
      done += SendSome(&client, i, random);
    }
    client.Close();
    ++clients_done_;
  }

  void Reconnect(testing::LineClient* client) {
    ++reconnected_;
    world_.SleepUntil(world_.now_nanos() + 300'000);
    client->Connect(kServer);
  }

  // A few requests at once; then their replies, in order. How many were answered.
  int SendSome(testing::LineClient* client, int i, Random& random) {
    Tally& tally = tallies_[i];
    const std::string counter = "n" + std::to_string(i);
    std::vector<std::string> verbs;
    std::string bytes;
    for (std::uint64_t count = 1 + random.Uniform(6); count > 0; --count) {
      verbs.push_back(random.OneIn(3)   ? "get " + counter
                      : random.OneIn(8) ? "scan"
                      : random.OneIn(8) ? "large " + std::to_string(random.Uniform(300))
                                        : "add " + counter + " 1");
      bytes += "t" + std::to_string(++tag_) + " " + verbs.back() + "\n";
    }
    std::uint64_t tag = tag_ - verbs.size();
    // Any of them may arrive, as soon as the first byte is on its way.
    for (const std::string& verb : verbs) tally.sent += verb.starts_with("add") ? 1 : 0;
    if (!client->Send(bytes)) return 0;
    if (plan_.slow && random.OneIn(4)) {
      world_.SleepUntil(world_.now_nanos() + random.Uniform(20'000'000));
    }
    int answered = 0;
    for (const std::string& verb : verbs) {
      const auto line = client->ReadLine(/*timeout_us=*/200'000);
      if (!line) {
        client->Connect(kServer);  // Broken, or silently so.
        break;
      }
      Check(*line, "t" + std::to_string(++tag) + " ", verb, &tally);
      ++answered;
    }
    return answered;
  }

  void Check(const std::string& line, const std::string& tag, const std::string& verb,
             Tally* tally) {
    if (!line.starts_with(tag)) return Find("'" + line + "' answers '" + tag + verb + "'");
    const std::string reply = line.substr(tag.size());
    if (reply.starts_with("error")) return Find(line);
    if (verb == "scan") return;
    if (verb.starts_with("large")) {
      if (reply.size() != 2 + std::stoull(verb.substr(6))) Find("a reply was cut: " + line);
      return;
    }
    std::uint64_t value = 0;
    const std::string_view digits =
        std::string_view(reply).substr(std::min<std::size_t>(2, reply.size()));
    const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (reply != "none" && (!reply.starts_with("= ") || wrong != std::errc() || *end != '\0')) {
      return Find("'" + line + "' is no count");
    }
    if (reply == "none") value = 0;
    const bool adds = verb.starts_with("add");
    if (value < tally->acknowledged + (adds ? 1 : 0)) Find("it went back: " + line);
    tally->acknowledged = value;
  }

  const Plan plan_;
  Random random_;
  sim::World world_;
  Node& node_;
  std::vector<std::string> findings_;
  Tally tallies_[kClients];
  std::uint64_t tag_ = 0;
  std::uint64_t reconnected_ = 0;
  int clients_done_ = 0;
};

void RunSeeds(const std::string& name, const Plan& plan, std::uint64_t count) {
  Ledger ledger(name);
  for (std::uint64_t seed = 1; seed <= Scaled(count); ++seed) {
    if (HasOnlySeed() && seed != OnlySeed()) continue;
    ServerLife life(seed, plan);
    const auto findings = life.Run();
    for (const std::string& finding : findings) {
      FAIL_CHECK("seed " << seed << ": " << finding << "\nagain: STRATA_SIM_SEED=" << seed
                         << " strata_test_server '" << name << "*'");
    }
    if (!findings.empty()) return;
    ledger.Add("seeds");
    ledger.Add("connections", life.breaks());
    ledger.Add("acknowledged", life.acknowledged());
  }
}

TEST_CASE("simulated clients are answered in order", "[event-loop]") {
  RunSeeds("simulated clients are answered in order", {.pieces = true, .slow = true}, 20);
}

TEST_CASE("simulated connections break anywhere", "[event-loop]") {
  RunSeeds("simulated connections break anywhere", {.breaks = true, .pieces = true}, 20);
}

TEST_CASE("simulated servers are killed and lose nothing", "[event-loop]") {
  RunSeeds("simulated servers are killed and lose nothing",
           {.breaks = true, .kills = true, .slow = true}, 30);
}

}  // namespace
}  // namespace strata::server
#endif
