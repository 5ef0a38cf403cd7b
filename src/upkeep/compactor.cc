#include "upkeep/compactor.h"

#include <algorithm>
#include <utility>

#include "base/mutant.h"
#include "compaction/expiry_rules.h"
#include "compaction/held_versions.h"
#include "compaction/small_files.h"
#include "compaction/split_job.h"

namespace strata {

struct Compactor::Running {
  std::shared_ptr<Tree> tree;
  compaction::CompactionJob job;
  std::shared_ptr<const Version> version;
  std::vector<std::unique_ptr<compaction::CompactionRun>> parts;
  std::vector<compaction::CompactionOutput> outputs;  // One a part.
  std::size_t parts_left = 0;
  // Close waits for its end: else a store of many short runs is never merged.
  bool is_short = false;
  Status status;
};

// --- what is due ---------------------------------------------------------------------------------

void Compactor::Start(bool at_rest) {
  compaction::Debt debt;
  SequenceNumber held_up_to = 0;
  const std::uint64_t now = parts_.context.environment.clock->WallMicros();
  for (const auto& tree : parts_.trees.All()) {
    StartIn(tree, at_rest);
    const auto own = tree->policy->EstimateDebt(compaction::ViewOf(*tree->version), now);
    debt.bytes += own.bytes;
    debt.runs = std::max(debt.runs, own.runs);
    held_up_to = std::max(held_up_to, tree->held_for_max);
  }
  debt_ = debt;
  if (paused_ == 0) parts_.reader.snapshots().SetHeldUpTo(held_up_to);
}

void Compactor::StartIn(const std::shared_ptr<Tree>& tree, bool at_rest) {
  StartExpired(tree);
  while (paused_ == 0 && StartPicked(tree, at_rest)) {
  }
  if (paused_ > 0) return;
  while (running_ < parts_.context.options.compaction_threads) {
    const auto job = PickReleased(*tree, compaction::kReclaimShare, {});
    if (!job || !parts_.health.Remember(StartJob(tree, *job))) return;
  }
}

bool Compactor::StartPicked(const std::shared_ptr<Tree>& tree, bool at_rest) {
  const compaction::TreeView view = compaction::ViewOf(*tree->version);
  const std::uint64_t now = parts_.context.environment.clock->WallMicros();
  const compaction::PolicyInput input{.tree = view, .busy = busy_, .now_us = now};
  auto jobs = tree->policy->Pick(input);
  if (jobs.empty() && at_rest) jobs = tree->policy->PickAtRest(input);
  for (const auto& job : jobs) {
    if (running_ >= parts_.context.options.compaction_threads) return false;
    if (!parts_.health.Remember(StartJob(tree, job))) return false;
    if (job.trivial_move || job.drop_inputs) return true;
  }
  return false;
}

// What has expired, and deletes past their deadline. Both come before what the policy would like.
void Compactor::StartExpired(const std::shared_ptr<Tree>& tree) {
  StoreContext& context = parts_.context;
  while (paused_ == 0 && running_ < context.options.compaction_threads) {
    const std::shared_ptr<const Version> version = tree->version;
    const compaction::ExpiryInput input{
        .version = *version,
        .busy = busy_,
        .now_us = DropTime(tree->replica.get(), *context.environment.clock),
        .deadline_us = tree->table.options.delete_deadline_us,
        .live = parts_.reader.snapshots().Sequences(),
        .purge = tree->purge,
    };
    if (const auto job = compaction::PickExpired(input)) {
      for (const FileNumber number : job->inputs) {
        context.counters.Add(Counter::kTablesExpiredUnread);
        context.counters.Add(Counter::kBytesExpiredUnread,
                             version->FindTable(number)->meta().size_bytes);
      }
      if (!parts_.health.Remember(StartJob(tree, *job))) return;
      continue;
    }
    const auto job = compaction::PickOverdue(input, context.options);
    if (!job && parts_.trees.full().empty() && busy_.empty()) tree->purge = false;
    if (!job || !parts_.health.Remember(StartJob(tree, *job))) return;
  }
}

// The mark is set before the list is read: whoever lets go in between has left the list, or sees
// the mark.
std::optional<compaction::CompactionJob> Compactor::PickReleased(
    Tree& tree, double share_min, const compaction::KeyRange& range) {
  const std::shared_ptr<const Version> current = tree.version;
  const Version& version = *current;
  SequenceNumber newest = 0;
  for (const Run& run : version.runs()) {
    for (const auto& table : run.tables) {
      for (const auto& held : table->meta().held) newest = std::max(newest, held.range.last);
    }
  }
  tree.held_for_max = newest;
  SnapshotList& snapshots = parts_.reader.snapshots();
  if (newest > snapshots.held_up_to()) snapshots.SetHeldUpTo(newest);  // Start takes it back.
  if (newest == 0) return std::nullopt;
  const compaction::Snapshots live = snapshots.Sequences();
  return compaction::PickReclaim(
      {.version = version, .live = live, .busy = busy_, .share_min = share_min, .range = range},
      parts_.context.options);
}

// --- a job ---------------------------------------------------------------------------------------

compaction::RunnerOptions Compactor::MakeRunnerOptions(const Tree& tree) const {
  StoreContext& context = parts_.context;
  const Options& options = context.options;
  compaction::RunnerOptions runner;
  runner.table = parts_.files.WriterOptionsFor(tree, {}).table;
  runner.table.learned_index = options.index == IndexKind::kLearned;
  runner.learned_levels = options.learned_levels;
  runner.verify_outputs = options.verify_outputs;
  runner.counters = &context.counters;
  runner.trace = context.events.get();
  runner.limiter = context.limiter.get();
  runner.named_table = tree.table.id;
  runner.now_us = DropTime(tree.replica.get(), *context.environment.clock);
  runner.blob_threshold = parts_.files.BlobThreshold(tree);
  runner.blob_file_bytes = options.blob_file_bytes;
  runner.blob_overlap_max = options.blob_overlap_max;
  runner.snapshots = parts_.reader.snapshots().Sequences();
  return runner;
}

Status Compactor::StartJob(const std::shared_ptr<Tree>& tree,
                           const compaction::CompactionJob& job) {
  auto running = std::make_shared<Running>();
  running->tree = tree;
  running->job = job;
  running->version = tree->version;
  const Options& options = parts_.context.options;
  running->is_short =
      BytesToWrite(job, *running->version, options.blob_file_bytes / compaction::kSmallFileShare) <=
      options.table_bytes / compaction::kShortJobShare;
  busy_.insert(job.inputs.begin(), job.inputs.end());
  ++running_;
  if (job.trivial_move || job.drop_inputs) {  // Nothing to merge.
    parts_.jobs.Run(Priority::kLow, [this, running] {
      MutexLock lock(parts_.context.mutex);
      Finish(*running);
      return Step::kDone;
    });
    return {};
  }
  if (parts_.context.events) {
    parts_.context.events->Emit("compaction_begin",
                                {{"reason", std::string_view(job.reason)},
                                 {"output_level", std::uint64_t{job.output.level}},
                                 {"tables_in", std::uint64_t{job.inputs.size()}}});
  }
  const auto ranges = compaction::SplitJob(
      job, *running->version,
      static_cast<std::size_t>(std::max(parts_.context.options.subcompactions, 1)));
  for (const auto& range : ranges) {
    running->parts.push_back(std::make_unique<compaction::CompactionRun>(
        job, running->version, parts_.files.store(), MakeRunnerOptions(*tree), range));
  }
  running->outputs.resize(ranges.size());
  running->parts_left = ranges.size();
  for (std::size_t part = 0; part < ranges.size(); ++part) {
    parts_.jobs.Run(Priority::kLow, [this, running, part] { return RunPart(running, part); });
  }
  return {};
}

Step Compactor::RunPart(const std::shared_ptr<Running>& running, std::size_t part) {
  compaction::CompactionRun& run = *running->parts[part];
  Status status;
  if (parts_.health.closing() && !running->is_short) {
    status = Error(ErrorCode::kAborted, "the store is closing");
  }
  if (status) {
    auto stepped = run.Step();
    if (stepped && !*stepped) {
      if (run.pause_us() > 0) parts_.context.environment.clock->SleepMicros(run.pause_us());
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
  MutexLock lock(parts_.context.mutex);
  if (!status && running->status) running->status = status;
  if (--running->parts_left == 0) Finish(*running);
  return Step::kDone;
}

void Compactor::Finish(Running& running) {
  Status status = running.status;
  if (status) {
    status = Conclude(running);
  } else {
    for (auto& part : running.parts) part->Abandon();
  }
  // The inputs' files go now, not when the job's last owner goes: that may be after Close.
  running.outputs.clear();
  running.parts.clear();
  running.version.reset();
  for (const FileNumber number : running.job.inputs) busy_.erase(number);
  --running_;
  failures_.Note(std::move(status));
  done_();
}

Status Compactor::Conclude(Running& running) {
  const auto conclude = [&] {
    const MutexGivenAway given_away(&parts_.context.mutex);
    return compaction::Conclude(running.job, *running.version, parts_.files.store(),
                                MakeRunnerOptions(*running.tree), std::move(running.outputs));
  };
  auto result = conclude();
  if (!STRATA_MUTANT(drop_looked_at_early)) parts_.versions.AwaitEdits();
  STRATA_TRY(result);
  // Only now is it certain: nothing comes in between.
  if (running.tree->dropped) return Error(ErrorCode::kAborted, "the table was dropped");
  return parts_.versions.Install(std::move(result->edit), std::move(result->opened));
}

// Jobs that were under way may have what is wanted among their inputs: what is left is looked for
// when all have ended.
Status Compactor::Rewrite(const std::shared_ptr<Tree>& tree, const compaction::FileNumbers& files) {
  StoreContext& context = parts_.context;
  context.mutex.AssertHeld();
  ++paused_;
  Status status;
  while ((status = parts_.health.CheckWritable()) && !tree->dropped) {
    const auto job = compaction::PickRewrite(*tree->version, files, busy_, context.options);
    if (!job && !compaction::HasAny(*tree->version, files)) break;
    if (job) status = parts_.health.Remember(StartJob(tree, *job));
    context.environment.executor->WaitOn(context.job_ended, context.mutex,
                                         [this] { return running_ == 0; });
    if (failures_.passing()) break;
  }
  if (status && failures_.passing()) status = *failures_.passing();
  --paused_;
  done_();
  return status;
}

// --- by hand -------------------------------------------------------------------------------------

Status Compactor::CompactRange(const std::shared_ptr<Tree>& tree,
                               const compaction::KeyRange& range) {
  StoreContext& context = parts_.context;
  context.mutex.AssertHeld();
  ++paused_;
  Status status;
  while ((status = parts_.health.CheckWritable())) {
    auto pick =
        compaction::PickManual(compaction::ViewOf(*tree->version), range, busy_, context.options);
    if (!pick.job && !pick.blocked) pick.job = PickReleased(*tree, 0, range);
    if (!pick.job && !pick.blocked) break;
    if (pick.job) status = parts_.health.Remember(StartJob(tree, *pick.job));
    context.environment.executor->WaitOn(context.job_ended, context.mutex,
                                         [this] { return running_ == 0; });
    if (failures_.passing()) break;
  }
  if (status && failures_.passing()) status = *failures_.passing();
  --paused_;
  done_();
  return status;
}

}  // namespace strata
