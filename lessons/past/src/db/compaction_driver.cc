// Carries out what the policy picks, one job after the other, while the writer that filled the
// memtable waits.

#include "db/db_impl.h"

namespace strata {

compaction::RunnerOptions DbImpl::MakeRunnerOptions(const Tree& tree) {
  compaction::RunnerOptions runner;
  runner.table = files_.WriterOptionsFor(tree, {}).table;
  runner.verify_outputs = context_.options.verify_outputs;
  runner.counters = &context_.counters;
  runner.trace = context_.events.get();
  return runner;
}

Status DbImpl::RunCompaction(const compaction::CompactionJob& job) {
  const Tree& tree = *trees_.default_tree();
  STRATA_TRY_ASSIGN(auto result,
                    compaction::RunJob(job, tree.version, files_.store(), MakeRunnerOptions(tree)));
  return versions_.Install(std::move(result.edit), std::move(result.opened));
}

Status DbImpl::CompactUntilIdle() {
  while (true) {
    const compaction::TreeView tree = compaction::ViewOf(*trees_.default_tree()->version);
    const std::uint64_t now = context_.environment.clock->WallMicros();
    compaction_debt_ = trees_.default_tree()->policy->EstimateDebt(tree, now);
    const auto jobs =
        trees_.default_tree()->policy->Pick({.tree = tree, .busy = busy_tables_, .now_us = now});
    if (jobs.empty()) return {};
    STRATA_TRY(health_.Remember(RunCompaction(jobs.front())));
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
    const auto pick = compaction::PickManual(compaction::ViewOf(*trees_.default_tree()->version),
                                             range, busy_tables_, context_.options);
    if (!pick.job) return {};
    STRATA_TRY(health_.Remember(RunCompaction(*pick.job)));
  }
}

Status DbImpl::WaitForCompactions() {
  MutexLock lock(mutex_);
  STRATA_TRY(health_.CheckWritable());
  return CompactUntilIdle();
}

}  // namespace strata
