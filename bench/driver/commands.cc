#include "driver/commands.h"

#include <cstdio>
#include <filesystem>
#include <regex>
#include <set>

#include "driver/files.h"
#include "report/formats.h"
#include "report/pages.h"

namespace strata::report {
namespace {

namespace fs = std::filesystem;

// Pages that other commands have left below the report's folder.
std::vector<ExtraPage> ExtraPages(const fs::path& output) {
  std::vector<ExtraPage> pages;
  std::error_code error;
  if (fs::exists(output / "lessons/report/index.html")) {
    pages.push_back({"Lesson by lesson", "../lessons/report/index.html",
                     "each lesson's counter and time at its tag"});
  }
  if (fs::exists(output / "peers/report/index.html")) {
    pages.push_back(
        {"Beside the peers", "../peers/report/index.html", "ratios to RocksDB, LevelDB and LMDB"});
  }
  std::set<std::string> runs;
  for (const auto& entry : fs::directory_iterator(output / "macro", error)) {
    if (fs::exists(entry.path() / "report/index.html"))
      runs.insert(entry.path().filename().string());
  }
  for (const std::string& run : runs) {
    pages.push_back({"Over time: " + run, "../macro/" + run + "/report/index.html",
                     "throughput, latency, compactions and memory, window by window"});
  }
  return pages;
}

}  // namespace

Status CheckFilters(const Options& options) {
  if (options.exact) return {};
  for (const std::string& filter : options.filters) {
    try {
      const std::regex check(filter);
    } catch (const std::regex_error& error) {
      return InvalidArgument("'" + filter + "' is no regular expression: " + error.what());
    }
  }
  return {};
}

bool Matches(const Options& options, const std::string& id) {
  if (options.filters.empty()) return true;
  for (const std::string& filter : options.filters) {
    if (options.exact ? filter == id : std::regex_search(id, std::regex(filter))) return true;
  }
  return false;
}

Status WritePages(const Suite& suite, const std::string& output) {
  const fs::path root = output;
  std::set<std::string> groups;
  for (const Finding& finding : suite.findings) {
    groups.insert(finding.measured.id.group);
    STRATA_TRY(WriteFile(root / finding.measured.id.directory() / "report/index.html",
                         BenchmarkPage(suite, finding)));
  }
  for (const std::string& group : groups) {
    STRATA_TRY(
        WriteFile(root / SafeFileName(group) / "report/index.html", GroupPage(suite, group)));
  }
  STRATA_TRY(WriteFile(root / "report/report.json", FormatJson(suite)));
  STRATA_TRY(WriteFile(root / "report/report.md", FormatMarkdown(suite)));
  return WriteFile(root / "report/index.html", IndexPage(suite, ExtraPages(root)));
}

}  // namespace strata::report
