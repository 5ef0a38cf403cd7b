#include "compaction/around_damage.h"

#include <algorithm>

#include "compaction/job_builder.h"

namespace strata::compaction {

std::optional<CompactionJob> PickAround(const TreeView& tree, const TableSet& busy,
                                        CompactionStyle style, const Options& options) {
  const bool merges = style == CompactionStyle::kLeveled || style == CompactionStyle::kTiered ||
                      style == CompactionStyle::kUnified;
  if (!merges) return std::nullopt;
  const auto& runs = tree.level(0).runs;
  JobBuilder job(tree, {0, 0});
  int count = 0;
  for (const RunView& run : runs) {
    if (AnyBusy(run, busy) || (count > 1 && run.size_bytes() > job.size_bytes())) break;
    job.Add(run);
    ++count;
  }
  if (count < std::max(options.level0_runs, 2)) return std::nullopt;
  job.OutputToNewestRun();
  return job.Build(options, "level 0 has " + std::to_string(runs.size()) + " runs over damage");
}

}  // namespace strata::compaction
