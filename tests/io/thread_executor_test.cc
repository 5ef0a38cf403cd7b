#include <catch2/catch.hpp>

#include <array>
#include <atomic>
#include <pthread.h>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "io/executor.h"

namespace strata {
namespace {

// What jobs report to the test.
struct Board {
  Mutex mutex;
  int steps STRATA_GUARDED_BY(mutex) = 0;
  std::string order STRATA_GUARDED_BY(mutex);
  std::set<std::string> thread_names STRATA_GUARDED_BY(mutex);
};

Job Steps(Board* board, int count, char name) {
  return [board, count, name]() mutable {
    char thread_name[16] = {};
    ::pthread_getname_np(::pthread_self(), thread_name, sizeof(thread_name));
    MutexLock lock(board->mutex);
    ++board->steps;
    board->order += name;
    board->thread_names.insert(thread_name);
    return --count > 0 ? Step::kMore : Step::kDone;
  };
}

void WaitForSteps(Executor& executor, Board& board, int steps) {
  MutexLock lock(board.mutex);
  executor.WaitUntil(board.mutex,
                     [&]() STRATA_REQUIRES(board.mutex) { return board.steps == steps; });
}

TEST_CASE("a job runs until it says that it is done", "[map-and-shell]") {
  Board board;
  const auto executor = NewThreadExecutor(1, 1, RealClock());
  executor->Schedule(Priority::kHigh, Steps(&board, 1, 'a'));
  executor->Schedule(Priority::kLow, Steps(&board, 5, 'b'));
  WaitForSteps(*executor, board, 6);
  MutexLock lock(board.mutex);
  CHECK(board.thread_names == std::set<std::string>{"strata-high", "strata-low"});
}

TEST_CASE("jobs of one thread take turns, step by step", "[map-and-shell]") {
  Board board;
  const auto executor = NewThreadExecutor(1, 1, RealClock());
  {
    MutexLock lock(board.mutex);  // Holds the first step up until all three are queued.
    for (const char name : {'a', 'b', 'c'}) {
      executor->Schedule(Priority::kLow, Steps(&board, 3, name));
    }
  }
  WaitForSteps(*executor, board, 9);
  MutexLock lock(board.mutex);
  CHECK(board.order == "abcabcabc");
}

TEST_CASE("flushes don't wait for compactions", "[map-and-shell]") {
  const auto executor = NewThreadExecutor(1, 1, RealClock());
  Mutex mutex;
  bool flushed = false;
  bool compacted = false;
  executor->Schedule(Priority::kLow, [&] {  // Keeps the only low thread until the flush is done.
    MutexLock lock(mutex);
    executor->WaitUntil(mutex, [&] { return flushed; });
    compacted = true;
    return Step::kDone;
  });
  executor->Schedule(Priority::kHigh, [&] {
    MutexLock lock(mutex);
    flushed = true;
    return Step::kDone;
  });
  MutexLock lock(mutex);
  executor->WaitUntil(mutex, [&] { return compacted; });
  CHECK(flushed);
}

TEST_CASE("a wait ends when somebody changes what it waits for", "[map-and-shell]") {
  const auto executor = NewThreadExecutor(1, 2, RealClock());
  constexpr int kThreads = 4;
  constexpr int kTurns = 300;
  Mutex mutex;
  int turn = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < kTurns; ++round) {
        MutexLock lock(mutex);
        executor->WaitUntil(mutex, [&] { return turn % kThreads == i; });
        ++turn;
        executor->NotifyAll();
      }
    });
  }
  threads.clear();
  CHECK(turn == kThreads * kTurns);
}

TEST_CASE("who waits at a point is woken when it is told, by nothing else", "[background-work]") {
  const auto executor = NewThreadExecutor(1, 2, RealClock());
  constexpr int kThreads = 4;
  constexpr int kTurns = 300;
  Mutex mutex;
  std::array<WaitPoint, kThreads> points;
  int turn = 0;
  int looks = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < kTurns; ++round) {
        MutexLock lock(mutex);
        executor->WaitOn(points[static_cast<std::size_t>(i)], mutex, [&] {
          ++looks;
          return turn % kThreads == i;
        });
        ++turn;
        executor->NotifyAll();  // Of no concern to these.
        executor->Notify(points[static_cast<std::size_t>(turn % kThreads)]);
      }
    });
  }
  threads.clear();
  CHECK(turn == kThreads * kTurns);
  CHECK(looks <= 2 * turn);
}

TEST_CASE("waits with different mutexes don't disturb each other", "[map-and-shell]") {
  const auto executor = NewThreadExecutor(1, 2, RealClock());
  std::vector<std::jthread> threads;
  std::atomic<int> ended = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      Board board;
      executor->Schedule(Priority::kLow, Steps(&board, 50, 'x'));
      WaitForSteps(*executor, board, 50);
      ++ended;
    });
  }
  threads.clear();
  CHECK(ended == 4);
}

TEST_CASE("a timer waits for its time", "[map-and-shell]") {
  Board board;
  ManualClock clock(1000);
  const auto executor = NewThreadExecutor(1, 1, clock);
  executor->ScheduleAfter(1'000'000, Steps(&board, 1, 't'));
  executor->Schedule(Priority::kLow, Steps(&board, 3, 'j'));
  WaitForSteps(*executor, board, 3);
  clock.Advance(1'000'000);
  WaitForSteps(*executor, board, 4);
  MutexLock lock(board.mutex);
  CHECK(board.order == "jjjt");
}

TEST_CASE("timers run in the order of their times", "[map-and-shell]") {
  Board board;
  const auto executor = NewThreadExecutor(1, 1, RealClock());
  executor->ScheduleAfter(3000, Steps(&board, 1, 'c'));
  executor->ScheduleAfter(1000, Steps(&board, 1, 'a'));
  executor->ScheduleAfter(2000, Steps(&board, 1, 'b'));
  WaitForSteps(*executor, board, 3);
  MutexLock lock(board.mutex);
  CHECK(board.order == "abc");
}

TEST_CASE("the end of an executor drops what is queued", "[map-and-shell]") {
  std::atomic<int> steps = 0;
  const auto alive = std::make_shared<int>();
  Board board;
  {
    const auto executor = NewThreadExecutor(1, 2, RealClock());
    executor->Schedule(Priority::kLow, Steps(&board, 1, 'x'));
    WaitForSteps(*executor, board, 1);
    for (int i = 0; i < 100; ++i) {
      executor->Schedule(Priority::kLow, [&steps, alive] {
        ++steps;
        return Step::kMore;  // For ever: only the end of the executor ends it.
      });
    }
    executor->ScheduleAfter(1'000'000'000, [alive] { return Step::kDone; });
  }
  const int steps_at_end = steps;
  CHECK(alive.use_count() == 1);
  CHECK(steps == steps_at_end);
}

}  // namespace
}  // namespace strata
