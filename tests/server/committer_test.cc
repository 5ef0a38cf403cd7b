// The committer alone: works that a test makes, and a disk that waits.

#include "server/committer.h"

#include <catch2/catch.hpp>

#include <deque>

#include "io/memory_file_system.h"
#include "server/mailbox.h"
#include "stats/counters.h"
#include "testing/gated_file_system.h"
#include "testing/results.h"

namespace strata::server {
namespace {

using strata::testing::GatedFileSystem;
using strata::testing::Must;

// Adds one to a counter, and knows what it was told.
class AddOne final : public Work {
 public:
  AddOne(std::string the_key, std::string the_ballast)
      : key(std::move(the_key)), ballast(std::move(the_ballast)) {}

  void Run(Keyspace& keyspace) override {
    ++runs;
    const auto entry = keyspace.Get(kDefaultTable, key);
    const int sum = 1 + (entry && *entry ? std::stoi((*entry)->value) : 0);
    Status put = keyspace.Put(kDefaultTable, key, std::to_string(sum), 0);
    if (put && !ballast.empty()) put = keyspace.Put(kDefaultTable, "ballast", ballast, 0);
    reply = put ? std::to_string(sum) : "error: " + put.error().message();
  }
  bool writes() const override { return true; }

  const std::string key;
  const std::string ballast;  // Written, too.
  std::string reply;
  int runs = 0;
};

struct World {
  World() {
    environment = {.files = &files,
                   .clock = &RealClock(),
                   .executor = executor.get(),
                   .entropy = SeededEntropy(1),
                   .network = &PosixNetwork()};
    Options options;
    options.environment = &environment;
    db = Must(DB::Open(options, "db"));
    committer = std::make_unique<Committer>(*db, environment, stats);
  }

  void Submit(const std::string& key, const std::string& ballast = "") {
    std::vector<std::unique_ptr<Work>> works;
    works.push_back(std::make_unique<AddOne>(key, ballast));
    works.back()->home = &mailbox;
    works.back()->connection = ++submitted;
    committer->Submit(&works);
  }
  // Until so many came back in all.
  void AwaitDone(std::size_t count) {
    while (done.size() < count) {
      poller->Wait(std::nullopt);
      mailbox.Take(&mail);
      for (auto& work : mail.done) {
        done.push_back(std::unique_ptr<AddOne>(static_cast<AddOne*>(work.release())));
      }
      mail.done.clear();
    }
  }

  const std::unique_ptr<MemoryFileSystem> disk = NewMemoryFileSystem();
  GatedFileSystem files{*disk};
  const std::unique_ptr<Executor> executor = NewThreadExecutor(1, 2, RealClock());
  Environment environment;
  ServerStats stats;
  std::unique_ptr<DB> db;
  const std::unique_ptr<Poller> poller = Must(PosixNetwork().NewPoller());
  Mailbox mailbox{*poller};
  Mail mail;
  std::vector<std::unique_ptr<AddOne>> done;
  ConnectionId submitted = 0;
  std::unique_ptr<Committer> committer;
};

TEST_CASE("what gathers while the disk is busy is one commit",
          "[event-loop][event-loop.3][concurrency]") {
  World world;
  world.files.CloseGate();
  world.Submit("n");
  while (world.files.waiting() == 0) RealClock().SleepMicros(100);
  for (int i = 0; i < 20; ++i) world.Submit("n");
  const std::uint64_t before = world.db->counters().Get(Counter::kWalSyncs);
  world.files.OpenGate();
  world.AwaitDone(21);
  CHECK(world.db->counters().Get(Counter::kWalSyncs) - before <= 2);
  CHECK(world.stats.commits == 2);
  // Each saw the one before it, in the order in which they came.
  for (std::size_t i = 0; i < world.done.size(); ++i) {
    CHECK(world.done[i]->connection == i + 1);
    CHECK(world.done[i]->reply == std::to_string(i + 1));
    CHECK(world.done[i]->runs == 1);
  }
}

TEST_CASE("nothing comes back before it is durable", "[event-loop][event-loop.3][concurrency]") {
  World world;
  world.files.CloseGate();
  world.Submit("n");
  while (world.files.waiting() == 0) RealClock().SleepMicros(100);
  const bool told = !world.poller->Wait(10'000).empty();
  world.mailbox.Take(&world.mail);
  const std::size_t early = world.mail.done.size();
  world.files.OpenGate();
  REQUIRE(early == 0);
  CHECK_FALSE(told);
  world.AwaitDone(1);
}

TEST_CASE("what is too large for one batch is several, in order",
          "[event-loop][event-loop.3][concurrency]") {
  World world;
  world.files.CloseGate();
  world.Submit("n");
  while (world.files.waiting() == 0) RealClock().SleepMicros(100);
  const std::uint64_t before = world.stats.commits;
  world.Submit("large", std::string(5 << 20, 'x'));
  world.Submit("n");
  world.files.OpenGate();
  world.AwaitDone(3);
  CHECK(world.stats.commits - before == 3);
  CHECK(world.done[2]->reply == "2");
}

TEST_CASE("a batch that fails doesn't spoil the next", "[event-loop][event-loop.3][concurrency]") {
  World world;
  world.Submit(std::string(kKeySizeMax + 1, 'k'));  // Refused by itself,
  world.Submit("n");
  world.AwaitDone(2);
  CHECK(world.done[0]->reply.starts_with("error: "));
  CHECK(world.done[1]->reply == "1");
}

TEST_CASE("a batch that fails is told to each of its works",
          "[event-loop][event-loop.3][concurrency]") {
  World world;
  world.Submit("n");
  world.AwaitDone(1);
  REQUIRE(world.db->Close());
  world.Submit("n");
  world.Submit("n");
  world.AwaitDone(3);
  for (std::size_t i = 1; i < 3; ++i) {
    CHECK(world.done[i]->reply.starts_with("error: "));
    CHECK(world.done[i]->runs == 2);
  }
  CHECK(world.stats.failed_commits >= 1);
}

}  // namespace
}  // namespace strata::server
