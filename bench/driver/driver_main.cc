// ./dev bench: measures, compares, and writes the report. --help tells how.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "driver/commands.h"
#include "driver/files.h"
#include "driver/launcher.h"
#include "driver/machine.h"
#include "driver/store.h"
#include "report/formats.h"
#include "report/options.h"
#include "report/pages.h"

namespace strata::report {
namespace {

int Fail(const Error& error, int code) {
  std::fprintf(stderr, "bench: %s\n", error.message().c_str());
  return code;
}

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What to compare with: the name, and whether it may be absent. An empty name: nothing.
std::string BaselineName(const Options& options) {
  if (!options.against.empty()) return "against";
  if (!options.baseline.empty()) return options.baseline;
  return options.load_baseline.empty() ? options.save_baseline : "";
}

class Run {
 public:
  Run(Options options, std::string command)
      : options_(std::move(options)), folder_(options_.output) {
    suite_.options = options_.statistics;
    suite_.command = std::move(command);
    suite_.date = DateNow();
  }

  int Do() {
    const std::string name = BaselineName(options_);
    const bool is_there = Contains(folder_.Baselines(), name);
    if (options_.strict && !is_there) {
      return Fail(
          Error(ErrorCode::kNotFound, "there is no baseline '" + name + "' in " + folder_.path()),
          kExitNoBaseline);
    }
    suite_.environment = DescribeMachine(options_.output);
    std::vector<Measured> old;
    if (const Status loaded = LoadOrMeasure(is_there || !options_.against.empty(), &old); !loaded) {
      return Fail(loaded.error(), missing_ ? kExitNoBaseline : kExitBenchmark);
    }
    if (options_.profile_s > 0) return failed_ ? kExitBenchmark : kExitOk;
    if (suite_.findings.empty())
      return Fail(InvalidArgument("no benchmark matches"), failed_ ? kExitBenchmark : kExitUsage);
    if (is_there && options_.against.empty()) {
      auto loaded = folder_.Load(name);
      if (!loaded) return Fail(loaded.error(), kExitBenchmark);
      old = *std::move(loaded);
    }
    if (const int missing = FindMissing(old, name); missing != kExitOk) return missing;
    CompareSuite(std::move(old), name, &suite_);
    if (const Status written = Write(); !written) return Fail(written.error(), kExitBenchmark);
    std::fputs(FormatAs(options_.format, suite_).c_str(), stdout);
    std::fprintf(stderr, "report: %s/report/index.html\n", options_.output.c_str());
    if (failed_) return kExitBenchmark;
    return options_.fail_on_regression && Regressed() ? kExitRegression : kExitOk;
  }

 private:
  Status LoadOrMeasure(bool comparing, std::vector<Measured>* against) {
    Measurements measured;
    if (!options_.load_baseline.empty()) {
      STRATA_TRY_ASSIGN(measured.now, folder_.Load(options_.load_baseline));
      missing_ = measured.now.empty();
      if (missing_)
        return Error(ErrorCode::kNotFound, "there is no baseline '" + options_.load_baseline + "'");
    } else {
      const int launches = options_.launches > 0          ? options_.launches
                           : comparing && !options_.quick ? 5
                                                          : 1;
      STRATA_TRY_ASSIGN(measured, Measure(options_, launches));
    }
    for (Measured& one : measured.now) {
      if (one.error.empty() && !one.launches.empty()) {
        suite_.findings.push_back(MakeFinding(std::move(one), options_.statistics.resampling));
      } else if (!one.error.empty()) {
        std::fprintf(stderr, "bench: %s: %s\n", one.id.full().c_str(), one.error.c_str());
        failed_ = true;
      }
    }
    for (Measured& one : measured.against) {
      if (one.error.empty() && !one.launches.empty()) against->push_back(std::move(one));
    }
    return {};
  }

  int FindMissing(const std::vector<Measured>& old, const std::string& name) const {
    if (!options_.strict) return kExitOk;
    std::set<std::string> there;
    for (const Measured& measured : old) there.insert(measured.id.full());
    for (const Finding& finding : suite_.findings) {
      if (there.contains(finding.measured.id.full())) continue;
      return Fail(Error(ErrorCode::kNotFound,
                        "baseline '" + name + "' has no " + finding.measured.id.full()),
                  kExitNoBaseline);
    }
    return kExitOk;
  }

  Status Write() const {
    const double level = options_.statistics.resampling.confidence_level;
    const bool measured = options_.load_baseline.empty();
    const bool saves = measured && !options_.discard_baseline &&
                       (options_.baseline.empty() || options_.save_baseline != "base");
    for (const Finding& finding : suite_.findings) {
      if (measured) STRATA_TRY(folder_.Save(finding, "new", level));
      if (saves) STRATA_TRY(folder_.Save(finding, options_.save_baseline, level));
      STRATA_TRY(folder_.SaveChange(finding, level));
    }
    if (!options_.against.empty()) {
      for (const Finding& finding : suite_.findings) {
        if (!finding.baseline) continue;
        STRATA_TRY(
            folder_.Save(MakeFinding(finding.baseline->measured, options_.statistics.resampling),
                         "against", level));
      }
    }
    return WritePages(suite_, options_.output);
  }

  bool Regressed() const {
    return std::any_of(suite_.findings.begin(), suite_.findings.end(), [&](const Finding& finding) {
      return finding.baseline && finding.baseline->change.verdict == Verdict::kRegressed &&
             finding.baseline->change.typical.point >= options_.regression;
    });
  }

  Options options_;
  ReportFolder folder_;
  Suite suite_;
  bool failed_ = false;
  bool missing_ = false;
};

int PrintComparison(const Options& options) {
  const ReportFolder folder(options.output);
  std::vector<NamedBaseline> baselines;
  for (const std::string& name : options.compare) {
    auto loaded = folder.Load(name);
    if (!loaded) return Fail(loaded.error(), kExitBenchmark);
    if (loaded->empty())
      return Fail(Error(ErrorCode::kNotFound, "there is no baseline '" + name + "'"),
                  kExitNoBaseline);
    std::erase_if(*loaded,
                  [&](const Measured& measured) { return !Matches(options, measured.id.full()); });
    baselines.push_back({name, *std::move(loaded)});
  }
  std::fputs(CompareTable(baselines, options.statistics.resampling).c_str(), stdout);
  return kExitOk;
}

int PrintList(const Options& options) {
  const auto ids = ListBenchmarks(options);
  if (!ids) return Fail(ids.error(), kExitBenchmark);
  for (const std::string& id : *ids) std::printf("%s\n", id.c_str());
  return kExitOk;
}

int Main(const std::vector<std::string>& words) {
  auto options = ParseOptions(words);
  if (!options) return Fail(options.error(), kExitUsage);
  if (options->help) {
    std::fputs(HelpText().c_str(), stdout);
    return kExitOk;
  }
  if (const Status fine = CheckFilters(*options); !fine) return Fail(fine.error(), kExitUsage);
  if (options->list) return PrintList(*options);
  if (!options->compare.empty()) return PrintComparison(*options);
  if (!options->macro.empty()) return RunMacro(*options);
  if (!options->lessons.empty()) return DrawLessons(*options);
  if (!options->readme.empty()) return WriteReadme(*options);
  std::string command = "./dev bench";
  for (const std::string& word : words) command += " " + word;
  return Run(*std::move(options), command).Do();
}

}  // namespace
}  // namespace strata::report

int main(int count, char** words) {
  return strata::report::Main({words + 1, words + count});
}
