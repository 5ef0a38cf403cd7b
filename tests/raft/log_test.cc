#include "raft/log.h"

#include <catch2/catch.hpp>

#include "raft/cluster.h"

namespace strata::raft {
namespace {

Entry Make(Index index, Term term) {
  return {.term = term, .index = index, .body = Command{.bytes = "c" + std::to_string(index)}};
}

// A store with so many entries of term 1, and a log on top of it.
struct Fixture {
  explicit Fixture(Index stored) {
    for (Index index = 1; index <= stored; ++index) store.entries.push_back(Make(index, 1));
    log.emplace(store, Snapshot(), std::vector<std::pair<Index, Configuration>>());
  }
  MemoryStore store;
  std::optional<Log> log;
};

TEST_CASE("a log is what is stored, and behind it what is in memory", "[raft-replication]") {
  Fixture fixture(3);
  Log& log = *fixture.log;
  log.Append(Make(4, 2));
  CHECK(log.last() == Position{.term = 2, .index = 4});
  CHECK(log.stable() == 3);
  CHECK(log.TermAt(3) == 1);
  CHECK(log.Read(2, 4, 1'000)->size() == 2);  // What is stored, first.
  CHECK(log.Read(4, 4, 1'000)->front() == Make(4, 2));
  CHECK(log.Read(4, 3, 1'000)->empty());
}

TEST_CASE("a read has at least one entry, and else as many as fit", "[raft-replication]") {
  Fixture fixture(0);
  for (Index index = 1; index <= 3; ++index) fixture.log->Append(Make(index, 1));
  const std::size_t one = SizeOf(Make(1, 1));
  CHECK(fixture.log->Read(1, 3, 1)->size() == 1);
  CHECK(fixture.log->Read(1, 3, 2 * one)->size() == 2);
  CHECK(fixture.log->Read(1, 3, 3 * one)->size() == 3);
}

TEST_CASE("entries that are there already change nothing", "[raft-replication]") {
  Fixture fixture(3);
  CHECK_FALSE(fixture.log->Merge({Make(1, 1), Make(2, 1)}, 0));
  CHECK_FALSE(fixture.log->Merge({}, 3));
  CHECK(fixture.log->last_index() == 3);
}

TEST_CASE("the first entry of another term replaces all from there on", "[raft-replication]") {
  Fixture fixture(3);
  CHECK(fixture.log->Merge({Make(1, 1), Make(2, 2)}, 1));
  CHECK(fixture.log->last() == Position{.term = 2, .index = 2});
  CHECK(fixture.log->stable() == 1);
  CHECK(fixture.log->TakeUnwritten(1) == std::vector<Entry>{Make(2, 2)});
  fixture.log->Written(1);
  CHECK(fixture.log->stable() == 2);
}

TEST_CASE("a write that was overtaken makes nothing durable that was replaced",
          "[raft-replication]") {
  Fixture fixture(0);
  Log& log = *fixture.log;
  log.Append(Make(1, 1));
  log.Append(Make(2, 1));
  CHECK(log.TakeUnwritten(1).size() == 2);
  CHECK(log.Merge({Make(2, 2)}, 0));
  CHECK(log.TakeUnwritten(2).size() == 1);
  log.Written(1);
  CHECK(log.stable() == 1);
  log.Written(2);
  CHECK(log.stable() == 2);
}

TEST_CASE("what is durable and applied is left to the store", "[raft-replication]") {
  Fixture fixture(0);
  Log& log = *fixture.log;
  for (Index index = 1; index <= 3; ++index) log.Append(Make(index, 1));
  fixture.store.Apply(
      {.number = 1, .hard_state = {}, .snapshot = {}, .entries = log.TakeUnwritten(1)});
  log.Written(1);
  log.Forget(2);
  fixture.store.unreadable = true;
  CHECK_FALSE(log.Read(1, 2, 1'000).has_value());
  CHECK(log.Read(3, 3, 1'000).has_value());
  CHECK(log.TermAt(1) == 1);
}

TEST_CASE("where two logs may be the same is the last place of no later term",
          "[raft-replication]") {
  Fixture fixture(2);
  fixture.log->Append(Make(3, 4));
  fixture.log->Append(Make(4, 4));
  CHECK(fixture.log->LastAtMost(9, 5) == Position{.term = 4, .index = 4});
  CHECK(fixture.log->LastAtMost(9, 3) == Position{.term = 1, .index = 2});
  CHECK(fixture.log->LastAtMost(9, 0) == Position{.term = 0, .index = 0});
}

TEST_CASE("a configuration holds as long as its entry is in the log", "[raft-membership]") {
  Fixture fixture(0);
  Configuration changed;
  changed.voters = {1, 2};
  fixture.log->Append({.term = 1, .index = 1, .body = changed});
  CHECK(fixture.log->configuration() == changed);
  CHECK(fixture.log->configuration_index() == 1);
  CHECK(fixture.log->configuration_before() == Configuration());
  CHECK(fixture.log->Merge({Make(1, 2)}, 0));
  CHECK(fixture.log->configuration() == Configuration());
}

TEST_CASE("a snapshot takes the place of the log", "[raft-snapshots]") {
  Fixture fixture(3);
  Log& log = *fixture.log;
  log.Restore({.last = {.term = 5, .index = 9}, .configuration = {}});
  CHECK(log.last() == Position{.term = 5, .index = 9});
  CHECK(log.stable() < 9);
  log.Append(Make(10, 5));
  CHECK(log.TakeUnwritten(1).size() == 1);
  log.Written(1);
  CHECK(log.stable() == 10);
  CHECK(log.Matches({.term = 5, .index = 9}));
  CHECK_FALSE(log.Matches({.term = 1, .index = 3}));
}

TEST_CASE("what a snapshot stands for is cut off", "[raft-snapshots]") {
  Fixture fixture(3);
  const Snapshot snapshot{.last = {.term = 1, .index = 2}, .configuration = {}};
  fixture.log->Compact(snapshot);
  fixture.store.Compact(snapshot);
  CHECK(fixture.log->last_index() == 3);
  CHECK(fixture.log->TermAt(2) == 1);
  CHECK(fixture.log->Read(3, 3, 100)->front() == Make(3, 1));
}

}  // namespace
}  // namespace strata::raft
