// Each mechanism of a simulated world alone: locks that block, deadlocks, the order of turns.

#include "sim/world.h"

#include <catch2/catch.hpp>

#include <set>

#include "base/mutant.h"
#include "io/mutex.h"
#include "sim/sim_testing.h"

#if defined(STRATA_SIMULATION)
namespace strata::sim {
namespace {

TEST_CASE("a simulated thread that finds a lock taken lets others run until it is free",
          "[background-work]") {
  std::set<std::string> orders;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Mutex mutex;
    std::string order;
    int inside = 0;
    const auto visit = [&](char name) {
      MutexLock lock(mutex);
      ++inside;
      SwitchPoint();
      if (inside != 1) order += '!';
      order += name;
      --inside;
    };
    const Outcome outcome = RunAll(
        RandomSeed(seed),
        {{"a", [&] { visit('a'); }}, {"b", [&] { visit('b'); }}, {"c", [&] { visit('c'); }}});
    CHECK(outcome.done());
    CHECK(order.size() == 3);
    orders.insert(order);
  }
  CHECK(orders.size() == 6);  // All of them come up.
}

TEST_CASE("a lock outside of a simulated world is the machine's", "[background-work]") {
  Mutex mutex;
  CHECK(World::Current() == nullptr);
  MutexLock lock(mutex);
  CHECK(!mutex.native().try_lock());
}

TEST_CASE("two that wait for each other's lock are reported, each by its name",
          "[background-work]") {
  const auto take = [](Mutex& first, Mutex& second) {
    MutexLock one(first);
    MutexLock two(second);
  };
  int deadlocks = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Mutex first;
    Mutex second;
    const Outcome outcome = RunAll(RandomSeed(seed), {{"ann", [&] { take(first, second); }},
                                                      {"bob", [&] { take(second, first); }}});
    if (outcome.done()) continue;
    ++deadlocks;
    CHECK(outcome.end == Outcome::End::kDeadlock);
    CHECK(outcome.report.starts_with("deadlock: nothing can go on after "));
    CHECK(outcome.report.ends_with(
        "\n  ann: waits for a lock that bob holds\n  bob: waits for a lock that ann holds"));
  }
  CHECK(deadlocks > 3);
  CHECK(deadlocks < 27);
}

TEST_CASE("a run that never ends is reported as one", "[background-work]") {
  WorldOptions options = RandomSeed(1);
  options.points_max = 1000;
  bool stop = false;
  const Outcome outcome = RunAll(options, {{"spinner", [&] {
                                              while (!stop) SwitchPoint();
                                            }}});
  CHECK(outcome.end == Outcome::End::kEndless);
  CHECK(outcome.report.find("spinner: can go on") != std::string::npos);
}

#if defined(STRATA_MUTANTS)
TEST_CASE("a place where others may come in between is a point", "[background-work]") {
  int overtaken = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    int value = 0;
    const auto add = [&] {
      const int before = value;
      STRATA_PAUSE_POINT(adding);
      value = before + 1;
    };
    CHECK(RunAll(RandomSeed(seed), {{"a", add}, {"b", add}}).done());
    overtaken += value == 1 ? 1 : 0;
  }
  CHECK(overtaken > 3);
}
#endif

TEST_CASE("clients may begin others, and a world may run again", "[background-work]") {
  World world(RandomSeed(1));
  int ended = 0;
  world.Spawn("parent", [&] {
    world.Spawn("child", [&] { ++ended; });
    ++ended;
  });
  CHECK(world.Run().done());
  CHECK(ended == 2);
  world.Spawn("late", [&] { ++ended; });
  CHECK(world.Run().done());
  CHECK(ended == 3);
}

TEST_CASE("the same schedule gives the same run, another one another", "[background-work]") {
  const auto trace_of = [](const Schedule& schedule) {
    World world(WithSchedule(schedule));
    Mutex mutex;
    for (int i = 0; i < 4; ++i) {
      world.Spawn("client " + std::to_string(i), [&] {
        for (int round = 0; round < 20; ++round) MutexLock lock(mutex);
      });
    }
    CHECK(world.Run().done());
    return world.trace();
  };
  std::set<std::uint64_t> traces;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Schedule schedule = Schedule::Of(seed, 300);
    CHECK(trace_of(schedule) == trace_of(schedule));
    traces.insert(trace_of(schedule));
  }
  CHECK(traces.size() == 20);
}

}  // namespace
}  // namespace strata::sim
#endif
