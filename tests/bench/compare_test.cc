#include "report/compare.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "samples.h"

namespace strata::report {
namespace {

std::vector<Sample> Launches(Random& random, int count, double time, const Process& process) {
  std::vector<Sample> launches;
  for (int k = 0; k < count; ++k) launches.push_back(LaunchOf(random, 40, time, process));
  return launches;
}

Change CompareTimes(Random& random, int launches, double now, double old, const Process& process) {
  CompareOptions options;
  options.resampling = {.count = 400, .seed = random.Next()};
  const auto a = Launches(random, launches, now, process);
  const auto b = Launches(random, launches, old, process);
  return Compare(a, AnalyseLaunches(a, options.resampling), b,
                 AnalyseLaunches(b, options.resampling), options);
}

struct Alarms {
  double p = 0;        // Share with p < 0.05.
  double verdict = 0;  // Share called improved or regressed.
};

Alarms FalseAlarms(int launches, const Process& process, int runs) {
  Random random(21);
  Alarms alarms;
  for (int run = 0; run < runs; ++run) {
    const Change change = CompareTimes(random, launches, 100, 100, process);
    alarms.p += change.p < 0.05;
    alarms.verdict += change.verdict == Verdict::kImproved || change.verdict == Verdict::kRegressed;
  }
  return {alarms.p / runs, alarms.verdict / runs};
}

TEST_CASE("nothing changed: false alarms are no more than the level, over launches too") {
  const int runs = 500;
  for (const Process& process : {Process{}, Process{.launch_sd = 0.02}}) {
    const Alarms alarms = FalseAlarms(5, process, runs);
    CAPTURE(process.launch_sd);
    CHECK(alarms.p <= 0.07);  // 0.05, and what 500 experiments leave open.
    CHECK(alarms.verdict <= 0.02);
  }
  CHECK(FalseAlarms(1, {}, runs).p <= 0.07);
  CHECK(FalseAlarms(1, {.rho = 0.6}, runs).p <= 0.10);
}

TEST_CASE("one launch a side raises false alarms where launches differ") {
  CHECK(FalseAlarms(1, {.launch_sd = 0.02}, 100).p > 0.4);
}

TEST_CASE("a change of 10 % is found, in either direction, with its size") {
  Random random(22);
  for (const int launches : {1, 5}) {
    const Change slower =
        CompareTimes(random, launches, 110, 100, {.launch_sd = launches > 1 ? 0.01 : 0});
    CHECK(slower.verdict == Verdict::kRegressed);
    CHECK(slower.typical.point == Approx(0.10).margin(0.03));
    CHECK(slower.typical.lower < slower.typical.point);
    CHECK(slower.over_launches == (launches > 1));
    const Change faster =
        CompareTimes(random, launches, 90, 100, {.launch_sd = launches > 1 ? 0.01 : 0});
    CHECK(faster.verdict == Verdict::kImproved);
    CHECK(faster.typical.point == Approx(-0.10).margin(0.03));
  }
}

TEST_CASE("a change that is sure and small is within noise") {
  Random random(23);
  const Change change = CompareTimes(random, 5, 100.6, 100, {.noise = 0.001});
  CHECK(change.p < 0.05);
  CHECK(change.verdict == Verdict::kWithinNoise);
}

TEST_CASE("a p value counts draws that are as far out, and is never 0") {
  const std::vector<double> null = {-3, -1, 0, 1, 2};
  CHECK(PValue(2, null) == Approx(3.0 / 6));  // -3, 2, and the one that is always counted.
  CHECK(PValue(-9, null) == Approx(1.0 / 6));
  CHECK(PValue(0, null) == 1);
  CHECK(WelchT(std::vector<double>{100, 102, 98, 101, 99},
               std::vector<double>{90, 91, 92, 89, 93}) == Approx(9.0));
  CHECK(WelchT(std::vector<double>{1, 1}, std::vector<double>{1, 1}) == 0);
}

TEST_CASE("p values of a suite are adjusted so that few alarms are false") {
  const std::vector<double> adjusted = AdjustForSuite(std::vector<double>{0.01, 0.04, 0.03, 0.5});
  CHECK(adjusted[0] == Approx(0.04));
  CHECK(adjusted[1] == Approx(0.04 * 4 / 3));
  CHECK(adjusted[2] == Approx(0.04 * 4 / 3));  // Not above that of the next larger p.
  CHECK(adjusted[3] == Approx(0.5));
  CHECK(AdjustForSuite(std::vector<double>{}).empty());
  // Twenty benchmarks of which none changed: about one p below 0.05, but no alarm.
  Random random(24);
  int alarms = 0;
  int suites_with_alarms = 0;
  for (int suite = 0; suite < 300; ++suite) {
    std::vector<double> p_values;
    for (int i = 0; i < 20; ++i) p_values.push_back(random.NextDouble());
    int hits = 0;
    for (const double p : AdjustForSuite(p_values)) hits += p < 0.05;
    alarms += hits;
    suites_with_alarms += hits > 0;
  }
  CHECK(suites_with_alarms <= 0.08 * 300);
  CHECK(alarms <= 0.1 * 300);
}

TEST_CASE("a verdict asks for a small p and for an interval beyond the noise") {
  const CompareOptions options;
  Change change;
  change.p_adjusted = 0.04;
  change.typical = {0.03, 0.01, 0.011, 0.05};
  CHECK(Judge(change, options) == Verdict::kRegressed);
  change.typical.lower = 0.009;
  CHECK(Judge(change, options) == Verdict::kWithinNoise);
  change.typical = {-0.03, 0.01, -0.05, -0.011};
  CHECK(Judge(change, options) == Verdict::kImproved);
  change.p_adjusted = 0.05;
  CHECK(Judge(change, options) == Verdict::kNoChange);
  CHECK(Name(Verdict::kRegressed) == std::string("regressed"));
}

}  // namespace
}  // namespace strata::report
