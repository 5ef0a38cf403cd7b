// Owners on one executor: whose turn it is, and what becomes of the jobs of one that goes.

#include "io/fair_executor.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "testing/child_process.h"

namespace strata {
namespace {

// Turns are alike, so the order of steps is that of the lanes, whichever the simulation draws.
struct Sharing {
  ManualClock clock;
  std::unique_ptr<SimExecutor> base = NewSimExecutor(1, clock);
  FairExecutor fair{*base};
  std::string order;

  Job Steps(int count, char name) {
    return [this, count, name]() mutable {
      order += name;
      return --count > 0 ? Step::kMore : Step::kDone;
    };
  }
};

TEST_CASE("who has a thousand jobs holds up who has one by a step", "[learned-index]") {
  Sharing sharing;
  const auto many = sharing.fair.NewLane();
  const auto one = sharing.fair.NewLane();
  for (int i = 0; i < 1'000; ++i) many->Schedule(Priority::kHigh, sharing.Steps(1, 'm'));
  one->Schedule(Priority::kHigh, sharing.Steps(1, 'o'));
  while (sharing.base->RunOne() && !sharing.order.ends_with("o")) {
  }
  CHECK(sharing.order == "mo");
  sharing.base->RunAll();
  CHECK(sharing.order.size() == 1'001);
}

TEST_CASE("owners take turns step by step, and jobs of one owner too", "[learned-index]") {
  Sharing sharing;
  const auto first = sharing.fair.NewLane();
  const auto second = sharing.fair.NewLane();
  first->Schedule(Priority::kLow, sharing.Steps(3, 'a'));
  first->Schedule(Priority::kLow, sharing.Steps(3, 'b'));
  second->Schedule(Priority::kLow, sharing.Steps(5, 'x'));
  sharing.base->RunAll();
  CHECK(sharing.order == "axbxaxbxaxb");
}

TEST_CASE("a flush of one owner doesn't wait for another one's merges", "[learned-index]") {
  Sharing sharing;
  const auto merging = sharing.fair.NewLane();
  const auto flushing = sharing.fair.NewLane();
  for (int i = 0; i < 100; ++i) merging->Schedule(Priority::kLow, sharing.Steps(1, 'm'));
  merging->Schedule(Priority::kHigh, sharing.Steps(1, 'M'));
  flushing->Schedule(Priority::kHigh, sharing.Steps(1, 'F'));
  sharing.base->RunAll();
  std::erase(sharing.order, 'm');
  CHECK(sharing.order == "MF");
}

TEST_CASE("a timer's job waits for its owner's turn, and keeps its steps", "[learned-index]") {
  Sharing sharing;
  const auto first = sharing.fair.NewLane();
  const auto second = sharing.fair.NewLane();
  second->ScheduleAfter(1'000, sharing.Steps(2, 't'));
  sharing.clock.Advance(1'000);
  for (int i = 0; i < 3; ++i) first->Schedule(Priority::kLow, sharing.Steps(1, 'a'));
  sharing.base->RunAll();
  std::string others = sharing.order;
  CHECK(std::erase(others, 't') == 2);
  CHECK(others == "aaa");
  sharing.order.clear();
  first->ScheduleAfter(1'000, sharing.Steps(3, 't'));  // Nobody else has anything to do.
  sharing.base->RunAll();
  CHECK(sharing.order == "ttt");
}

TEST_CASE("an owner that goes takes its jobs and timers along, and no other's", "[learned-index]") {
  Sharing sharing;
  const auto held = std::make_shared<int>(0);
  const auto holding = [&](char name) -> Job {
    return [&sharing, held, name] {
      sharing.order += name;
      return Step::kDone;
    };
  };
  auto going = sharing.fair.NewLane();
  const auto staying = sharing.fair.NewLane();
  going->Schedule(Priority::kLow, holding('g'));
  going->Schedule(Priority::kHigh, holding('g'));
  going->ScheduleAfter(1'000, holding('g'));
  staying->Schedule(Priority::kLow, holding('s'));
  staying->ScheduleAfter(1'000, holding('s'));
  going.reset();
  CHECK(held.use_count() == 4);  // The test's, and two jobs; of those that went, the timer's.
  sharing.base->RunAll();
  CHECK(sharing.order == "ss");
  CHECK(held.use_count() == 1);
}

TEST_CASE("a step that is under way when its owner goes has no next one", "[learned-index]") {
  Sharing sharing;
  auto going = sharing.fair.NewLane();
  going->Schedule(Priority::kLow, [&] {
    sharing.order += 'g';
    going.reset();
    return Step::kMore;
  });
  sharing.base->RunAll();
  CHECK(sharing.order == "g");
}

TEST_CASE("turns may outlive the sharing", "[learned-index]") {
  ManualClock clock;
  const auto base = NewSimExecutor(1, clock);
  std::string order;
  {
    FairExecutor fair(*base);
    const auto lane = fair.NewLane();
    lane->ScheduleAfter(1'000, [&] {
      order += 't';
      return Step::kDone;
    });
  }
  base->RunAll();
  CHECK(order.empty());
}

TEST_CASE("owners share real threads, and each waits for its own", "[learned-index][concurrency]") {
  const auto base = NewThreadExecutor(1, 2, RealClock());
  FairExecutor fair(*base);
  std::vector<std::thread> owners;
  std::atomic<int> steps{0};
  for (int owner = 0; owner < 4; ++owner) {
    owners.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        const auto lane = fair.NewLane();
        Mutex mutex;
        int left = 10;
        for (int i = 0; i < 10; ++i) {
          lane->Schedule(i % 2 == 0 ? Priority::kHigh : Priority::kLow, [&, more = 3]() mutable {
            ++steps;
            if (--more > 0) return Step::kMore;
            MutexLock lock(mutex);
            --left;
            return Step::kDone;
          });
        }
        MutexLock lock(mutex);
        lane->WaitUntil(mutex, [&] { return left == 0; });
      }
    });
  }
  for (std::thread& owner : owners) owner.join();
  CHECK(steps == 4 * 20 * 10 * 3);
  CHECK(fair.NewLane()->concurrency() == 2);
}

TEST_CASE("a child lets go of a lane without the lock of threads that it hasn't",
          "[learned-index]") {
  Sharing sharing;
  auto lane = sharing.fair.NewLane();
  const auto held = std::make_shared<int>(0);
  lane->Schedule(Priority::kLow, [held] { return Step::kDone; });
  CHECK(testing::InChild([&] {
          lane.reset();
          return static_cast<int>(held.use_count());  // The job's, still.
        }) == 2);
}

}  // namespace
}  // namespace strata
