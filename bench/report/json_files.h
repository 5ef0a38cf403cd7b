// The files of a benchmark's folder as text, under the names and fields that Criterion gives them,
// so that critcmp and scripts made for Criterion read them. docs/benchmark-report.md is the schema.

#pragma once

#include <string>

#include "base/result.h"
#include "report/model.h"

namespace strata::report {

std::string BenchmarkJson(const Measured& measured);  // benchmark.json
std::string SampleJson(const Measured& measured);     // sample.json: all launches in one.
std::string LaunchesJson(const Measured& measured);   // launches.json: ours, with the limits.
std::string EstimatesJson(const Estimates& estimates, double level);  // estimates.json
std::string TukeyJson(const Fences& fences);                          // tukey.json
std::string ChangeJson(const Change& change, double level);           // change/estimates.json

// Of benchmark.json, and launches.json or (from another tool) sample.json.
// Errors: kCorruption.
Result<Measured> MeasuredOf(const std::string& benchmark, const std::string& samples);

}  // namespace strata::report
