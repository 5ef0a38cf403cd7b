// main() of every benchmark program. Without --strata_... flags it is Google Benchmark's own; with
// --strata_samples=FILE it takes the samples of one launch, as ./dev bench asks, and writes them
// there.

#include <benchmark/benchmark.h>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <regex>

#include "driver/sampler.h"
#include "report/model.h"

namespace strata::report {
namespace {

using Json = nlohmann::ordered_json;

// The value of --strata_<name>=, if that is among the words.
const char* FlagOf(int count, char** words, const std::string& name) {
  const std::string prefix = "--strata_" + name + "=";
  for (int i = 1; i < count; ++i) {
    if (std::string_view(words[i]).starts_with(prefix)) return words[i] + prefix.size();
  }
  return nullptr;
}

double NumberOf(int count, char** words, const std::string& name, double otherwise) {
  const char* const text = FlagOf(count, words, name);
  return text != nullptr ? std::atof(text) : otherwise;
}

Json JsonOf(const Samples& samples) {
  Json json = {{"name", samples.instance.id},
               {"function", samples.instance.function},
               {"arguments", samples.instance.arguments},
               {"sampling_mode", samples.linear ? "Linear" : "Flat"},
               {"iters", samples.iterations},
               {"times", samples.nanos},
               {"fixture_s", samples.fixture_s},
               {"counters", samples.counters},
               {"warnings", samples.warnings}};
  if (!samples.error.empty()) json["error"] = samples.error;
  return json;
}

int TakeAll(int count, char** words, const char* path) {
  const char* const pattern = FlagOf(count, words, "filter");
  const char* const program = FlagOf(count, words, "program");
  const std::regex filter(pattern != nullptr ? pattern : "");
  SamplingOptions options;
  options.samples = static_cast<std::size_t>(NumberOf(count, words, "sample_size", 100));
  options.warm_up_s = NumberOf(count, words, "warm_up", 3);
  options.measurement_s = NumberOf(count, words, "measurement", 5);
  options.profile_s = NumberOf(count, words, "profile", 0);
  options.quick = NumberOf(count, words, "quick", 0) != 0;
  const bool list = NumberOf(count, words, "list", 0) != 0;
  Random random(static_cast<std::uint64_t>(NumberOf(count, words, "seed", 1)));
  Json out = {{"benchmarks", Json::array()}};
  bool failed = false;
  for (const Instance& instance : FindInstances()) {
    const std::string name =
        IdOf(program != nullptr ? program : "", instance.function, instance.arguments).full();
    if (!std::regex_search(name, filter)) continue;
    if (list) {
      out["benchmarks"].push_back(JsonOf({.instance = instance}));
      continue;
    }
    std::fprintf(stderr, "  %s\n", name.c_str());
    const Samples samples = TakeSamples(instance, options, random);
    failed = failed || !samples.error.empty();
    out["benchmarks"].push_back(JsonOf(samples));
  }
  std::ofstream(path) << out.dump() << "\n";
  return failed ? 3 : 0;
}

}  // namespace
}  // namespace strata::report

int main(int count, char** words) {
  if (const char* const path = strata::report::FlagOf(count, words, "samples"); path != nullptr) {
    return strata::report::TakeAll(count, words, path);
  }
  benchmark::Initialize(&count, words);
  if (benchmark::ReportUnrecognizedArguments(count, words)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
