#include "driver/sampler.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace strata::report {
namespace {

struct WarmUp {
  double nanos = 0;      // An iteration.
  double fixture_s = 0;  // A run, beside its loop.
  std::string error;
};

// 1, 2, 4, ... iterations until the time has passed; larger steps while all that passes is
// fixtures.
WarmUp Warm(const Instance& instance, double seconds) {
  WarmUp warm;
  double timed = 0;
  double wall = 0;
  double iterations = 0;
  std::int64_t count = instance.fixed > 0 ? instance.fixed : 1;
  while (true) {
    const RunResult run = RunOnce(instance, count);
    if (!run.error.empty()) {
      warm.error = run.error;
      return warm;
    }
    timed += run.nanos;
    wall += run.wall_nanos;
    iterations += run.iterations;
    warm.nanos = std::max(timed / std::max(iterations, 1.0), 1e-3);
    warm.fixture_s = (run.wall_nanos - run.nanos) / 1e9;
    if (timed >= seconds * 1e9 || wall >= 3 * seconds * 1e9) return warm;
    if (instance.fixed > 0) continue;
    const double rest = (seconds * 1e9 - timed) / warm.nanos;
    const double step = warm.fixture_s > 0.01 ? 16 : 2;
    count =
        std::max(count + 1,
                 static_cast<std::int64_t>(std::min(static_cast<double>(count) * step, rest + 1)));
  }
}

// Rates become amounts of an iteration: what stays the same from sample to sample.
void AddCounters(const RunResult& run, double share, std::map<std::string, double>* counters) {
  constexpr std::string_view kRate = "_per_second";
  for (const auto& [name, value] : run.counters) {
    if (name == "bytes_per_second" || name == "items_per_second") {
      const std::string amount = name.substr(0, name.size() - kRate.size()) + "_per_iteration";
      (*counters)[amount] += value * run.nanos / 1e9 / run.iterations * share;
    } else {
      (*counters)[name] += value * share;
    }
  }
}

std::string TooFewText(std::size_t samples, const SamplingOptions& options, double expected_s) {
  char text[200];
  std::snprintf(text, sizeof(text),
                "%zu samples of one iteration take %.1f s, more than the %.1f s that were given: "
                "raise --measurement-time or take fewer samples",
                samples, expected_s, options.measurement_s);
  return text;
}

}  // namespace

Samples TakeSamples(const Instance& instance, const SamplingOptions& wanted, Random& random) {
  SamplingOptions options = wanted;
  if (options.quick) {
    options.samples = std::min<std::size_t>(options.samples, 20);
    options.warm_up_s /= 10;
    options.measurement_s /= 10;
  }
  Samples out;
  out.instance = instance;
  const WarmUp warm = Warm(instance, options.profile_s > 0 ? options.profile_s : options.warm_up_s);
  out.error = warm.error;
  out.fixture_s = warm.fixture_s;
  if (!warm.error.empty() || options.profile_s > 0) return out;

  SamplingPlan plan = PlanSamples(warm.nanos, warm.fixture_s, instance.fixed, options);
  out.linear = plan.linear;
  if (instance.fixed == 0 && plan.iterations.front() == 1 &&
      plan.expected_s > 1.5 * options.measurement_s) {
    out.warnings.push_back(TooFewText(plan.iterations.size(), options, plan.expected_s));
  }
  if (plan.iterations.size() < options.samples) {
    out.warnings.push_back("a sample takes long, so there are only " +
                           std::to_string(plan.iterations.size()));
  }
  for (std::size_t i = plan.iterations.size(); i > 1; --i) {
    std::swap(plan.iterations[i - 1], plan.iterations[random.Uniform(i)]);
  }
  const double share = 1 / static_cast<double>(plan.iterations.size());
  for (const std::int64_t count : plan.iterations) {
    const RunResult run = RunOnce(instance, count);
    if (run.error.empty() && run.nanos <= 0) out.error = "a sample took no time at all";
    if (!run.error.empty()) out.error = run.error;
    if (!out.error.empty()) return out;
    out.iterations.push_back(run.iterations);
    out.nanos.push_back(run.nanos);
    AddCounters(run, share, &out.counters);
  }
  return out;
}

}  // namespace strata::report
