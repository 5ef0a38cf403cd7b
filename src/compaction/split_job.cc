#include "compaction/split_job.h"

#include <algorithm>
#include <string>

namespace strata::compaction {
namespace {

// Keys that cut each input into parts of about equal size, all together, ascending.
std::vector<std::string> Candidates(const CompactionJob& job, const Version& version,
                                    std::size_t parts) {
  std::vector<std::string> keys;
  for (const FileNumber number : job.inputs) {
    const auto table = version.FindTable(number);
    STRATA_CHECK(table != nullptr);
    for (std::string& key : table->reader().SplitKeys(parts * 4)) keys.push_back(std::move(key));
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

}  // namespace

std::vector<KeyRange> SplitJob(const CompactionJob& job, const Version& version,
                               std::size_t parts) {
  std::vector<KeyRange> ranges(1);
  const std::vector<std::string> keys = Candidates(job, version, parts);
  for (std::size_t i = 1; i < parts && !keys.empty(); ++i) {
    const std::string& cut = keys[keys.size() * i / parts];
    if (ranges.back().lower && *ranges.back().lower >= cut) continue;
    ranges.back().upper = cut;
    ranges.push_back({.lower = cut, .upper = {}});
  }
  return ranges;
}

}  // namespace strata::compaction
