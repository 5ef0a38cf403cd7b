// The benchmark families of this program, and the power to choose how often their bodies run.
//
// Google Benchmark 1.7 lets nobody change a family once it is registered, and its repetitions all
// run the same number of iterations, which gives no line to fit. The linker sends registrations
// through us (--wrap, in bench/CMakeLists.txt), and the fields are reached as C++ allows an
// explicit instantiation to reach them. The sources of the benchmarks stay plain Google Benchmark.

#pragma once

#include <benchmark/benchmark.h>
#include <cstdint>
#include <string>
#include <vector>

namespace strata::report {

// One benchmark with its arguments, "BM_Crc32c/4096".
struct Instance {
  std::string id;          // Without what only says how it is run (iterations, min_time, ...).
  std::string function;    // "BM_Crc32c"
  std::string arguments;   // "4096", "sync_every:10/threads:4"; empty if it takes none.
  std::int64_t fixed = 0;  // Iterations that the author set; 0: ours to choose.
};

struct RunResult {
  double iterations = 0;  // Over all threads.
  double nanos = 0;       // Of the timed loop.
  double wall_nanos = 0;  // With what comes before and after it.
  std::string error;      // What the body said when it gave up; empty if it didn't.
  std::vector<std::pair<std::string, double>> counters;
};

// Every instance, in the order of registration. Call once, after benchmark::Initialize().
std::vector<Instance> FindInstances();

// Runs one instance once, with so many iterations (for each thread).
RunResult RunOnce(const Instance& instance, std::int64_t iterations);

}  // namespace strata::report
