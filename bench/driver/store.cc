#include "driver/store.h"

#include <algorithm>
#include <set>

#include "driver/files.h"
#include "report/json_files.h"

namespace strata::report {
namespace {

namespace fs = std::filesystem;

// Every folder below `root` that holds a benchmark.json, in order.
std::vector<fs::path> Folders(const fs::path& root) {
  std::vector<fs::path> found;
  std::error_code error;
  for (auto at = fs::recursive_directory_iterator(root, error);
       !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (at->path().filename() == "benchmark.json") found.push_back(at->path().parent_path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

Status ReportFolder::Save(const Finding& finding, const std::string& baseline, double level) const {
  const Measured& measured = finding.measured;
  const fs::path folder = fs::path(path_) / measured.id.directory() / baseline;
  STRATA_TRY(WriteFile(folder / "benchmark.json", BenchmarkJson(measured)));
  STRATA_TRY(WriteFile(folder / "sample.json", SampleJson(measured)));
  STRATA_TRY(WriteFile(folder / "launches.json", LaunchesJson(measured)));
  STRATA_TRY(WriteFile(folder / "estimates.json", EstimatesJson(finding.estimates(), level)));
  return WriteFile(folder / "tukey.json", TukeyJson(finding.fences));
}

Status ReportFolder::SaveChange(const Finding& finding, double level) const {
  const fs::path folder = fs::path(path_) / finding.measured.id.directory() / "change";
  if (!finding.baseline) {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    return {};
  }
  return WriteFile(folder / "estimates.json", ChangeJson(finding.baseline->change, level));
}

Result<std::vector<Measured>> ReportFolder::Load(const std::string& baseline) const {
  std::vector<Measured> all;
  for (const fs::path& folder : Folders(path_)) {
    if (folder.filename() != baseline) continue;
    STRATA_TRY_ASSIGN(const std::string about, ReadFile(folder / "benchmark.json"));
    auto samples = ReadFile(folder / "launches.json");
    if (!samples) samples = ReadFile(folder / "sample.json");
    if (!samples) return std::move(samples).error();
    auto measured = MeasuredOf(about, *samples);
    if (!measured) return std::move(measured).error().WithContext("reading " + folder.string());
    all.push_back(*std::move(measured));
  }
  return all;
}

std::vector<std::string> ReportFolder::Baselines() const {
  std::set<std::string> names;
  for (const fs::path& folder : Folders(path_)) names.insert(folder.filename().string());
  names.erase("new");
  return {names.begin(), names.end()};
}

}  // namespace strata::report
