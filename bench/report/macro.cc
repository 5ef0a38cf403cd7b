#include "report/macro.h"

#include <nlohmann/json.hpp>
#include <sstream>

namespace strata::report {
namespace {

using Json = nlohmann::json;

double Field(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_number() ? found->get<double>() : 0;
}

Window WindowOf(const Json& json) {
  return {.start_s = Field(json, "start_ns") / 1e9,
          .seconds = Field(json, "ns") / 1e9,
          .operations = Field(json, "ops"),
          .p50 = Field(json, "p50_ns"),
          .p99 = Field(json, "p99_ns"),
          .p999 = Field(json, "p999_ns"),
          .max = Field(json, "max_ns"),
          .user_bytes_written = Field(json, "user_bytes_written"),
          .bytes_written = Field(json, "bytes_written"),
          .block_bytes_read = Field(json, "block_bytes_read"),
          .syncs = Field(json, "wal_syncs"),
          .stall_s = Field(json, "stall_us") / 1e6,
          .cpu_s = Field(json, "cpu_us") / 1e6,
          .resident_bytes = Field(json, "resident_bytes"),
          .table_bytes = Field(json, "table_bytes"),
          .tables = Field(json, "tables"),
          .blob_bytes = Field(json, "blob_bytes"),
          .live_bytes = Field(json, "live_bytes")};
}

std::vector<std::pair<double, double>> PairsOf(const Json& json, const char* name) {
  std::vector<std::pair<double, double>> pairs;
  for (const Json& pair : json.value(name, Json::array())) {
    if (pair.is_array() && pair.size() == 2 && pair[0].is_number() && pair[1].is_number())
      pairs.emplace_back(pair[0].get<double>(), pair[1].get<double>());
  }
  return pairs;
}

// Everything else that an event's line says.
std::string DetailOf(const Json& event) {
  std::string text;
  for (const auto& [name, value] : event.items()) {
    if (name == "time_us" || name == "event" || name == "dropped") continue;
    if (value.is_primitive()) {
      text += (text.empty() ? "" : ", ") + name + " " +
              (value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  return text;
}

// A long run has more windows than a plot has room for: neighbours are put together.
void Merge(std::vector<Window>* windows) {
  constexpr std::size_t kMost = 600;
  while (windows->size() > kMost) {
    std::vector<Window> merged;
    for (std::size_t i = 0; i < windows->size(); i += 2) {
      Window window = (*windows)[i];
      if (i + 1 < windows->size()) {
        const Window& next = (*windows)[i + 1];
        window.seconds += next.seconds;
        window.operations += next.operations;
        window.p50 = (window.p50 + next.p50) / 2;
        window.p99 = std::max(window.p99, next.p99);
        window.p999 = std::max(window.p999, next.p999);
        window.max = std::max(window.max, next.max);
        window.user_bytes_written += next.user_bytes_written;
        window.bytes_written += next.bytes_written;
        window.block_bytes_read += next.block_bytes_read;
        window.syncs += next.syncs;
        window.stall_s += next.stall_s;
        window.cpu_s += next.cpu_s;
        window.resident_bytes = next.resident_bytes;
        window.table_bytes = next.table_bytes;
        window.tables = next.tables;
        window.blob_bytes = next.blob_bytes;
        window.live_bytes = next.live_bytes;
      }
      merged.push_back(window);
    }
    *windows = std::move(merged);
  }
}

}  // namespace

Result<std::vector<MacroRun>> MacroRunsOf(const std::string& series, const std::string& events) {
  const Json json = Json::parse(series, nullptr, false);
  if (!json.is_object() || json.value("schema", "") != "strata-series") {
    return Corruption("not a series that strata bench wrote");
  }
  std::vector<MacroRun> runs;
  std::vector<double> starts;
  for (const Json& workload : json.value("workloads", Json::array())) {
    MacroRun run{.workload = workload.value("workload", ""), .seconds = Field(workload, "seconds")};
    run.percentiles = PairsOf(workload, "percentiles");
    run.sync_times = PairsOf(workload, "sync_times");
    for (const Json& window : workload.value("windows", Json::array()))
      run.windows.push_back(WindowOf(window));
    Merge(&run.windows);
    starts.push_back(Field(workload, "start_us"));
    runs.push_back(std::move(run));
  }
  std::istringstream lines(events);
  for (std::string line; std::getline(lines, line);) {
    const Json event = Json::parse(line, nullptr, false);
    if (!event.is_object()) continue;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const double at = (Field(event, "time_us") - starts[i]) / 1e6;
      if (at < 0 || at > runs[i].seconds) continue;
      runs[i].events.push_back({at, event.value("event", ""), DetailOf(event)});
    }
  }
  return runs;
}

Estimate RateOf(const MacroRun& run, const ResampleOptions& options) {
  Sample sample;
  double operations = 0;
  double seconds = 0;
  for (const Window& window : run.windows) {
    operations += window.operations;
    seconds += window.seconds;
    if (window.seconds <= 0) continue;
    sample.iterations.push_back(window.seconds);
    sample.times.push_back(window.operations);
  }
  if (sample.size() >= 2) return Analyse(sample, options).estimates.mean;
  const double rate = seconds > 0 ? operations / seconds : 0;
  return {rate, 0, rate, rate};
}

}  // namespace strata::report
