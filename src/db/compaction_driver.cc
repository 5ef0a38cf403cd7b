// Carries out what the policy picks, in the background: each job is cut into key ranges that run
// side by side in small steps; when the last one is through, one edit replaces the inputs.

#include "compaction/split_job.h"
#include "db/db_impl.h"

namespace strata {

struct DbImpl::RunningCompaction {
  std::shared_ptr<Tree> tree;
  compaction::CompactionJob job;
  std::shared_ptr<const Version> version;
  std::vector<std::unique_ptr<compaction::CompactionRun>> parts;
  std::vector<compaction::CompactionOutput> outputs;  // One a part.
  std::size_t parts_left = 0;
  Status status;
};

compaction::RunnerOptions DbImpl::MakeRunnerOptions(const Tree& tree) {
  compaction::RunnerOptions runner;
  runner.table = MakeTableWriterOptions(tree, {}).table;
  runner.table.learned_index = options_.index == IndexKind::kLearned;  //@L20
  runner.learned_levels = options_.learned_levels;                     //@L20
  runner.verify_outputs = options_.verify_outputs;
  runner.counters = &counters_;
  runner.trace = events_.get();
  runner.limiter = limiter_.get();
  runner.named_table = tree.table.id;                   //@L17
  runner.now_us = environment_.clock->WallMicros();     //@L17
  runner.blob_threshold = BlobThreshold(tree);          //@L19
  runner.blob_file_bytes = options_.blob_file_bytes;    //@L19
  runner.blob_overlap_max = options_.blob_overlap_max;  //@L19
  runner.snapshots = snapshots_->Sequences();           //@L14
  return runner;
}

Status DbImpl::StartCompaction(const std::shared_ptr<Tree>& tree,
                               const compaction::CompactionJob& job) {
  auto running = std::make_shared<RunningCompaction>();
  running->tree = tree;
  running->job = job;
  running->version = VersionOf(*tree);
  busy_tables_.insert(job.inputs.begin(), job.inputs.end());
  ++running_compactions_;
  if (job.trivial_move || job.drop_inputs) {  // Nothing to merge.
    ScheduleJob(Priority::kLow, [this, running] {
      MutexLock lock(mutex_);
      FinishCompaction(*running);
      return Step::kDone;
    });
    return {};
  }
  const auto ranges = compaction::SplitJob(
      job, *running->version, static_cast<std::size_t>(std::max(options_.subcompactions, 1)));
  for (const auto& range : ranges) {
    running->parts.push_back(std::make_unique<compaction::CompactionRun>(
        job, running->version, table_store_, MakeRunnerOptions(*tree), range));
  }
  running->outputs.resize(ranges.size());
  running->parts_left = ranges.size();
  for (std::size_t part = 0; part < ranges.size(); ++part) {
    ScheduleJob(Priority::kLow, [this, running, part] { return CompactionStep(running, part); });
  }
  return {};
}

Step DbImpl::CompactionStep(const std::shared_ptr<RunningCompaction>& running, std::size_t part) {
  compaction::CompactionRun& run = *running->parts[part];
  Status status = closing_ ? Status(Error(ErrorCode::kAborted, "the store is closing")) : Status();
  if (status) {
    auto stepped = run.Step();
    if (stepped && !*stepped) {
      if (run.pause_us() > 0) environment_.clock->SleepMicros(run.pause_us());
      return Step::kMore;
    }
    if (!stepped) status = std::move(stepped).error();
  }
  if (status) {
    auto output = run.Finish();
    if (output) {
      running->outputs[part] = *std::move(output);
    } else {
      status = std::move(output).error();
    }
  }
  MutexLock lock(mutex_);
  if (!status && running->status) running->status = status;
  if (--running->parts_left == 0) FinishCompaction(*running);
  return Step::kDone;
}

void DbImpl::FinishCompaction(RunningCompaction& running) {
  Status status = running.status;
  if (status) {
    mutex_.Unlock();
    auto result =
        compaction::Conclude(running.job, *running.version, table_store_,
                             MakeRunnerOptions(*running.tree), std::move(running.outputs));
    mutex_.Lock();
    AwaitEdits();
    if (!result) {
      status = std::move(result).error();
      //@L17{
    } else if (running.tree->dropped) {  // Only now is it certain: nothing comes in between.
      status = Error(ErrorCode::kAborted, "the table was dropped");
      //@}
    } else {
      status = InstallEdit(std::move(result->edit), std::move(result->opened));
    }
  } else {
    for (auto& part : running.parts) part->Abandon();
  }
  // The inputs' files go now, not when the job's last owner goes: that may be after Close.
  running.parts.clear();
  running.version.reset();
  for (const FileNumber number : running.job.inputs) busy_tables_.erase(number);
  --running_compactions_;
  NoteFailure(std::move(status));
  AdjustCache();
  MaybeScheduleWork();
  environment_.executor->NotifyAll();
}

//@L12..16{
//| Status DbImpl::CompactRange(std::optional<std::string> from, std::optional<std::string> to) {
//@}
//@L17{
Status DbImpl::CompactRange(std::optional<std::string> from, std::optional<std::string> to) {
  return CompactTable(kDefaultTable, std::move(from), std::move(to));
}

Status DbImpl::CompactTable(TableRef table, std::optional<std::string> from,
                            std::optional<std::string> to) {
  //@}
  if (from && to && *from > *to) {
    return InvalidArgument("the range to compact ends before it begins");
  }
  STRATA_TRY(Flush());
  const compaction::KeyRange range{std::move(from), std::move(to)};
  MutexLock lock(mutex_);
  //| const std::shared_ptr<Tree> tree = tree_;  //@L12..16
  //@L17{
  const std::shared_ptr<Tree> tree = TreeOf(table);
  if (tree == nullptr) {
    return Error(ErrorCode::kNotFound, "table " + std::to_string(table.id) + " isn't there");
  }
  //@}
  ++compactions_paused_;
  Status status;
  while ((status = CheckWritable())) {
    auto pick = compaction::PickManual(compaction::ViewOf(*VersionOf(*tree)), range, busy_tables_,
                                       options_);
    if (!pick.job && !pick.blocked) pick.job = PickReleased(*tree, 0, range);  //@L14
    if (!pick.job && !pick.blocked) break;
    if (pick.job) status = Remember(StartCompaction(tree, *pick.job));
    environment_.executor->WaitUntil(
        mutex_, [&]() STRATA_REQUIRES(mutex_) { return running_compactions_ == 0; });
    if (passing_failure_) break;
  }
  if (status && passing_failure_) status = *passing_failure_;
  --compactions_paused_;
  MaybeScheduleWork();
  return status;
}

Status DbImpl::WaitForCompactions() {
  STRATA_TRY(owner_.Check(directory_));
  MutexLock lock(mutex_);
  rest_sequence_ = last_sequence_;  //@L20
  MaybeScheduleWork();
  environment_.executor->WaitUntil(mutex_, [&]() STRATA_REQUIRES(mutex_) {
    if (collecting_ && read_only_) return false;  //@L19
    return (immutables_.empty() && running_compactions_ == 0) || !read_only_;
  });
  if (passing_failure_) return *passing_failure_;
  return CheckWritable();
}

}  // namespace strata
