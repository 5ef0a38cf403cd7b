// What a report is made of: benchmarks with their samples, what was computed from them, and the
// machine. Built by the driver from files, or by tests; read by the pages and the output formats.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/compare.h"

namespace strata::report {

// "crc/Crc32c/4096" is group, function and value; the value may be empty.
struct BenchmarkId {
  std::string group;
  std::string function;
  std::string value;

  std::string full() const;
  // Of the folder: unsafe characters replaced, at most 64 bytes a part.
  std::string directory() const;
  // The value as a number, if it is one ("4096", or "sync_every:10").
  std::optional<double> number() const;
};
// Of "crc_bench", "BM_Crc32c", "4096".
BenchmarkId IdOf(std::string_view program, std::string_view function, std::string_view arguments);
std::string SafeFileName(std::string_view name);

struct Throughput {
  bool bytes = false;  // Otherwise elements.
  double per_iteration = 0;
};

struct Measured {
  BenchmarkId id;
  std::vector<Sample> launches;
  std::optional<Throughput> throughput;
  std::map<std::string, double> counters;
  std::vector<std::string> warnings;
  std::string error;  // Not empty: it could not be measured.

  Sample AllSamples() const;
};

struct Fact {
  std::string label;
  std::string value;
};

struct EnvironmentCard {
  std::vector<Fact> facts;
  std::vector<std::string> warnings;
};

struct Baseline {
  std::string name;
  Measured measured;
  LaunchAnalysis analysis;
  Change change;
};

struct Finding {
  Measured measured;
  LaunchAnalysis analysis;
  Fences fences;
  OutlierCounts outliers;
  std::optional<Baseline> baseline;

  const Estimates& estimates() const { return analysis.pooled.estimates; }
  // Bytes or elements a second at this time of an iteration.
  double PerSecond(double nanos) const;
};

struct Suite {
  std::vector<Finding> findings;
  EnvironmentCard environment;
  CompareOptions options;
  std::string date;
  std::string command;
};

// REQUIRES: measured.error is empty.
Finding MakeFinding(Measured measured, const ResampleOptions& options);
// Compares each result with the baseline of the same id, then adjusts for the suite.
void CompareSuite(std::vector<Measured> old, const std::string& name, Suite* suite);

}  // namespace strata::report
