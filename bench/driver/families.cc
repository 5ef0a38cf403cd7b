#include "driver/families.h"

#include <chrono>
#include <sstream>

namespace strata::report {
namespace {

using benchmark::internal::Benchmark;

// Lets FieldOf(Tag) return a pointer to a private member: access isn't checked in the arguments of
// an explicit instantiation ([temp.spec]/6).
template <typename Tag, typename Tag::Type kField>
struct Reach {
  friend typename Tag::Type FieldOf(Tag) { return kField; }
};
struct Iterations {
  using Type = benchmark::IterationCount Benchmark::*;
  friend Type FieldOf(Iterations);
};
struct Name {
  using Type = std::string Benchmark::*;
  friend Type FieldOf(Name);
};
struct MinTime {
  using Type = double Benchmark::*;
  friend Type FieldOf(MinTime);
};
struct MinWarmUp {
  using Type = double Benchmark::*;
  friend Type FieldOf(MinWarmUp);
};
struct Repetitions {
  using Type = int Benchmark::*;
  friend Type FieldOf(Repetitions);
};
struct RealTime {
  using Type = bool Benchmark::*;
  friend Type FieldOf(RealTime);
};
struct ManualTime {
  using Type = bool Benchmark::*;
  friend Type FieldOf(ManualTime);
};
template struct Reach<Iterations, &Benchmark::iterations_>;
template struct Reach<Name, &Benchmark::name_>;
template struct Reach<MinTime, &Benchmark::min_time_>;
template struct Reach<MinWarmUp, &Benchmark::min_warmup_time_>;
template struct Reach<Repetitions, &Benchmark::repetitions_>;
template struct Reach<RealTime, &Benchmark::use_real_time_>;
template struct Reach<ManualTime, &Benchmark::use_manual_time_>;

struct Family {
  Benchmark* benchmark;
  std::int64_t fixed;
};

std::vector<Benchmark*>& Registered() {
  static std::vector<Benchmark*> registered;
  return registered;
}

std::vector<Family>& Families() {
  static std::vector<Family> families;
  return families;
}

// Iterations stand in every name, between the arguments and the kind of time.
std::string NameOf(const Instance& instance, std::int64_t iterations);

class Collector final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& reported) override {
    for (const Run& run : reported) {
      if (run.run_type == Run::RT_Iteration) runs.push_back(run);
    }
  }

  std::vector<Run> runs;
};

// A name of the library in a regular expression that matches nothing else.
std::string Escaped(const std::string& name) {
  std::string out = "^";
  for (const char c : name) {
    if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out + "$";
}

void SetIterations(std::int64_t iterations) {
  for (const Family& family : Families()) family.benchmark->*FieldOf(Iterations()) = iterations;
}

std::string NameOf(const Instance& instance, std::int64_t iterations) {
  // "id" is "function/args/threads:4"; the library puts the threads last.
  const auto threads = instance.id.rfind("/threads:");
  const std::string head = instance.id.substr(0, threads);
  const std::string tail = threads == std::string::npos ? "" : instance.id.substr(threads);
  return head + "/iterations:" + std::to_string(iterations) + "/real_time" + tail;
}

}  // namespace

std::vector<Instance> FindInstances() {
  for (Benchmark* const benchmark : Registered()) {
    Families().push_back({benchmark, benchmark->*FieldOf(Iterations())});
    benchmark->*FieldOf(MinTime()) = 0;
    benchmark->*FieldOf(MinWarmUp()) = 0;
    benchmark->*FieldOf(Repetitions()) = 0;
    if (!(benchmark->*FieldOf(ManualTime()))) benchmark->*FieldOf(RealTime()) = true;
  }
  // Families are told apart by a number of iterations that is none: their place, plus one.
  for (std::size_t i = 0; i < Families().size(); ++i) {
    Families()[i].benchmark->*FieldOf(Iterations()) = static_cast<std::int64_t>(i + 1);
  }
  std::ostringstream names;
  Collector lister;
  lister.SetOutputStream(&names);
  lister.SetErrorStream(&names);
  std::vector<std::string> words = {"bench", "--benchmark_list_tests=true"};
  std::vector<char*> arguments = {words[0].data(), words[1].data()};
  int count = 2;
  benchmark::Initialize(&count, arguments.data());
  benchmark::RunSpecifiedBenchmarks(&lister, ".");
  words[1] = "--benchmark_list_tests=false";
  arguments[1] = words[1].data();
  count = 2;
  benchmark::Initialize(&count, arguments.data());

  std::vector<Instance> instances;
  std::istringstream lines(names.str());
  for (std::string line; std::getline(lines, line);) {
    const auto at = line.find("/iterations:");
    if (at == std::string::npos) continue;
    const std::size_t family = std::stoul(line.substr(at + 12)) - 1;
    const auto threads = line.find("/threads:", at);
    Instance instance;
    instance.id = line.substr(0, at) + (threads == std::string::npos ? "" : line.substr(threads));
    instance.function = Families()[family].benchmark->*FieldOf(Name());
    if (instance.id.size() > instance.function.size()) {
      instance.arguments = instance.id.substr(instance.function.size() + 1);
    }
    instance.fixed = Families()[family].fixed;
    instances.push_back(std::move(instance));
  }
  return instances;
}

RunResult RunOnce(const Instance& instance, std::int64_t iterations) {
  SetIterations(iterations);
  Collector collector;
  std::ostringstream ignored;
  collector.SetOutputStream(&ignored);
  collector.SetErrorStream(&ignored);
  const auto before = std::chrono::steady_clock::now();
  benchmark::RunSpecifiedBenchmarks(&collector, Escaped(NameOf(instance, iterations)));
  RunResult result;
  result.wall_nanos =
      std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - before).count();
  if (collector.runs.empty()) {
    result.error = "it didn't run";
    return result;
  }
  const auto& run = collector.runs.front();
  if (run.error_occurred) result.error = run.error_message.empty() ? "failed" : run.error_message;
  result.iterations = static_cast<double>(run.iterations);
  result.nanos = run.real_accumulated_time * 1e9;
  for (const auto& [name, counter] : run.counters)
    result.counters.emplace_back(name, counter.value);
  return result;
}

}  // namespace strata::report

// What the linker's --wrap makes of the function that the BENCHMARK macros call.
extern "C" {
benchmark::internal::Benchmark*
__real__ZN9benchmark8internal25RegisterBenchmarkInternalEPNS0_9BenchmarkE(  // NOLINT
    benchmark::internal::Benchmark* benchmark);

benchmark::internal::Benchmark*
__wrap__ZN9benchmark8internal25RegisterBenchmarkInternalEPNS0_9BenchmarkE(  // NOLINT
    benchmark::internal::Benchmark* benchmark) {
  strata::report::Registered().push_back(benchmark);
  return __real__ZN9benchmark8internal25RegisterBenchmarkInternalEPNS0_9BenchmarkE(benchmark);
}
}
