// Machines of a simulated world: background threads, waits, clocks, and power that goes.

#include "sim/node.h"

#include <catch2/catch.hpp>

#include "io/mutex.h"
#include "sim/sim_testing.h"

#if defined(STRATA_SIMULATION)
namespace strata::sim {
namespace {

TEST_CASE("jobs run side by side on a machine's threads, step by step", "[background-work]") {
  World world(RandomSeed(1));
  Node& node = world.AddNode({.low_threads = 2});
  Executor& executor = *node.environment().executor;
  CHECK(executor.concurrency() == 2);
  Mutex mutex;
  int done = 0;
  int inside = 0;
  int inside_max = 0;
  node.Spawn("client", [&] {
    for (int job = 0; job < 4; ++job) {
      executor.Schedule(Priority::kLow, [&, steps = 0]() mutable {
        inside_max = std::max(inside_max, ++inside);
        SwitchPoint();
        --inside;
        if (++steps < 3) return Step::kMore;
        MutexLock lock(mutex);
        ++done;
        return Step::kDone;
      });
    }
    MutexLock lock(mutex);
    executor.WaitUntil(mutex, [&] { return done == 4; });
  });
  CHECK(world.Run().done());
  CHECK(done == 4);
  CHECK(inside_max == 2);
}

// A waits for B to say that the flag is up.
Outcome RaiseFlag(std::uint64_t seed, bool notifies, bool timer) {
  World world(RandomSeed(seed));
  Node& node = world.AddNode({});
  const Environment& environment = node.environment();
  Mutex mutex;
  bool up = false;
  if (timer) environment.executor->ScheduleAfter(5'000'000, [] { return Step::kDone; });
  node.Spawn("waiter", [&] {
    MutexLock lock(mutex);
    environment.executor->WaitUntil(mutex, [&] { return up; });
  });
  node.Spawn("raiser", [&] {
    environment.clock->SleepMicros(100);
    {
      MutexLock lock(mutex);
      up = true;
    }
    if (notifies) environment.executor->NotifyAll();
  });
  return world.Run();
}

TEST_CASE("a wait sleeps until it is told to look again", "[background-work]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CHECK(RaiseFlag(seed, /*notifies=*/true, /*timer=*/false).done());
    const Outcome lost = RaiseFlag(seed, /*notifies=*/false, /*timer=*/false);
    CHECK(lost.end == Outcome::End::kLostWakeUp);
    CHECK(lost.report.find("what node/waiter waits for is so") != std::string::npos);
    CHECK(lost.report.find("node/waiter: waits in strata::sim::") != std::string::npos);
  }
}

TEST_CASE("who waits at a point hears nothing of others", "[background-work]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (const bool told : {false, true}) {
      World world(RandomSeed(seed));
      Node& node = world.AddNode({});
      Executor& executor = *node.environment().executor;
      Mutex mutex;
      WaitPoint point;
      WaitPoint other;
      bool up = false;
      int looks = 0;
      node.Spawn("waiter", [&] {
        MutexLock lock(mutex);
        executor.WaitOn(point, mutex, [&] {
          ++looks;
          return up;
        });
      });
      node.Spawn("raiser", [&] {
        for (int i = 0; i < 5; ++i) {
          MutexLock lock(mutex);
          executor.NotifyAll();
          executor.Notify(other);
        }
        MutexLock lock(mutex);
        up = true;
        if (told) executor.Notify(point);
      });
      const Outcome outcome = world.Run();
      CAPTURE(seed, told, outcome.report);
      if (told) CHECK(outcome.done());
      if (outcome.done()) CHECK(looks <= 2);  // It may have come when the flag was up.
      if (!outcome.done()) CHECK(outcome.end == Outcome::End::kLostWakeUp);
    }
  }
}

TEST_CASE("a forgotten notification is noticed although a timer would mend it",
          "[background-work]") {
  CHECK(RaiseFlag(1, /*notifies=*/false, /*timer=*/true).end == Outcome::End::kLostWakeUp);
}

TEST_CASE("a wait for what nobody will do is a deadlock", "[background-work]") {
  World world(RandomSeed(1));
  Node& node = world.AddNode({.name = "alone"});
  Mutex mutex;
  node.Spawn("optimist", [&] {
    MutexLock lock(mutex);
    node.environment().executor->WaitUntil(mutex, [] { return false; });
  });
  const Outcome outcome = world.Run();
  CHECK(outcome.end == Outcome::End::kDeadlock);
  CHECK(outcome.report.find("alone/optimist: waits in ") != std::string::npos);
  CHECK(outcome.report.find("low-0") == std::string::npos);  // Idle, not blocked.
}

TEST_CASE("two machines may wait for each other", "[background-work]") {
  World world(RandomSeed(3));
  Node& left = world.AddNode({.name = "left"});
  Node& right = world.AddNode({.name = "right"});
  Mutex mutex;
  int turn = 0;
  const auto play = [&](Node& node, int own) {
    for (int round = 0; round < 5; ++round) {
      MutexLock lock(mutex);
      node.environment().executor->WaitUntil(mutex, [&] { return turn % 2 == own; });
      ++turn;
      left.environment().executor->NotifyAll();
      right.environment().executor->NotifyAll();
    }
  };
  left.Spawn("player", [&] { play(left, 0); });
  right.Spawn("player", [&] { play(right, 1); });
  CHECK(world.Run().done());
  CHECK(turn == 10);
}

TEST_CASE("clocks differ by their offsets and drift apart", "[background-work]") {
  World world(RandomSeed(1));
  Node& fast = world.AddNode({.name = "fast", .clock_drift_ppm = 50'000});
  Node& slow = world.AddNode({.name = "slow", .clock_offset_us = 7, .clock_drift_ppm = -50'000});
  const std::uint64_t fast_start = fast.clock().NowMicros();
  const std::uint64_t slow_start = slow.clock().NowMicros();
  const std::uint64_t start = world.now_nanos();
  std::uint64_t slept_slow = 0;
  std::uint64_t slept_fast = 0;
  fast.Spawn("sleeper", [&] {
    fast.clock().SleepMicros(1'000'000);
    slept_fast = world.now_nanos() - start;
  });
  slow.Spawn("sleeper", [&] {
    slow.clock().SleepMicros(1'000'000);
    slept_slow = world.now_nanos() - start;
  });
  CHECK(world.Run().done());
  CHECK(slept_fast / 1000 == Approx(1'000'000 / 1.05).margin(20));
  CHECK(slept_slow / 1000 == Approx(1'000'000 / 0.95).margin(20));
  const double true_micros = static_cast<double>(world.now_nanos() - start) / 1000;
  CHECK(static_cast<double>(fast.clock().NowMicros() - fast_start) ==
        Approx(true_micros * 1.05).margin(3));
  CHECK(static_cast<double>(slow.clock().NowMicros() - slow_start) ==
        Approx(true_micros * 0.95).margin(3));
  fast.SetWallOffset(-3'000'000);
  CHECK(fast.clock().WallMicros() == fast.clock().NowMicros() - 3'000'000);
}

TEST_CASE("a sleep shorter than the way to it ends", "[background-work]") {
  World world(RandomSeed(1));
  int slept = 0;
  world.Spawn("sleeper", [&] {
    for (std::uint64_t nanos = 0; nanos < 3000; nanos += 100) {
      world.SleepUntil(world.now_nanos() + nanos);
      ++slept;
    }
  });
  CHECK(world.Run().done());
  CHECK(slept == 30);
}

TEST_CASE("timers ring in the order of their times, on time", "[background-work]") {
  World world(RandomSeed(1));
  Node& node = world.AddNode({.low_threads = 1});
  const Environment& environment = node.environment();
  std::string rung;
  const std::uint64_t start = environment.clock->NowMicros();
  std::uint64_t last = 0;
  node.Spawn("client", [&] {
    environment.executor->ScheduleAfter(2'000'000, [&] {
      rung += 'b';
      last = environment.clock->NowMicros();
      return Step::kDone;
    });
    environment.executor->ScheduleAfter(1'000'000, [&] {
      rung += 'a';
      return Step::kDone;
    });
    environment.clock->SleepMicros(3'000'000);
  });
  CHECK(world.Run().done());
  CHECK(rung == "ab");
  CHECK(last - start >= 2'000'000);
  CHECK(last - start < 2'000'100);
}

// Appends until something stops it.
struct Writing {
  int appended = 0;
  int synced = 0;
};
void Write(Node& node, Writing* writing) {
  FileSystem& files = *node.environment().files;
  auto file = files.Create("log");
  CHECK(file.has_value());
  CHECK(files.SyncDirectory("/").has_value());
  while (writing->appended < 1000) {
    CHECK((*file)->Append("x").has_value());
    ++writing->appended;
    if (writing->appended % 10 != 0) continue;
    CHECK((*file)->Sync().has_value());
    writing->synced = writing->appended;
  }
}

TEST_CASE("one machine loses its power and what it hadn't synced, another goes on",
          "[background-work]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    World world(RandomSeed(seed));
    Node& one = world.AddNode({.name = "one"});
    Node& other = world.AddNode({.name = "other"});
    Writing of_one;
    Writing of_other;
    one.Spawn("writer", [&] { Write(one, &of_one); });
    other.Spawn("writer", [&] { Write(other, &of_other); });
    Writing at_cut;
    world.Spawn("fate", [&] {
      while (of_one.appended < 55) SwitchPoint();
      at_cut = of_one;
      one.PowerOff(CrashKind::kNothingUnsynced);
      CHECK(!one.is_on());
    });
    CHECK(world.Run().done());
    CHECK(of_one.appended == at_cut.appended);
    CHECK(of_other.synced == 1000);
    const std::string left = one.disk().Contents("log").value();
    CHECK(static_cast<int>(left.size()) >= at_cut.synced);
    CHECK(static_cast<int>(left.size()) <= at_cut.appended);
    one.PowerOn();
    std::string read;
    one.Spawn("reader", [&] { read = one.environment().files->ReadFile("log", 1000).value(); });
    CHECK(world.Run().done());
    CHECK(read == left);
  }
}

TEST_CASE("a machine's own thread may turn it off, and never comes back", "[background-work]") {
  World world(RandomSeed(1));
  Node& node = world.AddNode({});
  bool came_back = false;
  node.Spawn("last", [&] {
    node.Kill();
    came_back = true;
  });
  CHECK(world.Run().done());
  CHECK(!came_back);
  CHECK(!node.is_on());
  node.PowerOn();
  bool ran = false;
  node.Spawn("next", [&] { ran = true; });
  CHECK(world.Run().done());
  CHECK(ran);
}

TEST_CASE("the dead hold their locks for ever, and others of the same machine don't run",
          "[background-work]") {
  World world(RandomSeed(1));
  Node& node = world.AddNode({});
  static Mutex& mutex = *new Mutex;
  int steps = 0;
  node.Spawn("holder", [&] {
    MutexLock lock(mutex);
    while (true) {
      ++steps;
      SwitchPoint();
    }
  });
  node.Spawn("waiter", [&] {
    while (steps == 0) SwitchPoint();
    MutexLock lock(mutex);
    steps = -1;
  });
  world.Spawn("fate", [&] {
    while (steps < 10) SwitchPoint();
    node.PowerOff(CrashKind::kEverything);
  });
  CHECK(world.Run().done());
  CHECK(steps >= 10);
}

}  // namespace
}  // namespace strata::sim
#endif
