// How batches get in when many callers write at once. They queue up; the one at the front leads:
// it takes the batches behind it along as a group, writes one log record for all, syncs once if
// anybody asked to, and has the entries put into the memtable. Nobody waits for another thread
// unless a sync is worth it.

#include <algorithm>

#include "base/mutant.h"
#include "db/conditions.h"  //@L15
#include "db/db_impl.h"

namespace strata {
namespace {

// A group stops growing here, so that a small write isn't held up by a huge one.
constexpr std::size_t kGroupBytesMax = 1 << 20;
constexpr std::size_t kSmallBatchBytes = 128 << 10;
// Below this the leader inserts for all: waking a thread costs more (about 50 us).
constexpr std::size_t kParallelInsertBytes = 256 << 10;
constexpr std::uint64_t kGatherNanosMax = 50'000;  //@L20
constexpr std::uint64_t kAwakeNanosMax = 20'000;   //@L20

}  // namespace

Status DbImpl::Write(const WriteBatch& batch, const WriteOptions& options) {
  STRATA_TRY(owner_.Check(directory_));
  STRATA_TRY(CheckBatch(batch));
  //@L12..14{
  //| if (batch.count() == 0) return {};
  //| Writer self{.batch = &batch, .sync = WantsSync(options)};
  //| MutexLock lock(mutex_);
  //| return Enqueue(&self);
  //@}
  //@L15{
  if (batch.count() == 0 && batch.conditions().empty()) return {};
  STRATA_TRY_ASSIGN(const auto resolved, ResolveExpiries(batch, options));  //@L17
  Writer self{.batch = &batch, .sync = WantsSync(options)};
  //@L17{
  if (resolved) {
    STRATA_TRY(CheckBatch(*resolved));  // Expiries have made it larger.
    self.batch = &*resolved;
  }
  //@}
  //| MutexLock lock(mutex_);  //@L15..19
  MutexLock lock(mutex_, !self.sync);  //@L20
  STRATA_TRY(Enqueue(&self));
  return self.failed ? ConditionError(batch, *self.failed) : Status();
  //@}
}

Status DbImpl::Sync() {
  STRATA_TRY(owner_.Check(directory_));
  Writer self{.sync = true};
  MutexLock lock(mutex_);
  return Enqueue(&self);
}

Status DbImpl::Enqueue(Writer* self) {
  writers_.push_back(self);
  while (true) {
    if (writers_.front() != self) {
      AwaitCall(*self);  //@L20
      environment_.executor->WaitUntil(mutex_, [&]() STRATA_REQUIRES(mutex_) {
        return self->done || self->insert || writers_.front() == self;
      });
    }
    if (self->done) return self->status;
    if (!self->insert) return Lead(self);
    // The leader has logged this batch and asks for its own part of the work.
    self->insert = false;
    mutex_.Unlock();
    Status inserted = InsertBatchOf(*self, /*concurrently=*/true);
    mutex_.Lock();
    self->status = std::move(inserted);
    self->inserted = true;
    environment_.executor->NotifyAll();
    environment_.executor->WaitUntil(mutex_, [&]() STRATA_REQUIRES(mutex_) { return self->done; });
    return self->status;
  }
}

//@L20{
// Without a sync the writers before this one are through in a microsecond or two: it stays awake
// for so long.
void DbImpl::AwaitCall(const Writer& self) {
  if (self.sync || writers_.front()->sync) return;
  mutex_.Unlock();
  const std::uint64_t until = environment_.clock->NowNanos() + kAwakeNanosMax;
  while (!self.called.load(std::memory_order_acquire) && environment_.executor->Yield() &&
         environment_.clock->NowNanos() < until) {
  }
  mutex_.LockSoon();
}

//@}
// The front of the queue works; everybody else in the queue waits.
Status DbImpl::Lead(Writer* self) {
  Status status = CheckWritable();
  std::vector<Writer*>& group = group_;
  group.assign(1, self);
  if (status && self->batch != nullptr) {
    status = MakeRoom();
    GatherWriters();  //@L20
    BuildGroup(&group);
    //@L12..14{
    //| if (status) status = CommitGroup(group);
    //@}
    //@L15{
    if (status) status = EnableExpiry(group);  //@L17
    //| if (status && !HasConditions(group)) {  //@L15..16
    if (status && !HasConditions(group) && !HasTables(group)) {  //@L17
      status = CommitGroup(group);
    } else if (status) {
      //| const std::vector<Writer*> writing = CheckConditions(group);  //@L15..16
      const std::vector<Writer*> writing = CheckConditions(CheckTables(group));  //@L17
      if (!writing.empty()) status = CommitGroup(writing);
    }
    //@}
  } else if (status && self->switch_memtable) {
    status = SwitchMemTable();
    //@L17{
  } else if (status && self->task != nullptr) {
    status = (*self->task)();
    //@}
  } else if (status) {
    status = SyncLog();
  }
  FinishGroup(group, status);
  return self->status;  // Not the group's, when this batch alone had an error.
}

//@L20{
// Those whom the last sync served are likely to be back soon. A wait much shorter than a sync lets
// the next one serve them as well, instead of one half of the writers after the other.
void DbImpl::GatherWriters() {
  if (!writers_.front()->sync || writers_.size() >= expected_writers_) return;
  const std::uint64_t until =
      environment_.clock->NowNanos() + std::min(kGatherNanosMax, last_sync_nanos_ / 2);
  while (writers_.size() < expected_writers_ && environment_.clock->NowNanos() < until) {
    mutex_.Unlock();
    const bool others_ran = environment_.executor->Yield();
    mutex_.Lock();
    if (!others_ran) return;
  }
}
//@}

// `group` holds the leader.
void DbImpl::BuildGroup(std::vector<Writer*>* group) const {
  //@solve 12.1 "take the others along" inert() uses(kGroupBytesMax, kSmallBatchBytes)
  const Writer& leader = *writers_.front();
  std::size_t bytes = leader.batch->size_bytes();
  const std::size_t bytes_max =
      bytes <= kSmallBatchBytes ? bytes + kSmallBatchBytes : std::max(bytes, kGroupBytesMax);
  //@L15{
  GroupKeys keys;
  if (writers_.size() > 1) keys.Add(*leader.batch);
  //@}
  for (auto it = std::next(writers_.begin()); it != writers_.end(); ++it) {
    Writer* const writer = *it;
    if (writer->batch == nullptr) break;      // A task waits its turn.
    if (writer->sync && !leader.sync) break;  // It pays for its own sync.
    bytes += writer->batch->size_bytes();
    if (bytes > bytes_max) break;
    if (keys.Decide(*writer->batch)) break;  // Only then can it be checked.  //@L15
    keys.Add(*writer->batch);                //@L15
    group->push_back(writer);
  }
  //@}
}

Status DbImpl::CommitGroup(const std::vector<Writer*>& group) {
  const SequenceNumber first = last_sequence_ + 1;
  bool sync = false;
  SequenceNumber next = first;
  for (Writer* writer : group) {
    writer->first_sequence = next;
    next += writer->batch->count();
    sync = sync || writer->sync;
  }
  if (MemTablesEmpty()) memtable_since_us_ = environment_.clock->WallMicros();
  const bool by_interval = options_.sync == SyncMode::kInterval;
  const std::uint64_t now = sync || by_interval ? environment_.clock->NowMicros() : 0;
  if (by_interval && now - last_sync_micros_ >= options_.sync_interval_ms * 1000ULL) {
    sync = true;
  }
  if (sync) STRATA_TRY(SealRetiredLogs());
  mutex_.Unlock();  // Writers may queue up meanwhile; the log and the memtables are the leader's.
  Status written = WriteGroupToLog(group, first, sync);
  const bool in_parallel = InsertsInParallel(group);
  for (std::size_t i = 0; i < group.size() && written && !in_parallel; ++i) {
    written = InsertBatchOf(*group[i], /*concurrently=*/false);
  }
  //| mutex_.Lock();  //@L12..19
  mutex_.LockSoon();  //@L20
  STRATA_TRY(Remember(std::move(written)));
  FinishFullFiles();  //@L19
  if (sync) last_sync_micros_ = now;
  if (!sync && by_interval) ScheduleIntervalSync();
  if (in_parallel) STRATA_TRY(Remember(InsertInParallel(group)));
  NoteDeadlines(group);  //@L17
  last_sequence_ = next - 1;
  //@L16{
  if (STRATA_MUTANT(batch_in_parts)) {  // The other half with the next group.
    visible_sequence_.store(first + (last_sequence_ - first) / 2, std::memory_order_release);
    return {};
  }
  //@}
  visible_sequence_.store(last_sequence_, std::memory_order_release);
  return {};
}

Status DbImpl::WriteGroupToLog(const std::vector<Writer*>& group, SequenceNumber first, bool sync) {
  STRATA_TRY(WriteDirectly(group, sync));  //@L19
  log_parts_.clear();
  //@L12..18{
  //| for (const Writer* writer : group) log_parts_.push_back(writer->batch->encoded());
  //@}
  for (const Writer* writer : group) log_parts_.push_back(writer->entries());  //@L19
  STRATA_TRY(log_.writer->Append(wal::RecordType::kBatch, first, log_parts_));
  if (sync && !STRATA_MUTANT(log_before_values)) STRATA_TRY(log_.direct->Sync());  //@L19
  if (sync && !STRATA_MUTANT(ack_before_fsync)) {
    STRATA_TRY(TimedSync([this] { return log_.writer->Sync(); }));
  }
  counters_.Add(Counter::kGroupCommits);
  return {};
}

bool DbImpl::InsertsInParallel(const std::vector<Writer*>& group) const {
  if (options_.memtable != MemtableKind::kSkipList) return false;  //@L20
  std::size_t bytes = 0;
  //@L12..18{
  //| for (const Writer* writer : group) bytes += writer->batch->size_bytes();
  //@}
  for (const Writer* writer : group) bytes += writer->entries().size();  //@L19
  return group.size() > 1 && bytes >= kParallelInsertBytes;
}

Status DbImpl::InsertBatchOf(const Writer& writer, bool concurrently) const {
  //@L12..18{
  //| return InsertEntries(writer.batch->encoded(), writer.first_sequence, concurrently);
  //@}
  return InsertEntries(writer.entries(), writer.first_sequence, concurrently);  //@L19
}

// Each member of the group puts in its own batch.
Status DbImpl::InsertInParallel(const std::vector<Writer*>& group) {
  for (std::size_t i = 1; i < group.size(); ++i) group[i]->insert = true;
  environment_.executor->NotifyAll();
  mutex_.Unlock();
  Status status = InsertBatchOf(*group.front(), /*concurrently=*/true);
  mutex_.Lock();
  environment_.executor->WaitUntil(mutex_, [&]() STRATA_REQUIRES(mutex_) {
    return std::all_of(group.begin() + 1, group.end(), [](Writer* w) { return w->inserted; });
  });
  for (std::size_t i = 1; i < group.size() && status; ++i) status = group[i]->status;
  return status;
}

void DbImpl::FinishGroup(const std::vector<Writer*>& group, const Status& status) {
  for (Writer* writer : group) {
    STRATA_CHECK(writers_.front() == writer);
    writers_.pop_front();
    writer->called.store(true, std::memory_order_release);  //@L20
    //@L12..14{
    //| writer->status = status;
    //@}
    if (!writer->decided) writer->status = status;  //@L15
    writer->done = true;
    if (writer->decided) continue;  //@L15
    if (!status || writer->batch == nullptr) continue;
    counters_.Add(Counter::kWrites);
    counters_.Add(Counter::kEntriesWritten, writer->batch->count());
    counters_.Add(Counter::kUserBytesWritten, writer->batch->user_bytes());
  }
  //@L20{
  if (!writers_.empty()) writers_.front()->called.store(true, std::memory_order_release);
  expected_writers_ = group.size() + writers_.size();
  //@}
  if (group.size() > 1 || !writers_.empty()) environment_.executor->NotifyAll();
}

Status DbImpl::TimedSync(const std::function<Status()>& sync) {
  const std::uint64_t start = environment_.clock->NowNanos();
  Status synced = sync();
  //| log_sync_nanos_.Record(environment_.clock->NowNanos() - start);  //@L12..19
  //@L20{
  last_sync_nanos_ = environment_.clock->NowNanos() - start;
  log_sync_nanos_.Record(last_sync_nanos_);
  //@}
  return synced;
}

Status DbImpl::SyncLog() {
  STRATA_TRY(SealRetiredLogs());
  mutex_.Unlock();
  //@L12..18{
  //| Status synced = TimedSync([this] { return log_.writer->Sync(); });
  //@}
  //@L19{
  Status synced;
  if (!STRATA_MUTANT(log_before_values)) synced = log_.direct->Sync();
  if (synced) synced = TimedSync([this] { return log_.writer->Sync(); });
  //@}
  mutex_.Lock();
  last_sync_micros_ = environment_.clock->NowMicros();
  return Remember(std::move(synced));
}

// What was written without a sync reaches the disk although no more writes come.
void DbImpl::ScheduleIntervalSync() {
  if (interval_sync_scheduled_) return;
  interval_sync_scheduled_ = true;
  environment_.executor->ScheduleAfter(options_.sync_interval_ms * 1000ULL, [gate = gate_] {
    DbImpl* db = EnterGate(*gate);
    if (db == nullptr) return Step::kDone;
    bool writing = false;
    {
      MutexLock lock(db->mutex_);
      db->interval_sync_scheduled_ = false;
      // A step never waits for a writer, who may be waiting for a step: later, then. A writer syncs
      // too once the interval is over.
      writing = !db->writers_.empty();
      if (writing) db->ScheduleIntervalSync();
    }
    if (!writing) db->Sync().has_value();  // A failure is remembered: the store is read-only then.
    db->LeaveGate();
    return Step::kDone;
  });
}

}  // namespace strata
