// The HTTP front on this machine's network, with threads: scrapes and watchers beside writers.

#include <catch2/catch.hpp>

#include <atomic>
#include <string>

#include "http/session.h"
#include "io/memory_file_system.h"
#include "server/line_client.h"
#include "server/server.h"
#include "testing/results.h"

namespace strata::http {
namespace {

using server::testing::LineClient;
using strata::testing::Must;

struct World {
  World()
      : environment{.files = disk.get(),
                    .clock = &RealClock(),
                    .executor = executor.get(),
                    .entropy = SeededEntropy(1),
                    .network = &PosixNetwork()} {
    Options options;
    options.environment = &environment;
    options.memtable_bytes = 64 << 10;
    options.event_sink = [this](std::string_view line) { events.Append(line); };
    db = Must(DB::Open(options, "db"));
    shared = std::make_unique<Shared>(*db, environment, stats, server::Limits{}, events);
    server = Must(server::Server::Start({.fronts = {{.name = "http",
                                                     .endpoint = {.host = "127.0.0.1"},
                                                     .factory = HttpFactory(*shared)}},
                                         .loops = 2,
                                         .readers = 2},
                                        *db, environment, stats));
  }

  const std::unique_ptr<MemoryFileSystem> disk = NewMemoryFileSystem();
  const std::unique_ptr<Executor> executor = NewThreadExecutor(1, 2, RealClock());
  Environment environment;
  EventRing events{64, 1 << 20};
  server::ServerStats stats;
  std::unique_ptr<DB> db;
  std::unique_ptr<Shared> shared;
  std::unique_ptr<server::Server> server;
};

TEST_CASE("watchers and scrapers see a store that is written to", "[observability][concurrency]") {
  World world;
  std::atomic<bool> done{false};
  const auto writer = world.executor->StartThread("writer", [&] {
    const std::string value(200, 'v');
    for (int i = 0; !done; ++i) {
      if (!world.db->Put("key" + std::to_string(i % 5'000), value)) return;
    }
  });
  struct Ending {  // Also when a check fails: the writer's thread is waited for.
    ~Ending() { done = true; }
    std::atomic<bool>& done;
  } const ending{done};
  LineClient watcher(PosixNetwork());
  watcher.Connect(world.server->endpoints().front());
  REQUIRE(watcher.Send("GET /api/v1/events?since=0 HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  LineClient scraper(PosixNetwork());
  scraper.Connect(world.server->endpoints().front());
  int flushes = 0;
  while (flushes < 5) {
    const auto line = watcher.ReadLine();
    REQUIRE(line.has_value());
    if (line->find("\"event\":\"flush_end\"") == std::string::npos) continue;
    ++flushes;
    REQUIRE(scraper.Send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    std::string last;
    while (!last.starts_with("process_start_time_seconds ")) {
      const auto got = scraper.ReadLine();
      REQUIRE(got.has_value());
      last = *got;
    }
  }
  world.server->Stop();
  CHECK(world.stats.connections == 0);
  CHECK(world.events.subscribers() == 0);
}

}  // namespace
}  // namespace strata::http
