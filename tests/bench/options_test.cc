#include "report/options.h"

#include <catch2/catch.hpp>

#include "report/sampling_plan.h"

namespace strata::report {
namespace {

TEST_CASE("options: filters, values after a space or =, and what follows from them") {
  const auto options = ParseOptions({"crc", "--baseline", "old", "--launches=7", "wal", "--quick",
                                     "--fail-on-regression=5", "--seed", "9",
                                     "--confidence-level=0.9", "--format", "csv"});
  REQUIRE(options);
  CHECK(options->filters == std::vector<std::string>{"crc", "wal"});
  CHECK(options->baseline == "old");
  CHECK(options->strict);
  CHECK(options->launches == 7);
  CHECK(options->quick);
  CHECK(options->fail_on_regression);
  CHECK(options->regression == 0.05);
  CHECK(options->statistics.resampling.seed == 9);
  CHECK(options->statistics.resampling.confidence_level == 0.9);
  CHECK(options->format == "csv");
  const auto lenient = ParseOptions({"--baseline-lenient=old", "--fail-on-regression"});
  REQUIRE(lenient);
  CHECK_FALSE(lenient->strict);
  CHECK(lenient->fail_on_regression);
  CHECK(lenient->regression == 0);
}

TEST_CASE("options: what makes no sense is refused by its name") {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"--nonsense"},
                                             {"--launches"},
                                             {"--launches=0"},
                                             {"--sample-size=9"},
                                             {"--format=xml"},
                                             {"--confidence-level=2"},
                                             {"--seed=x"}}) {
    const auto options = ParseOptions(words);
    REQUIRE_FALSE(options);
    const std::string name = words[0].substr(2, words[0].find('=') - 2);
    CHECK(options.error().message().find(name) != std::string::npos);
  }
}

TEST_CASE("options: every option is in the help") {
  for (const char* const name : {"--save-baseline",
                                 "--baseline ",
                                 "--baseline-lenient",
                                 "--load-baseline",
                                 "--launches",
                                 "--fail-on-regression",
                                 "--quick",
                                 "--seed",
                                 "--sample-size",
                                 "--warm-up-time",
                                 "--measurement-time",
                                 "--nresamples",
                                 "--confidence-level",
                                 "--significance-level",
                                 "--noise-threshold",
                                 "--list",
                                 "--exact",
                                 "--profile-time",
                                 "--format",
                                 "--macro",
                                 "--against"}) {
    INFO(name);
    CHECK(HelpText().find(name) != std::string::npos);
  }
}

TEST_CASE("a fast body is sampled in growing steps that fill the time given") {
  const SamplingPlan plan = PlanSamples(100, 0, 0, {.samples = 100, .measurement_s = 5});
  CHECK(plan.linear);
  REQUIRE(plan.iterations.size() == 100);
  CHECK(plan.iterations[0] == 9901);  // 5 s / 100 ns / 5050, rounded up.
  CHECK(plan.iterations[99] == 990'100);
  CHECK(plan.expected_s == Approx(5).epsilon(0.01));
}

TEST_CASE("a slow body is sampled flat, and one with a fixed count keeps it") {
  const SamplingPlan slow = PlanSamples(2e6, 0, 0, {.samples = 100, .measurement_s = 5});
  CHECK_FALSE(slow.linear);  // Even 1, 2, ... 100 iterations would take twice the time.
  CHECK(slow.iterations == std::vector<std::int64_t>(100, 25));
  const SamplingPlan fixed = PlanSamples(100, 0, 7, {.samples = 20, .measurement_s = 5});
  CHECK_FALSE(fixed.linear);
  CHECK(fixed.iterations == std::vector<std::int64_t>(20, 7));
}

TEST_CASE("a fixture that takes long isn't built a hundred times") {
  CHECK(PlanSamples(100, 0.5, 0, {.samples = 100, .measurement_s = 5}).iterations.size() == 20);
  CHECK(PlanSamples(100, 60, 0, {.samples = 100, .measurement_s = 5}).iterations.size() == 10);
  CHECK(PlanSamples(1e9, 0, 10, {.samples = 100, .measurement_s = 5}).iterations.size() == 10);
}

}  // namespace
}  // namespace strata::report
