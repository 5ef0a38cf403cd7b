// Carries out what the policy picks, one job after the other, while the writer that filled the
// memtable waits.

#include "db/db_impl.h"

namespace strata {

compaction::RunnerOptions DbImpl::MakeRunnerOptions(const Tree& tree) {
  compaction::RunnerOptions runner;
  runner.table = MakeTableWriterOptions(tree, {}).table;
  runner.verify_outputs = options_.verify_outputs;
  runner.counters = &counters_;
  runner.trace = events_.get();
  return runner;
}

Status DbImpl::StartCompaction(const std::shared_ptr<Tree>& tree,
                               const compaction::CompactionJob& job) {
  STRATA_TRY_ASSIGN(auto result, compaction::RunJob(job, VersionOf(*tree), table_store_,
                                                    MakeRunnerOptions(*tree)));
  return InstallEdit(std::move(result.edit), std::move(result.opened));
}

Status DbImpl::CompactUntilIdle() {
  while (true) {
    const compaction::TreeView tree = compaction::ViewOf(*versions_->current());
    const std::uint64_t now = environment_.clock->WallMicros();
    compaction_debt_ = tree_->policy->EstimateDebt(tree, now);
    const auto jobs = tree_->policy->Pick({.tree = tree, .busy = busy_tables_, .now_us = now});
    if (jobs.empty()) return {};
    STRATA_TRY(Remember(StartCompaction(tree_, jobs.front())));
  }
}

Status DbImpl::CompactRange(std::optional<std::string> from, std::optional<std::string> to) {
  if (from && to && *from > *to) {
    return InvalidArgument("the range to compact ends before it begins");
  }
  STRATA_TRY(Flush());
  const compaction::KeyRange range{std::move(from), std::move(to)};
  MutexLock lock(mutex_);
  while (true) {
    const auto pick = compaction::PickManual(compaction::ViewOf(*versions_->current()), range,
                                             busy_tables_, options_);
    if (!pick.job) return {};
    STRATA_TRY(Remember(StartCompaction(tree_, *pick.job)));
  }
}

Status DbImpl::WaitForCompactions() {
  MutexLock lock(mutex_);
  STRATA_TRY(CheckWritable());
  return CompactUntilIdle();
}

}  // namespace strata
