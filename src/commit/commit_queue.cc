#include "commit/commit_queue.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/mutant.h"
#include "commit/conditions.h"

namespace strata {
namespace {

// A group stops growing here, so that a small write isn't held up by a huge one.
constexpr std::size_t kGroupBytesMax = 1 << 20;
constexpr std::size_t kSmallBatchBytes = 128 << 10;
// Below this the leader inserts for all: waking a thread costs more (about 50 us).
constexpr std::size_t kParallelInsertBytes = 256 << 10;
constexpr std::uint64_t kGatherNanosMax = 50'000;
constexpr std::uint64_t kAwakeNanosMax = 20'000;

}  // namespace

CommitQueue::CommitQueue(const CommitParts& parts)
    : context_(parts.context),
      mutex_(parts.context.mutex),
      health_(parts.health),
      reader_(parts.reader),
      trees_(parts.trees),
      versions_(parts.versions),
      direct_writer_(parts.direct_writer),
      journal_(parts.journal),
      background_(parts.background),
      durability_([this](std::function<void()> task) {
        background_.Schedule(Priority::kLow, [task = std::move(task)] {
          task();
          return Step::kDone;
        });
      }),
      room_(parts.context, parts.health, parts.trees, parts.versions, parts.journal,
            parts.background) {}

Status CommitQueue::Write(const WriteBatch& batch, bool sync, std::uint64_t now_us,
                          std::optional<FailedCondition>* failed, SequenceNumber* first) {
  Writer self{.batch = &batch, .sync = sync};
  self.now_us = now_us;
  STRATA_TRY(Run(&self));
  if (self.failed) *failed = std::move(self.failed);
  *first = self.first_sequence;
  return {};
}

Status CommitQueue::Sync() {
  Writer self{.sync = true};
  return Run(&self);
}

Result<FileNumber> CommitQueue::SwitchMemTables() {
  Writer self{.switch_memtable = true};
  MutexLock lock(mutex_);
  const Status switched = Enqueue(&self);
  WakeCalled(&self);
  STRATA_TRY(switched);
  return journal_.number();
}

Status CommitQueue::RunAtFront(const std::function<Status()>& task) {
  Writer self{.task = &task};
  return Run(&self);
}

bool CommitQueue::TrySwitch() {
  mutex_.AssertHeld();
  if (!writers_.empty()) return false;
  Writer self{.switch_memtable = true};
  (void)Enqueue(&self).has_value();  // A failure is remembered: the store is read-only then.
  WakeCalled(&self);
  return true;
}

void CommitQueue::SwitchSoon() {
  if (!TrySwitch()) room_.WantSwitch();
}

// --- the queue -----------------------------------------------------------------------------------

Status CommitQueue::Run(Writer* self) {
  const auto run = [&] {
    MutexLock lock(mutex_, self->batch != nullptr && !self->sync);
    return Enqueue(self);
  };
  Status status = run();
  WakeCalled(self);
  return status;
}

Status CommitQueue::Enqueue(Writer* self) {
  writers_.push_back(self);
  if (writers_.front() != self && !(STRATA_MUTANT(two_leaders) && writers_.front()->sync)) {
    AwaitCall(*self);
    SleepUntil(self, [&]() STRATA_REQUIRES(mutex_) {
      return self->done || self->insert || writers_.front() == self;
    });
  }
  if (self->insert) return InsertOwn(self);
  return self->done ? self->status : Lead(self);
}

void CommitQueue::SleepUntil(Writer* self, const std::function<bool()>& holds) {
  if (holds()) return;
  if (free_wait_points_.empty()) free_wait_points_.push_back(&wait_points_.emplace_back());
  self->sleeps_at = free_wait_points_.back();
  free_wait_points_.pop_back();
  context_.environment.executor->WaitOn(*self->sleeps_at, mutex_, holds);
  free_wait_points_.push_back(std::exchange(self->sleeps_at, nullptr));
}

void CommitQueue::Call(Writer* writer, Writer* waker) {
  writer->called.store(true, std::memory_order_release);
  if (writer->sleeps_at != nullptr) waker->wakes.push_back(writer->sleeps_at);
}

// Best without the mutex: whoever wakes needs it first of all.
void CommitQueue::WakeCalled(Writer* waker) {
  for (WaitPoint* const point : waker->wakes) context_.environment.executor->Notify(*point);
  waker->wakes.clear();
}

// Without a sync the writers before this one are through in a microsecond or two: it stays awake
// for so long.
void CommitQueue::AwaitCall(const Writer& self) {
  if (self.sync || writers_.front()->sync) return;
  mutex_.Unlock();
  const std::uint64_t until = context_.environment.clock->NowNanos() + kAwakeNanosMax;
  while (!self.called.load(std::memory_order_acquire) && context_.environment.executor->Yield() &&
         context_.environment.clock->NowNanos() < until) {
  }
  mutex_.LockSoon();
}

// The front of the queue works; everybody else in the queue waits.
Status CommitQueue::Lead(Writer* self) {
  Status status = health_.CheckWritable();
  std::vector<Writer*>& group = group_;
  group.assign(1, self);
  if (status && self->batch != nullptr) {
    status = room_.Make();
    GatherWriters();
    if (writers_.size() > 1) BuildGroup(&group);
    if (status && BeginsExpiry(group)) status = EnableExpiry();
    if (status && !HasConditions(group) && !HasTables(group)) {
      status = CommitGroup(group);
    } else if (status) {
      const std::vector<Writer*> writing = CheckConditions(CheckTables(group));
      if (!writing.empty()) status = CommitGroup(writing);
      if (status) NoteApplied(group);
    }
  } else if (status && self->switch_memtable) {
    status = room_.SwitchMemTables();
  } else if (status && self->task != nullptr) {
    status = (*self->task)();
  } else if (status) {
    status = SyncLog();
  }
  FinishGroup(group, status);
  return self->status;  // Not the group's, when this batch alone had an error.
}

// Those whom the last sync served are likely to be back soon. A wait much shorter than a sync lets
// the next one serve them as well, instead of one half of the writers after the other.
void CommitQueue::GatherWriters() {
  if (!writers_.front()->sync || writers_.size() >= expected_writers_) return;
  const std::uint64_t until = context_.environment.clock->NowNanos() +
                              std::min(kGatherNanosMax, journal_.last_sync_nanos() / 2);
  while (writers_.size() < expected_writers_ && context_.environment.clock->NowNanos() < until) {
    mutex_.Unlock();
    const bool others_ran = context_.environment.executor->Yield();
    mutex_.Lock();
    if (!others_ran) return;
  }
}

// `group` holds the leader.
void CommitQueue::BuildGroup(std::vector<Writer*>* group) const {
  const Writer& leader = *writers_.front();
  std::size_t bytes = leader.batch->size_bytes();
  const std::size_t bytes_max =
      bytes <= kSmallBatchBytes ? bytes + kSmallBatchBytes : std::max(bytes, kGroupBytesMax);
  GroupKeys keys;
  keys.Add(*leader.batch);
  for (auto it = std::next(writers_.begin()); it != writers_.end(); ++it) {
    Writer* const writer = *it;
    if (writer->batch == nullptr) break;      // A task waits its turn.
    if (writer->sync && !leader.sync) break;  // It pays for its own sync.
    bytes += writer->batch->size_bytes();
    if (bytes > bytes_max) break;
    if (keys.Decide(*writer->batch)) break;  // Only then can it be checked.
    keys.Add(*writer->batch);
    group->push_back(writer);
  }
}

Status CommitQueue::CommitGroup(const std::vector<Writer*>& group) {
  const SequenceNumber first = trees_.last_sequence() + 1;
  bool sync = false;
  SequenceNumber next = first;
  for (Writer* writer : group) {
    if (writer->apply != nullptr) continue;
    writer->first_sequence = next;
    next += writer->batch->count();
    sync = sync || writer->sync;
  }
  next = OrderApplied(group, next);
  if (trees_.MemTablesEmpty()) trees_.SetSince(context_.environment.clock->WallMicros());
  sync = sync || durability_.wanted();
  const bool by_interval = context_.options.sync == SyncMode::kInterval;
  const std::uint64_t now = sync || by_interval ? context_.environment.clock->NowMicros() : 0;
  if (by_interval && now - last_sync_micros_ >= context_.options.sync_interval_ms * 1000ULL) {
    sync = true;
  }
  if (sync) STRATA_TRY(room_.SealRetiredLogs());
  mutex_.Unlock();  // Writers may queue up meanwhile; the log and the memtables are the leader's.
  Status written = WriteGroupToLog(group, first, sync);
  const bool in_parallel = InsertsInParallel(group);
  for (std::size_t i = 0; i < group.size() && written && !in_parallel; ++i) {
    written = InsertBatchOf(*group[i], /*concurrently=*/false);
  }
  mutex_.LockSoon();
  STRATA_TRY(health_.Remember(std::move(written)));
  if (trees_.direct()->has_full()) FinishFullFiles();
  if (sync) last_sync_micros_ = now;
  if (!sync && by_interval) ScheduleIntervalSync();
  if (in_parallel) STRATA_TRY(health_.Remember(InsertInParallel(group)));
  NoteWritten(group);
  trees_.SetLastSequence(next - 1);
  if (STRATA_MUTANT(batch_in_parts)) {  // The other half with the next group.
    reader_.Show(first + (next - 1 - first) / 2);
    return {};
  }
  reader_.Show(next - 1);
  if (sync) durability_.Advance(next - 1);
  return {};
}

Status CommitQueue::WriteGroupToLog(const std::vector<Writer*>& group, SequenceNumber first,
                                    bool sync) {
  STRATA_TRY(WriteDirectly(group, sync));
  log_parts_.clear();
  STRATA_TRY(AppendRecord(group, first));
  if (sync && !STRATA_MUTANT(ack_before_fsync)) STRATA_TRY(journal_.Sync());
  context_.counters.Add(Counter::kGroupCommits);
  return {};
}

bool CommitQueue::InsertsInParallel(const std::vector<Writer*>& group) const {
  if (context_.options.memtable != MemtableKind::kSkipList) return false;
  std::size_t bytes = 0;
  for (const Writer* writer : group) bytes += writer->entries().size();
  return group.size() > 1 && bytes >= kParallelInsertBytes;
}

Status CommitQueue::InsertBatchOf(const Writer& writer, bool concurrently) const {
  return trees_.Insert(writer.entries(), writer.first_sequence, concurrently);
}

// Each member of the group puts in its own batch.
Status CommitQueue::InsertInParallel(const std::vector<Writer*>& group) {
  inserting_ = group.size() - 1;
  for (std::size_t i = 1; i < group.size(); ++i) {
    group[i]->insert = true;
    Call(group[i], group.front());
  }
  mutex_.Unlock();
  WakeCalled(group.front());
  Status status = InsertBatchOf(*group.front(), /*concurrently=*/true);
  mutex_.Lock();
  context_.environment.executor->WaitOn(all_inserted_, mutex_,
                                        [&]() STRATA_REQUIRES(mutex_) { return AllInserted(); });
  for (std::size_t i = 1; i < group.size() && status; ++i) status = group[i]->status;
  return status;
}

bool CommitQueue::AllInserted() const {
  return inserting_ == 0 || STRATA_MUTANT(leader_doesnt_wait);
}

// The leader has logged this batch, and asks for its own part of the work.
Status CommitQueue::InsertOwn(Writer* self) {
  self->insert = false;
  mutex_.Unlock();
  Status inserted = InsertBatchOf(*self, /*concurrently=*/true);
  mutex_.Lock();
  self->status = std::move(inserted);
  if (--inserting_ == 0) context_.environment.executor->Notify(all_inserted_);
  SleepUntil(self, [&] { return self->done; });
  return self->status;
}

// Those of the group are called, and who leads the next one: nobody else has anything to do.
void CommitQueue::FinishGroup(const std::vector<Writer*>& group, const Status& status) {
  for (Writer* writer : group) {
    STRATA_CHECK(writers_.front() == writer);
    writers_.pop_front();
    if (!writer->decided) writer->status = status;
    writer->done = true;
    if (writer->decided) continue;
    if (!status || writer->batch == nullptr) continue;
    context_.counters.Add(Counter::kWrites);
    context_.counters.Add(Counter::kEntriesWritten, writer->batch->count());
    context_.counters.Add(Counter::kUserBytesWritten, writer->batch->user_bytes());
  }
  expected_writers_ = group.size() + writers_.size();
  if (health_.failed()) durability_.Fail(health_.cause().error());
  if (writers_.empty() && durability_.wanted()) ScheduleSync();
  if (STRATA_MUTANT(group_ends_unheard) && group.size() > 1) return;
  Writer* const leader = group.front();
  if (!writers_.empty()) Call(writers_.front(), leader);
  for (std::size_t i = 1; i < group.size(); ++i) Call(group[i], leader);
  if (writers_.empty() && health_.closing()) {
    context_.environment.executor->Notify(context_.job_ended);  // Close waits for both.
  }
}

}  // namespace strata
