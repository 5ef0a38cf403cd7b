#include <catch2/catch.hpp>

#include <memory>
#include <set>
#include <string>

#include "io/executor.h"

namespace strata {
namespace {

Job Steps(std::string* order, int count, char name) {
  return [order, count, name]() mutable {
    *order += name;
    return --count > 0 ? Step::kMore : Step::kDone;
  };
}

std::string OrderOf(std::uint64_t seed) {
  ManualClock clock;
  const auto executor = NewSimExecutor(seed, clock);
  std::string order;
  for (const char name : {'a', 'b', 'c'}) {
    executor->Schedule(Priority::kLow, Steps(&order, 3, name));
  }
  executor->RunAll();
  return order;
}

TEST_CASE("a seed gives one order of steps, and seeds give many", "[map-and-shell]") {
  std::set<std::string> orders;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const std::string order = OrderOf(seed);
    CHECK(order == OrderOf(seed));
    CHECK(order.size() == 9);
    orders.insert(order);
  }
  CHECK(orders.size() > 40);
}

TEST_CASE("nothing runs until somebody waits", "[map-and-shell]") {
  ManualClock clock;
  const auto executor = NewSimExecutor(1, clock);
  std::string order;
  executor->Schedule(Priority::kHigh, Steps(&order, 2, 'a'));
  CHECK(order.empty());
  CHECK(executor->RunOne());
  CHECK(order == "a");
  CHECK(executor->RunOne());
  CHECK_FALSE(executor->RunOne());
  CHECK(order == "aa");
}

TEST_CASE("a wait runs steps until its condition holds, without the lock", "[map-and-shell]") {
  ManualClock clock;
  const auto executor = NewSimExecutor(1, clock);
  Mutex mutex;
  int steps = 0;
  executor->Schedule(Priority::kLow, [&] {
    MutexLock lock(mutex);  // Would hang if the waiter still held it.
    ++steps;
    return Step::kMore;
  });
  MutexLock lock(mutex);
  executor->WaitUntil(mutex, [&] { return steps == 3; });
  CHECK(steps == 3);
}

TEST_CASE("time passes only when there is nothing else to do", "[map-and-shell]") {
  ManualClock clock(1000);
  const auto executor = NewSimExecutor(1, clock);
  std::string order;
  executor->ScheduleAfter(50, Steps(&order, 1, 'b'));
  executor->ScheduleAfter(20, Steps(&order, 1, 'a'));
  executor->Schedule(Priority::kLow, Steps(&order, 3, 'x'));
  while (executor->RunOne()) {
  }
  CHECK(order == "xxx");
  CHECK(clock.NowMicros() == 1000);
  executor->RunAll();
  CHECK(order == "xxxab");
  CHECK(clock.NowMicros() == 1050);
}

TEST_CASE("a wait advances the clock to a timer", "[map-and-shell]") {
  ManualClock clock(1000);
  const auto executor = NewSimExecutor(1, clock);
  std::string order;
  executor->ScheduleAfter(70, Steps(&order, 1, 't'));
  Mutex mutex;
  MutexLock lock(mutex);
  executor->WaitUntil(mutex, [&] { return order == "t"; });
  CHECK(clock.NowMicros() == 1070);
}

TEST_CASE("a step may wait for other steps", "[map-and-shell]") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    ManualClock clock;
    const auto executor = NewSimExecutor(seed, clock);
    Mutex mutex;
    std::string order;
    executor->Schedule(Priority::kLow, [&] {
      MutexLock lock(mutex);
      executor->WaitUntil(mutex, [&] { return order == "bb"; });
      order += 'a';
      return Step::kDone;
    });
    executor->Schedule(Priority::kLow, Steps(&order, 2, 'b'));
    executor->RunAll();
    CHECK(order == "bba");
  }
}

TEST_CASE("after a power cut nothing of the old world runs", "[map-and-shell]") {
  ManualClock clock;
  const auto executor = NewSimExecutor(1, clock);
  std::string order;
  const auto alive = std::make_shared<int>();
  executor->Schedule(Priority::kLow, [&, alive] {
    order += 'x';
    executor->DropAll();
    return Step::kMore;
  });
  executor->ScheduleAfter(5, [&, alive] {
    order += 't';
    return Step::kDone;
  });
  executor->RunAll();
  CHECK(order == "x");
  CHECK(alive.use_count() == 1);
}

}  // namespace
}  // namespace strata
