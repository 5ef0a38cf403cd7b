// Carries out what the policy picks, one job after the other, while the writer that filled the
// memtable waits.

#include "db/db_impl.h"

namespace strata {

compaction::RunnerOptions DbImpl::MakeRunnerOptions() {
  compaction::RunnerOptions runner;
  runner.table = MakeTableWriterOptions({}).table;
  runner.verify_outputs = options_.verify_outputs;
  runner.counters = &counters_;
  runner.trace = events_.get();
  return runner;
}

Status DbImpl::StartCompaction(const compaction::CompactionJob& job) {
  STRATA_TRY_ASSIGN(auto result, compaction::RunJob(job, versions_->current(), table_store_,
                                                    MakeRunnerOptions()));
  return InstallEdit(std::move(result.edit), std::move(result.opened));
}

Status DbImpl::CompactUntilIdle() {
  while (true) {
    const compaction::TreeView tree = compaction::ViewOf(*versions_->current());
    const std::uint64_t now = environment_.clock->WallMicros();
    compaction_debt_bytes_ = policy_->EstimateDebt(tree, now);
    const auto jobs = policy_->Pick({.tree = tree, .busy = busy_tables_, .now_us = now});
    if (jobs.empty()) return {};
    STRATA_TRY(Remember(StartCompaction(jobs.front())));
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
    STRATA_TRY(Remember(StartCompaction(*pick.job)));
  }
}

Status DbImpl::WaitForCompactions() {
  MutexLock lock(mutex_);
  STRATA_TRY(CheckWritable());
  return CompactUntilIdle();
}

}  // namespace strata
