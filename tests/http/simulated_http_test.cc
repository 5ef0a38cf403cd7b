// The HTTP front and its clients in a simulated world: connections break anywhere, bytes come in
// pieces, readers are slow, the server stops. Answers are whole and in order, each event is sent
// once or told as missed, and at the end nothing is left over. A failing seed prints how to replay.

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "base/random.h"
#include "http/session.h"
#include "server/line_client.h"
#include "server/server.h"
#include "sim/network.h"
#include "sim/node.h"
#include "sim/world.h"
#include "testing/ledger.h"

#if defined(STRATA_SIMULATION)
namespace strata::http {
namespace {

using server::testing::LineClient;
using sim::NetworkOptions;
using sim::Node;
using sim::Outcome;
using sim::Schedule;
using strata::testing::HasOnlySeed;
using strata::testing::Ledger;
using strata::testing::OnlySeed;
using strata::testing::Scaled;

constexpr int kClients = 3;
constexpr int kRequests = 12;  // Of a client.
constexpr int kWatchers = 2;   // Of the event stream.
constexpr std::uint64_t kEvents = 60;
const Endpoint kServer{"server", 8379};

struct Plan {
  bool breaks = false;
  bool pieces = false;
};

class HttpLife {
 public:
  HttpLife(std::uint64_t seed, const Plan& plan)
      : random_(seed),
        world_({.schedule = Schedule::Of(seed, 20'000), .points_max = 3'000'000}),
        node_(world_.AddNode({.name = kServer.host})) {
    NetworkOptions options;
    // A connection that breaks at one write in sixty must have written a header before.
    if (plan.breaks) options.break_one_in = 60;
    if (plan.pieces) options.piece_bytes_max = (plan.breaks ? 300 : 1) + random_.Uniform(40);
    options.window_bytes = random_.OneIn(2) ? 512 : 64 << 10;
    world_.network().Configure(options);
  }

  std::vector<std::string> Run() {
    node_.Spawn("main", [this] { Serve(); });
    for (int i = 0; i < kClients; ++i) {
      world_.Spawn("client" + std::to_string(i), [this, i] { RunClient(i); });
    }
    for (int i = 0; i < kWatchers; ++i) {
      world_.Spawn("watcher" + std::to_string(i), [this, i] { Watch(i); });
    }
    const Outcome outcome = world_.Run();
    if (!outcome.done()) Find(outcome.report);
    return findings_;
  }

  std::uint64_t answers() const { return answers_; }
  std::uint64_t events() const { return seen_; }
  std::uint64_t missed() const { return missed_; }

 private:
  void Find(const std::string& finding) { findings_.push_back(finding); }

  void Serve() {
    Options options;
    options.environment = &node_.environment();
    EventRing events(16, 1 << 20);
    auto db = DB::Open(options, "db");
    if (!db) return Find("opening: " + db.error().message());
    server::ServerStats stats;
    Shared shared(**db, node_.environment(), stats, {}, events);
    shared.version = "sim";
    auto server = server::Server::Start(
        {.fronts = {{.name = "http", .endpoint = kServer, .factory = HttpFactory(shared)}},
         .loops = 2,
         .readers = 1,
         .limits = {.stuck_us = 100'000, .stop_us = 100'000}},
        **db, node_.environment(), stats);
    if (!server) return Find("serving: " + server.error().message());
    while (watching_ < kWatchers) node_.clock().SleepMicros(500);
    for (std::uint64_t i = 1; i <= kEvents; ++i) {
      events.Append("{\"n\":" + std::to_string(i) + "}");
      if (random_.OneIn(4)) node_.clock().SleepMicros(200 + random_.Uniform(3'000));
    }
    while (done_ < kClients + kWatchers) node_.clock().SleepMicros(500);
    (*server)->Stop();
    server->reset();
    if (stats.connections != 0) Find("connections are left");
    if (stats.buffer_bytes != 0) Find("buffers are counted that nobody has");
    if (events.subscribers() != 0) Find("somebody who is gone is still told of events");
    if (const Status closed = (*db)->Close(); !closed) Find(closed.error().message());
  }

  void Connect(LineClient* client) {
    world_.SleepUntil(world_.now_nanos() + 300'000);
    client->Connect(kServer);
  }

  // The status of the next answer, whose body it reads; 0: the connection broke.
  int ReadAnswer(LineClient* client, std::string* body) {
    int status = 0;
    std::size_t size = 0;
    while (true) {
      const auto line = client->ReadLine(/*timeout_us=*/400'000);
      if (!line) return 0;
      if (status == 0) {
        if (!line->starts_with("HTTP/1.1 ")) {
          Find("'" + *line + "' is no beginning of an answer");
          return 0;
        }
        status = std::stoi(line->substr(9, 3));
      }
      if (line->starts_with("Content-Length: ")) size = std::stoull(line->substr(16));
      if (*line == "\r") break;
    }
    body->clear();
    while (body->size() < size) {  // Each body here ends with a line break.
      const auto line = client->ReadLine(/*timeout_us=*/400'000);
      if (!line) return 0;
      *body += *line + "\n";
    }
    if (body->size() != size) Find("a body of another length: " + *body);
    return status;
  }

  void RunClient(int i) {
    const auto network = world_.network().For(sim::kNoNode, "client" + std::to_string(i));
    LineClient client(*network);
    Random random(random_.Next());
    int done = 0;
    while (done < kRequests && findings_.empty()) {
      if (client.broken()) Connect(&client);
      done += AskSome(&client, random);
    }
    client.Close();
    ++done_;
  }

  // A few requests at once, then their answers in order; how many came.
  int AskSome(LineClient* client, Random& random) {
    std::vector<std::pair<std::string, int>> asked;
    std::string bytes;
    for (std::uint64_t count = 1 + random.Uniform(4); count > 0; --count) {
      static const std::vector<std::pair<std::string, int>> kAsked = {
          {"/livez", 200}, {"/version", 200}, {"/readyz", 200}, {"/none", 404}, {"/metrics", 200}};
      asked.push_back(kAsked[random.Uniform(kAsked.size())]);
      bytes += "GET " + asked.back().first + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    }
    if (!client->Send(bytes)) return 0;
    int answered = 0;
    for (const auto& [path, expected] : asked) {
      std::string body;
      const int status = ReadAnswer(client, &body);
      if (status == 0) {
        Connect(client);
        break;
      }
      if (status != expected) Find(path + " was answered with " + std::to_string(status));
      const bool is_it = path == "/livez"     ? body == "ok\n"
                         : path == "/version" ? body.find("\"sim\"") != std::string::npos
                         : path == "/metrics" ? body.find("strata_ready 1\n") != std::string::npos
                                              : !body.empty();
      if (!is_it) Find(path + " was answered with " + body);
      ++answered;
      ++answers_;
    }
    return answered;
  }

  // Sees each event once, in order, or is told that it is gone, through any number of connections.
  void Watch(int i) {
    const auto network = world_.network().For(sim::kNoNode, "watcher" + std::to_string(i));
    LineClient client(*network);
    Random random(random_.Next());
    std::uint64_t next = 1;
    std::string last_id = "0";
    bool counted = false;
    while (next <= kEvents && findings_.empty()) {
      Connect(&client);
      if (!client.Send("GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nLast-Event-ID: " +
                       last_id + "\r\n\r\n")) {
        continue;
      }
      std::string id;
      std::string data;
      while (next <= kEvents && findings_.empty()) {
        const auto line = client.ReadLine(/*timeout_us=*/400'000);
        if (!line) break;
        if (!std::exchange(counted, true)) ++watching_;
        // An event is there when its empty line is; what was cut off before that never came.
        if (line->starts_with("id: ")) id = line->substr(4);
        if (line->starts_with("data: ")) data = line->substr(6);
        if (line->empty() && !data.empty()) {
          TakeEvent(std::exchange(data, ""), &next);
          last_id = id;
        }
        if (random.OneIn(10)) world_.SleepUntil(world_.now_nanos() + random.Uniform(8'000'000));
      }
    }
    if (!std::exchange(counted, true)) ++watching_;
    client.Close();
    ++done_;
  }

  void TakeEvent(const std::string& data, std::uint64_t* next) {
    const bool is_missed = data.starts_with("{\"count\":");
    const std::uint64_t n = std::stoull(data.substr(data.find(':') + 1));
    if (!is_missed && n != *next) {
      Find("event " + std::to_string(n) + " came in the place of " + std::to_string(*next));
    }
    *next = is_missed ? *next + n : n + 1;
    ++(is_missed ? missed_ : seen_);
  }

  Random random_;
  sim::World world_;
  Node& node_;
  std::vector<std::string> findings_;
  std::uint64_t answers_ = 0;
  std::uint64_t seen_ = 0;
  std::uint64_t missed_ = 0;
  int watching_ = 0;
  int done_ = 0;
};

void RunSeeds(const std::string& name, const Plan& plan, std::uint64_t count) {
  Ledger ledger(name);
  for (std::uint64_t seed = 1; seed <= Scaled(count); ++seed) {
    if (HasOnlySeed() && seed != OnlySeed()) continue;
    HttpLife life(seed, plan);
    const auto findings = life.Run();
    for (const std::string& finding : findings) {
      FAIL_CHECK("seed " << seed << ": " << finding << "\nagain: STRATA_SIM_SEED=" << seed
                         << " strata_test_http '" << name << "*'");
    }
    if (!findings.empty()) return;
    ledger.Add("seeds");
    ledger.Add("answers", life.answers());
    ledger.Add("events", life.events());
    ledger.Add("missed", life.missed());
  }
}

TEST_CASE("simulated answers come in order, and events once", "[observability]") {
  RunSeeds("simulated answers come in order, and events once", {.pieces = true}, 12);
}

TEST_CASE("simulated watchers come back and miss nothing untold", "[observability]") {
  RunSeeds("simulated watchers come back and miss nothing untold", {.breaks = true, .pieces = true},
           12);
}

}  // namespace
}  // namespace strata::http
#endif
