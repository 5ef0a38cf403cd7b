#include "report/model.h"

#include <algorithm>
#include <cstdlib>

namespace strata::report {
namespace {

constexpr std::size_t kNameBytesMax = 64;

std::string Without(std::string_view text, std::string_view prefix, std::string_view suffix) {
  if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  if (text.ends_with(suffix)) text.remove_suffix(suffix.size());
  return std::string(text);
}

}  // namespace

std::string BenchmarkId::full() const {
  return group + "/" + function + (value.empty() ? "" : "/" + value);
}

std::string SafeFileName(std::string_view name) {
  std::string safe(name);
  for (char& c : safe) {
    if (std::string_view("?\"/\\*<>:|^").find(c) != std::string_view::npos) c = '_';
  }
  if (safe.size() <= kNameBytesMax) return safe;
  std::size_t end = kNameBytesMax;
  while (end > 0 && (static_cast<unsigned char>(safe[end]) & 0xc0) == 0x80)
    --end;  // Whole characters.
  return safe.substr(0, end);
}

std::string BenchmarkId::directory() const {
  return SafeFileName(group) + "/" + SafeFileName(function) +
         (value.empty() ? "" : "/" + SafeFileName(value));
}

std::optional<double> BenchmarkId::number() const {
  const auto colon = value.rfind(':');
  const std::string text = colon == std::string::npos ? value : value.substr(colon + 1);
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0') return std::nullopt;
  return number;
}

BenchmarkId IdOf(std::string_view program, std::string_view function, std::string_view arguments) {
  return {Without(program, "", "_bench"), Without(function, "BM_", ""), std::string(arguments)};
}

Sample Measured::AllSamples() const {
  Sample all;
  all.linear = !launches.empty();
  for (const Sample& launch : launches) {
    all.iterations.insert(all.iterations.end(), launch.iterations.begin(), launch.iterations.end());
    all.times.insert(all.times.end(), launch.times.begin(), launch.times.end());
    all.linear = all.linear && launch.linear;
  }
  return all;
}

double Finding::PerSecond(double nanos) const {
  return measured.throughput && nanos > 0 ? measured.throughput->per_iteration * 1e9 / nanos : 0;
}

Finding MakeFinding(Measured measured, const ResampleOptions& options) {
  Finding result;
  result.analysis = AnalyseLaunches(measured.launches, options);
  const std::vector<double> values = measured.AllSamples().PerIteration();
  result.fences = TukeyFences(values);
  result.outliers = CountOutliers(result.fences, values);
  result.measured = std::move(measured);
  return result;
}

void CompareSuite(std::vector<Measured> old, const std::string& name, Suite* suite) {
  std::vector<Finding*> compared;
  std::vector<double> p_values;
  for (Finding& result : suite->findings) {
    const auto found = std::find_if(old.begin(), old.end(), [&](const Measured& candidate) {
      return candidate.id.full() == result.measured.id.full();
    });
    if (found == old.end()) continue;
    Baseline baseline{.name = name, .measured = std::move(*found)};
    baseline.analysis = AnalyseLaunches(baseline.measured.launches, suite->options.resampling);
    baseline.change = Compare(result.measured.launches, result.analysis, baseline.measured.launches,
                              baseline.analysis, suite->options);
    p_values.push_back(baseline.change.p);
    result.baseline = std::move(baseline);
    compared.push_back(&result);
  }
  const std::vector<double> adjusted = AdjustForSuite(p_values);
  for (std::size_t i = 0; i < compared.size(); ++i) {
    Change& change = compared[i]->baseline->change;
    change.p_adjusted = adjusted[i];
    change.verdict = Judge(change, suite->options);
  }
}

}  // namespace strata::report
