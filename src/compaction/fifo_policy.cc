// A queue of runs: nothing is ever merged; past a size or an age the oldest run is dropped whole.
// For caches and recent history, where old data may vanish.

#include <algorithm>
#include <utility>

#include "compaction/job_builder.h"
#include "compaction/policy.h"

namespace strata::compaction {
namespace {

class FifoPolicy final : public Policy {
 public:
  explicit FifoPolicy(const Options& options) : options_(options) {}

  std::string_view name() const override { return "fifo"; }

  // Only ever a tail of the reads' order is dropped, in one job: a dropped run with an older one
  // left behind it would bring back what its tombstones hide. The reason is that of the newest run
  // that goes: "older than fifo_age_us" or, if it isn't, "more than fifo_bytes".
  std::vector<CompactionJob> Pick(const PolicyInput& input) const override {
    CompactionJob job;
    std::uint64_t bytes = input.tree.size_bytes();
    for (std::size_t level = input.tree.levels.size(); level-- > 0;) {
      const auto& runs = input.tree.levels[level].runs;
      for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
        const bool too_old = IsTooOld(*run, input.now_us);
        const bool too_much = bytes > options_.fifo_bytes && bytes > run->size_bytes();
        if ((!too_old && !too_much) || AnyBusy(*run, input.busy)) return Jobs(std::move(job));
        for (const TableView& table : run->tables) job.inputs.push_back(table.number);
        job.output = {static_cast<std::uint32_t>(level), run->run};
        job.reason = too_old ? "older than fifo_age_us" : "more than fifo_bytes";
        bytes -= run->size_bytes();
      }
    }
    return Jobs(std::move(job));
  }

  // Dropping writes nothing.
  Debt EstimateDebt(const TreeView& /*tree*/, std::uint64_t /*now*/) const override { return {}; }

 private:
  bool IsTooOld(const RunView& run, std::uint64_t now_us) const {
    return options_.fifo_age_us != 0 && run.write_time_max_us() < now_us &&
           now_us - run.write_time_max_us() > options_.fifo_age_us;
  }

  // No job when nothing is to go.
  static std::vector<CompactionJob> Jobs(CompactionJob job) {
    if (job.inputs.empty()) return {};
    std::reverse(job.inputs.begin(), job.inputs.end());
    job.drop_inputs = true;
    job.score = 1;
    return {std::move(job)};
  }

  const Options options_;
};

}  // namespace

Result<std::unique_ptr<const Policy>> NewFifoPolicy(const Options& options) {
  return std::unique_ptr<const Policy>(std::make_unique<FifoPolicy>(options));
}

}  // namespace strata::compaction
