#include "report/json_files.h"

#include <nlohmann/json.hpp>

namespace strata::report {
namespace {

using Json = nlohmann::ordered_json;

Json JsonOf(const Estimate& estimate, double level) {
  return {{"confidence_interval",
           {{"confidence_level", level},
            {"lower_bound", estimate.lower},
            {"upper_bound", estimate.upper}}},
          {"point_estimate", estimate.point},
          {"standard_error", estimate.standard_error}};
}

Json JsonOf(const Sample& sample) {
  return {{"sampling_mode", sample.linear ? "Linear" : "Flat"},
          {"iters", sample.iterations},
          {"times", sample.times}};
}

Sample SampleOf(const Json& json) {
  return {.iterations = json.value("iters", std::vector<double>{}),
          .times = json.value("times", std::vector<double>{}),
          .linear = json.value("sampling_mode", "") == "Linear"};
}

bool IsUsable(const Sample& sample) {
  if (sample.size() < 2 || sample.iterations.size() != sample.size()) return false;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    if (!(sample.iterations[i] > 0) || !(sample.times[i] > 0)) return false;
  }
  return true;
}

std::string Text(const Json& json) {
  return json.dump() + "\n";
}

}  // namespace

std::string BenchmarkJson(const Measured& measured) {
  const BenchmarkId& id = measured.id;
  Json throughput = nullptr;
  if (measured.throughput) {
    throughput = {{measured.throughput->bytes ? "Bytes" : "Elements",
                   static_cast<std::uint64_t>(measured.throughput->per_iteration + 0.5)}};
  }
  return Text({{"group_id", id.group},
               {"function_id", id.function},
               {"value_str", id.value.empty() ? Json(nullptr) : Json(id.value)},
               {"throughput", throughput},
               {"full_id", id.full()},
               {"directory_name", id.directory()},
               {"title", id.full().substr(0, 100)},
               {"counters", measured.counters},
               {"warnings", measured.warnings}});
}

std::string SampleJson(const Measured& measured) {
  return Text(JsonOf(measured.AllSamples()));
}

std::string LaunchesJson(const Measured& measured) {
  Json launches = Json::array();
  for (const Sample& launch : measured.launches) launches.push_back(JsonOf(launch));
  return Text({{"version", 1}, {"launches", launches}});
}

std::string EstimatesJson(const Estimates& estimates, double level) {
  return Text(
      {{"mean", JsonOf(estimates.mean, level)},
       {"median", JsonOf(estimates.median, level)},
       {"median_abs_dev", JsonOf(estimates.median_abs_dev, level)},
       {"slope", estimates.slope ? JsonOf(*estimates.slope, level) : Json(nullptr)},
       {"std_dev", JsonOf(estimates.std_dev, level)},
       {"r_squared", estimates.r_squared ? JsonOf(*estimates.r_squared, level) : Json(nullptr)}});
}

std::string TukeyJson(const Fences& fences) {
  return Text(
      Json::array({fences.low_severe, fences.low_mild, fences.high_mild, fences.high_severe}));
}

std::string ChangeJson(const Change& change, double level) {
  return Text({{"mean", JsonOf(change.mean, level)},
               {"median", JsonOf(change.median, level)},
               {"typical", JsonOf(change.typical, level)},
               {"p_value", change.p},
               {"p_adjusted", change.p_adjusted},
               {"unit", change.over_launches ? "launch" : "sample"},
               {"verdict", Name(change.verdict)}});
}

Result<Measured> MeasuredOf(const std::string& benchmark, const std::string& samples) {
  const Json about = Json::parse(benchmark, nullptr, false);
  const Json data = Json::parse(samples, nullptr, false);
  if (!about.is_object() || !data.is_object()) return Corruption("not JSON");
  if (!about.contains("group_id")) return Corruption("no group_id in benchmark.json");
  const auto text = [&](const char* key) {
    return about.contains(key) && about[key].is_string() ? about[key].get<std::string>() : "";
  };
  Measured measured;
  measured.id = {text("group_id"), text("function_id"), text("value_str")};
  const Json throughput = about.value("throughput", Json(nullptr));
  if (throughput.is_object() && !throughput.empty()) {
    measured.throughput = {.bytes = throughput.begin().key() != "Elements",
                           .per_iteration = throughput.begin().value().get<double>()};
  }
  measured.counters = about.value("counters", std::map<std::string, double>{});
  measured.warnings = about.value("warnings", std::vector<std::string>{});
  if (data.contains("launches")) {
    for (const Json& launch : data["launches"]) measured.launches.push_back(SampleOf(launch));
  } else {
    measured.launches.push_back(SampleOf(data));
  }
  for (const Sample& launch : measured.launches) {
    if (!IsUsable(launch)) return Corruption("samples of " + measured.id.full() + " don't fit");
  }
  return measured;
}

}  // namespace strata::report
