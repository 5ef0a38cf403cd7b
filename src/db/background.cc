// Work that writers don't wait for: full memtables are written out and runs are merged on the
// executor's threads. Writers are slowed a little as debt grows, long before they would have to
// stop.

#include <algorithm>
#include <utility>  //@L20

#include "base/mutant.h"
#include "compaction/held_versions.h"  //@L14
#include "db/db_impl.h"
#include "db/write_controller.h"

namespace strata {
namespace {

constexpr std::uint64_t kRetryMicrosMin = 1'000'000;
constexpr std::uint64_t kRetryMicrosMax = 60'000'000;

bool MayPass(ErrorCode code) {
  return code == ErrorCode::kNoSpace || code == ErrorCode::kNoDescriptors;
}

}  // namespace

// The job counts as running from now on until it says kDone; Close waits for it.
void DbImpl::ScheduleJob(Priority priority, std::function<Step()> step) {
  ++running_jobs_;
  environment_.executor->Schedule(priority, [this, step = std::move(step)] {
    const Step result = step();
    if (result == Step::kDone) {
      MutexLock lock(mutex_);
      --running_jobs_;
      environment_.executor->NotifyAll();
    }
    return result;
  });
}

void DbImpl::MaybeScheduleWork() {
  if (closed_ || closing_ || !read_only_) return;
  if (!immutables_.empty() && !flush_scheduled_) {
    flush_scheduled_ = true;
    ScheduleJob(Priority::kHigh, [this] { return FlushStep(); });
  }
  if (passing_failure_) return;
  ScheduleCollection();  //@L19
  compaction::Debt debt;
  for (const auto& tree : Trees()) {
    PickCompactions(tree);
    const compaction::Debt own = tree->policy->EstimateDebt(compaction::ViewOf(*VersionOf(*tree)),
                                                            environment_.clock->WallMicros());
    debt.bytes += own.bytes;
    debt.runs = std::max(debt.runs, own.runs);
  }
  compaction_debt_ = debt;
  ScheduleExpiryTimer();  //@L17
  ScheduleRestTimer();    //@L20
}

void DbImpl::PickCompactions(const std::shared_ptr<Tree>& tree) {
  PickExpired(tree);  //@L17
  while (compactions_paused_ == 0 && StartPicked(tree)) {
  }
  if (compactions_paused_ > 0) return;
  //@L14{
  while (running_compactions_ < options_.compaction_threads) {
    const auto job = PickReleased(*tree, compaction::kReclaimShare, {});
    if (!job || !Remember(StartCompaction(tree, *job))) return;
  }
  //@}
}

bool DbImpl::StartPicked(const std::shared_ptr<Tree>& tree) {
  const compaction::TreeView view = compaction::ViewOf(*VersionOf(*tree));
  const std::uint64_t now = environment_.clock->WallMicros();
  const compaction::PolicyInput input{.tree = view, .busy = busy_tables_, .now_us = now};
  auto jobs = tree->policy->Pick(input);
  if (jobs.empty() && IsAtRest()) jobs = tree->policy->PickAtRest(input);  //@L20
  for (const auto& job : jobs) {
    if (running_compactions_ >= options_.compaction_threads) return false;
    if (!Remember(StartCompaction(tree, job))) return false;
    if (job.trivial_move || job.drop_inputs) return true;
  }
  return false;
}

// Nothing came of the job, and nothing was lost: on a disk that is full, a delete or another
// program may make room.
void DbImpl::NoteFailure(Status status) {
  if (status) {
    retry_delay_us_ = 0;
  } else if (MayPass(status.error().code()) && read_only_) {
    RetryLater(status.error());
  } else if (status.error().code() != ErrorCode::kAborted) {  // Closing, or a table was dropped.
    Remember(std::move(status)).has_value();
  }
}

void DbImpl::RetryLater(const Error& error) {
  if (passing_failure_) return;
  passing_failure_ = error;
  retry_delay_us_ = std::clamp(2 * retry_delay_us_, kRetryMicrosMin, kRetryMicrosMax);
  if (events_) events_->Emit("background_failure", {{"cause", std::string_view(error.message())}});
  environment_.executor->ScheduleAfter(retry_delay_us_, [gate = gate_] {
    DbImpl* db = EnterGate(*gate);
    if (db == nullptr) return Step::kDone;
    {
      MutexLock lock(db->mutex_);
      db->passing_failure_.reset();
      db->MaybeScheduleWork();
    }
    db->LeaveGate();
    return Step::kDone;
  });
}

Step DbImpl::FlushStep() {
  MutexLock lock(mutex_);
  Remember(FlushOldest()).has_value();
  flush_scheduled_ = false;
  MaybeScheduleWork();
  environment_.executor->NotifyAll();
  return Step::kDone;
}

Status DbImpl::FlushOldest() {
  if (immutables_.empty() || !read_only_) return {};
  const Immutable oldest = immutables_.front();
  VersionEdit edit;
  std::vector<std::shared_ptr<const Table>> opened;
  mutex_.Unlock();
  Status written;
  for (const auto& [tree, memtable] : oldest.memtables) {
    if (!written || memtable->empty()) continue;
    if (events_) events_->Emit("flush_begin", {{"entries", memtable->entries()}});
    //@L12..19{
    //| written = WriteMemTable(*tree, *memtable, oldest.since_us, &edit, &opened);
    //@}
    //@L20{
    written =
        WriteMemTable(*tree, *memtable, oldest.since_us, &edit, &opened, PublishedVersionOf(*tree));
    //@}
    if (written) written = AdoptDirect(*tree, *oldest.direct, &edit, opened);  //@L19
  }
  if (written) written = environment_.files->SyncDirectory(directory_);
  mutex_.Lock();
  STRATA_TRY(written);
  AwaitEdits();
  LeaveDroppedOut(oldest, &edit, &opened);  //@L17
  edit.oldest_log = oldest.oldest_log_after;
  const std::uint64_t bytes = opened.empty() ? 0 : opened.front()->meta().size_bytes;
  //@L19{
  const std::vector<BlobMeta> adopted = edit.blobs;
  if (STRATA_MUTANT(direct_removed_before_edit)) oldest.direct->RemoveUnused(adopted);
  //@}
  STRATA_TRY(InstallEdit(std::move(edit), std::move(opened)));
  immutables_.pop_front();
  PublishReadState();
  std::deque<LogFile> gone;  // Closed, like the files removed, without the mutex.
  while (!retired_logs_.empty() && retired_logs_.front().number < oldest.oldest_log_after) {
    gone.push_back(std::move(retired_logs_.front()));
    retired_logs_.pop_front();
  }
  mutex_.Unlock();
  gone.clear();
  oldest.direct->RemoveUnused(adopted);  //@L19
  RemoveLogsBefore(oldest.oldest_log_after);
  mutex_.Lock();
  if (events_) events_->Emit("flush_end", {{"bytes", bytes}});
  return {};
}

Status DbImpl::Flush() {
  STRATA_TRY(owner_.Check(directory_));
  Writer self{.switch_memtable = true};
  MutexLock lock(mutex_);
  STRATA_TRY(Enqueue(&self));
  const FileNumber log = log_.number;
  environment_.executor->WaitUntil(mutex_, [&]() STRATA_REQUIRES(mutex_) {
    return versions_->oldest_log() >= log || immutables_.empty() || !read_only_;
  });
  return read_only_ ? Status() : CheckWritable();
}

Status DbImpl::SwitchMemTable() {
  if (MemTablesEmpty()) return {};
  const FileNumber number = versions_->NewFileNumber();
  retired_logs_.push_back(std::move(log_));
  STRATA_TRY(Remember(StartLog(number)));
  VersionEdit begun;
  begun.begun_logs.push_back({number, environment_.clock->WallMicros()});
  STRATA_TRY(NoteLogs(std::move(begun)));
  // What was promised to be on the disk is there before the new log takes a write: no holes. What
  // wasn't promised need never be: soon it is in a table.
  if (options_.sync == SyncMode::kAlways) STRATA_TRY(SealRetiredLogs());
  //@L12..18{
  //| Immutable& full = immutables_.emplace_back(Immutable{{}, number, memtable_since_us_});
  //@}
  //@L19{
  Immutable& full =
      immutables_.emplace_back(Immutable{{}, number, memtable_since_us_, StartDirectValues()});
  //@}
  for (const auto& tree : Trees()) {
    full.memtables.emplace_back(tree, tree->memtable);
    tree->memtable = NewMemTable();
  }
  PublishReadState();
  AdjustCache();
  MaybeScheduleWork();
  return {};
}

Status DbImpl::SealRetiredLogs() {
  VersionEdit edit;
  while (!retired_logs_.empty()) {
    LogFile log = std::move(retired_logs_.front());
    retired_logs_.pop_front();
    mutex_.Unlock();
    Status ended;
    if (!STRATA_MUTANT(log_before_values)) ended = log.direct->Sync();  //@L19
    //@L12..18{
    //| if (!STRATA_MUTANT(old_wal_not_synced_on_rotate)) ended = log.writer->End();
    //@}
    if (ended && !STRATA_MUTANT(old_wal_not_synced_on_rotate)) ended = log.writer->End();  //@L19
    if (ended) ended = log.file->Close();
    mutex_.Lock();
    STRATA_TRY(Remember(std::move(ended)));
    if (log.number < versions_->oldest_log()) continue;  // Its entries are in tables by now.
    edit.sealed_logs.push_back({log.number, log.writer->size()});
  }
  return NoteLogs(std::move(edit));  // The log's end record says it, too.
}

Status DbImpl::MakeRoom() {
  const std::uint64_t stall = StallMicros();
  stall_owed_us_ = stall == 0 ? 0 : stall_owed_us_ + static_cast<std::int64_t>(stall);
  if (stall_owed_us_ >= kSleepMicrosMin) {
    const std::uint64_t start = environment_.clock->NowMicros();
    const auto owed = static_cast<std::uint64_t>(stall_owed_us_);
    mutex_.Unlock();
    environment_.clock->SleepMicros(owed);
    mutex_.Lock();
    const std::uint64_t slept = environment_.clock->NowMicros() - start;
    counters_.Add(Counter::kStallMicros, slept);
    stall_owed_us_ -= static_cast<std::int64_t>(slept);  // Below 0 when the timer was late.
  }
  //@L12..19{
  //| if (MemTableBytes() < options_.memtable_bytes) return CheckWritable();
  //@}
  //@L20{
  const bool switch_wanted = std::exchange(switch_wanted_, false);
  if (MemTableBytes() < options_.memtable_bytes && !switch_wanted) return CheckWritable();
  //@}
  const std::size_t waiting_max = static_cast<std::size_t>(std::max(options_.memtables_max - 1, 1));
  if (immutables_.size() >= waiting_max) {
    const std::uint64_t start = environment_.clock->NowMicros();
    environment_.executor->WaitUntil(mutex_, [&]() STRATA_REQUIRES(mutex_) {
      return immutables_.size() < waiting_max || !read_only_;
    });
    counters_.Add(Counter::kStallMicros, environment_.clock->NowMicros() - start);
  }
  WaitForBlobSpace();  //@L19
  STRATA_TRY(CheckWritable());
  return SwitchMemTable();
}

std::uint64_t DbImpl::StallMicros() {
  return StallFor(
      {.debt_bytes = compaction_debt_.bytes,
       .debt_runs = compaction_debt_.runs,
       .memtable_bytes = MemTableBytes(),
       .memtable_bytes_max = options_.memtable_bytes,
       .immutables = immutables_.size(),
       .immutables_max = static_cast<std::size_t>(std::max(options_.memtables_max - 1, 1)),
       //| .stall_max_us = options_.stall_max_ms * 1000ULL});  //@L12..18
       //@L19{
       .stall_max_us = options_.stall_max_ms * 1000ULL,
       .blob_bytes_over = compaction::BytesOverBound(blob_space_, options_.blob_space_bound),
       .blob_file_bytes = options_.blob_file_bytes});
  //@}
}

// The memory budget: memtables and what open tables keep in memory come first, the cache gets the
// rest.
void DbImpl::AdjustCache() {
  if (options_.memory_budget_bytes == 0) return;
  std::uint64_t used = options_.memtable_bytes * static_cast<std::uint64_t>(options_.memtables_max);
  for (const auto& tree : Trees()) {
    for (const Run& run : VersionOf(*tree)->runs()) {
      for (const auto& table : run.tables) used += table->reader().memory_bytes();
    }
  }
  const std::uint64_t budget = options_.memory_budget_bytes;
  cache_->SetCapacity(budget > used ? budget - used : 0);
}

// Nothing when the store has gone; otherwise it stays until LeaveGate.
DbImpl* DbImpl::EnterGate(Gate& gate) {
  MutexLock gate_lock(gate.mutex);
  if (gate.db == nullptr) return nullptr;
  MutexLock lock(gate.db->mutex_);
  ++gate.db->running_jobs_;
  return gate.db;
}

void DbImpl::LeaveGate() {
  MutexLock lock(mutex_);
  --running_jobs_;
  environment_.executor->NotifyAll();
}

}  // namespace strata
