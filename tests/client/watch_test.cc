// A watch is told each change once and in order, whatever happens to connections.

#include "client/watch.h"

#include <catch2/catch.hpp>

#include "base/mutant.h"
#include "client/served_world.h"
#include "testing/results.h"

#if defined(STRATA_SIMULATION)
namespace strata::client {
namespace {

using strata::testing::Must;
using testing::ServedWorld;

// "k=1@3 k-@4 END".
struct Seen {
  std::string text;
  std::uint64_t sequence = 0;
  std::optional<Error> ended;

  void Add(const WatchNews& news) {
    for (const WatchEvent& event : news.events) {
      text += event.key + (event.value ? "=" + *event.value : "-") + " ";
      if (event.sequence < sequence) text += "BACK ";
      sequence = event.sequence;
    }
    if (news.ended) ended = news.ended;
  }
};

TEST_CASE("a watch is told of puts and deletes in its range", "[client][client.3]") {
  ServedWorld().Run([](ServedWorld& world) {
    const auto client = Must(Client::Connect(world.options()));
    CHECK(client->Put("a0", "before").done());
    Seen seen;
    const auto watch = Must(
        client->Watch({.range = {.prefix = "a"}}, [&](const WatchNews& news) { seen.Add(news); }));
    CHECK(client->Put("a1", "1").done());
    CHECK(client->Put("b1", "other").done());
    CHECK(client->Delete("a1").done());
    while (seen.text.size() < 9) world.Sleep(1'000);
    CHECK(seen.text == "a1=1 a1- ");
  });
}

// One that writes, one that breaks connections, one that watches.
std::string WatchThroughBreaks(std::uint64_t seed, std::uint64_t* attempts) {
  Seen seen;
  ServedWorld(seed).Run([&](ServedWorld& world) {
    const auto client = Must(Client::Connect(world.options()));
    const auto watch = Must(client->Watch({}, [&](const WatchNews& news) { seen.Add(news); }));
    for (int i = 0; i < 30; ++i) {
      if (i % 5 == 2) world.BreakConnections();
      CHECK(client->Put("k" + std::to_string(i), "v").done());
      world.Sleep(3'000);
    }
    world.Sleep(500'000);
    *attempts = client->stats().attempts;
  });
  return seen.ended ? seen.ended->message() : seen.text;
}

std::string ThirtyPuts() {
  std::string all;
  for (int i = 0; i < 30; ++i) all += "k" + std::to_string(i) + "=v ";
  return all;
}

TEST_CASE("a watch goes on over broken connections without gap or duplicate",
          "[client][client.3]") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    std::uint64_t attempts = 0;
    CHECK(WatchThroughBreaks(seed, &attempts) == ThirtyPuts());
    CHECK(attempts > 36);
  }
}

#if defined(STRATA_MUTANTS)
TEST_CASE("a watch that skips a change is found out", "[client][client.3]") {
  mutant::Enable("client_watch_skips_one");
  std::uint64_t attempts = 0;
  CHECK(WatchThroughBreaks(1, &attempts) != ThirtyPuts());
  mutant::Enable("");
}
#endif

TEST_CASE("a watch is told when the server doesn't remember so far back", "[client][client.3]") {
  ServedWorld().Run([](ServedWorld& world) {
    const auto client = Must(Client::Connect(world.options()));
    for (int i = 0; i < 5; ++i) CHECK(client->Put("k", std::to_string(i)).done());
    world.Restart(50'000);
    Seen seen;
    const auto watch =
        Must(client->Watch({.from = 2}, [&](const WatchNews& news) { seen.Add(news); }));
    while (!seen.ended) world.Sleep(1'000);
    CHECK(seen.ended->code() == ErrorCode::kNotFound);
    CHECK(seen.text.empty());
  });
}

TEST_CASE("a watch of a table that isn't there ends at once", "[client][client.3]") {
  ServedWorld().Run([](ServedWorld& world) {
    const auto client = Must(Client::Connect(world.options()));
    Seen seen;
    const auto watch =
        Must(client->Watch({.table = "nope"}, [&](const WatchNews& news) { seen.Add(news); }));
    while (!seen.ended) world.Sleep(1'000);
    CHECK(seen.ended->message().find("nope") != std::string::npos);
  });
}

TEST_CASE("a watch that is gone is told nothing", "[client][client.3]") {
  ServedWorld().Run([](ServedWorld& world) {
    const auto client = Must(Client::Connect(world.options()));
    int told = 0;
    auto watch = Must(client->Watch(
        {}, [&](const WatchNews& news) { told += static_cast<int>(news.events.size()); }));
    CHECK(client->Put("k", "1").done());
    while (told == 0) world.Sleep(1'000);
    watch.reset();
    CHECK(client->Put("k", "2").done());
    world.Sleep(100'000);
    CHECK(told == 1);
  });
}

}  // namespace
}  // namespace strata::client
#endif
