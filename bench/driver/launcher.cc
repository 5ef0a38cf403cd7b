#include "driver/launcher.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "driver/files.h"

namespace strata::report {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

Result<std::vector<std::string>> ProgramsIn(const std::string& folder) {
  std::vector<std::string> programs;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && name.ends_with("_bench")) programs.push_back(name);
  }
  std::sort(programs.begin(), programs.end());
  if (programs.empty()) return Error(ErrorCode::kNotFound, "no benchmark programs in " + folder);
  return programs;
}

// One regular expression of all filters.
std::string FilterOf(const Options& options) {
  std::string all;
  for (const std::string& filter : options.filters) {
    std::string part = filter;
    if (options.exact) {
      part = "^";
      for (const char c : filter) {
        if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos) part += '\\';
        part += c;
      }
      part += "$";
    }
    all += (all.empty() ? "(" : "|(") + part + ")";
  }
  return all;
}

struct Launch {
  Json benchmarks = Json::array();
  int status = 0;
};

Launch RunLaunch(const Options& options, const std::string& folder, const std::string& program,
                 int number, bool list) {
  const fs::path file =
      fs::temp_directory_path() / ("strata-samples-" + std::to_string(getpid()) + ".json");
  const ProgramResult run = RunProgram(
      {folder + "/" + program, "--strata_samples=" + file.string(), "--strata_program=" + program,
       "--strata_filter=" + FilterOf(options), "--strata_list=" + std::string(list ? "1" : "0"),
       "--strata_sample_size=" + std::to_string(options.sample_size),
       "--strata_warm_up=" + std::to_string(options.warm_up_s),
       "--strata_measurement=" + std::to_string(options.measurement_s),
       "--strata_profile=" + std::to_string(options.profile_s),
       "--strata_quick=" + std::string(options.quick ? "1" : "0"),
       "--strata_seed=" + std::to_string(options.statistics.resampling.seed + number)},
      false);
  Launch launch{.status = run.status};
  if (const auto text = ReadFile(file)) {
    const Json json = Json::parse(*text, nullptr, false);
    if (json.is_object()) launch.benchmarks = json.value("benchmarks", Json::array());
  }
  std::error_code ignored;
  fs::remove(file, ignored);
  if (run.status != 0 && run.status != kExitBenchmark) {
    std::fprintf(stderr, "%s ended with status %d\n", program.c_str(), run.status);
  }
  return launch;
}

Measured& FindOrAdd(const BenchmarkId& id, std::vector<Measured>* all) {
  for (Measured& measured : *all) {
    if (measured.id.full() == id.full()) return measured;
  }
  all->push_back({.id = id});
  return all->back();
}

void Add(const std::string& program, const Json& benchmarks, std::vector<Measured>* all) {
  for (const Json& json : benchmarks) {
    Measured& measured =
        FindOrAdd(IdOf(program, json.value("function", ""), json.value("arguments", "")), all);
    if (json.contains("error")) {
      measured.error = json["error"].get<std::string>();
      continue;
    }
    measured.launches.push_back({.iterations = json["iters"].get<std::vector<double>>(),
                                 .times = json["times"].get<std::vector<double>>(),
                                 .linear = json["sampling_mode"] == "Linear"});
    measured.warnings = json["warnings"].get<std::vector<std::string>>();
    measured.counters = json["counters"].get<std::map<std::string, double>>();
    for (const char* const name : {"items_per_iteration", "bytes_per_iteration"}) {
      const auto found = measured.counters.find(name);
      if (found == measured.counters.end()) continue;
      measured.throughput = {.bytes = name[0] == 'b', .per_iteration = found->second};
      measured.counters.erase(found);
    }
  }
}

}  // namespace

Result<Measurements> Measure(const Options& options, int launches) {
  STRATA_TRY_ASSIGN(std::vector<std::string> programs, ProgramsIn(options.programs));
  Measurements out;
  for (int number = 0; number < launches; ++number) {
    if (launches > 1) std::fprintf(stderr, "launch %d of %d\n", number + 1, launches);
    for (const std::string& program : programs) {
      const bool ours_first = number % 2 == 0;
      for (const bool ours : {ours_first, !ours_first}) {
        if (!ours && options.against.empty()) continue;
        const std::string& folder = ours ? options.programs : options.against;
        const Launch launch = RunLaunch(options, folder, program, number, false);
        Add(program, launch.benchmarks, ours ? &out.now : &out.against);
        if (launch.status != 0 && launch.benchmarks.empty()) {
          out.now.push_back({.id = {program, "", ""},
                             .error = "it ended with status " + std::to_string(launch.status)});
        }
      }
    }
    std::reverse(programs.begin(), programs.end());
  }
  const auto by_id = [](const Measured& a, const Measured& b) { return a.id.full() < b.id.full(); };
  std::stable_sort(out.now.begin(), out.now.end(), by_id);
  return out;
}

Result<std::vector<std::string>> ListBenchmarks(const Options& options) {
  STRATA_TRY_ASSIGN(const std::vector<std::string> programs, ProgramsIn(options.programs));
  std::vector<std::string> ids;
  for (const std::string& program : programs) {
    const Launch launch = RunLaunch(options, options.programs, program, 0, true);
    for (const Json& json : launch.benchmarks) {
      ids.push_back(IdOf(program, json.value("function", ""), json.value("arguments", "")).full());
    }
  }
  return ids;
}

}  // namespace strata::report
