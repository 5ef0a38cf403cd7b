#include "sim/schedule.h"

#include <catch2/catch.hpp>

#include "sim/sim_testing.h"

namespace strata::sim {
namespace {

TEST_CASE("a schedule follows from its seed and says what it is", "[background-work]") {
  CHECK(Schedule{.kind = Schedule::Kind::kPct, .seed = 7, .depth = 3, .points = 900}.ToText() ==
        "pct seed=7 depth=3 points=900");
  CHECK(Schedule{.kind = Schedule::Kind::kRandom, .seed = 8, .stay = 4, .pauses = 2}.ToText() ==
        "random seed=8 stay=4 points=5000 pauses=2");
  CHECK(Schedule::Of(3, 900).ToText() == Schedule::Of(3, 900).ToText());
  int pct = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    pct += Schedule::Of(seed, 900).kind == Schedule::Kind::kPct ? 1 : 0;
  }
  CHECK(pct > 30);
  CHECK(pct < 70);
}

#if defined(STRATA_SIMULATION)
// A race of depth 2: the reader must come in between two lines of a writer that does a lot before
// and after them, beside others who are in the way.
bool FindsRace(const Schedule& schedule) {
  bool published = false;
  int value = 0;
  bool torn = false;
  const auto idle = [](int points) {
    for (int i = 0; i < points; ++i) SwitchPoint();
  };
  Bodies bodies = {{"writer",
                    [&] {
                      idle(50);
                      published = true;  // Too early.
                      SwitchPoint();
                      value = 1;
                      idle(50);
                    }},
                   {"reader", [&] {
                      SwitchPoint();
                      if (published && value == 0) torn = true;
                    }}};
  for (int i = 0; i < 4; ++i) bodies.emplace_back("other", [&] { idle(50); });
  CHECK(RunAll(WithSchedule(schedule), bodies).done());
  return torn;
}

int SeedsThatFind(Schedule schedule, std::uint64_t seeds) {
  int found = 0;
  for (schedule.seed = 1; schedule.seed <= seeds; ++schedule.seed) found += FindsRace(schedule);
  return found;
}

TEST_CASE("a thread that is paused lets others get a lot done", "[background-work]") {
  int longest = 0;
  int since = 0;
  const auto count = [&] {
    for (int i = 0; i < 100; ++i) {
      longest = std::max(longest, since);
      since = 0;
      SwitchPoint();
    }
  };
  const auto others = [&] {
    for (int i = 0; i < 500; ++i) {
      ++since;
      SwitchPoint();
    }
  };
  const auto run = [&](std::uint32_t pauses) {
    longest = 0;
    const Schedule schedule{.points = 600, .pauses = pauses, .pause_nanos_max = 400'000};
    CHECK(RunAll(WithSchedule(schedule), {{"slow", count}, {"fast", others}}).done());
    return longest;
  };
  CHECK(run(0) < 30);
  CHECK(run(10) > 100);
}

TEST_CASE("priorities that change find a race of depth two as often as is promised",
          "[background-work]") {
  constexpr std::uint64_t kSeeds = 4000;
  constexpr std::uint64_t kPoints = 310;
  constexpr std::uint64_t kThreads = 6;
  const int found =
      SeedsThatFind({.kind = Schedule::Kind::kPct, .depth = 2, .points = kPoints}, kSeeds);
  CHECK(found >= static_cast<int>(kSeeds / kThreads / kPoints));  // 1 / (n * k) of them.
  CHECK(SeedsThatFind({.kind = Schedule::Kind::kPct, .depth = 1, .points = kPoints}, 200) == 0);
}
#endif

}  // namespace
}  // namespace strata::sim
