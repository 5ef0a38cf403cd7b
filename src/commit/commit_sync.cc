// When the log is synced, but for the sync that a group asks for: by a task, by the clock, or for
// those who wait to be told.

#include <utility>

#include "commit/commit_queue.h"

namespace strata {

Status CommitQueue::SyncLog() {
  if (durability_.up_to() >= trees_.last_sequence()) return {};  // Others have.
  STRATA_TRY(room_.SealRetiredLogs());
  mutex_.Unlock();
  Status synced = journal_.Sync();
  mutex_.Lock();
  last_sync_micros_ = context_.environment.clock->NowMicros();
  if (synced) durability_.Advance(trees_.last_sequence());
  return health_.Remember(std::move(synced));
}

// --- what is durable -----------------------------------------------------------------------------

void CommitQueue::WhenDurable(SequenceNumber sequence, Durability::Callback told) {
  mutex_.AssertHeld();
  durability_.When(sequence, std::move(told));
  if (health_.failed()) durability_.Fail(health_.cause().error());
  if (writers_.empty() && durability_.wanted()) ScheduleSync();  // Else the next group syncs.
}

void CommitQueue::ScheduleSync() {
  SyncAfter(0, &sync_scheduled_, [this]() STRATA_REQUIRES(mutex_) {
    return writers_.empty() && durability_.wanted();  // Else the next group syncs, or nobody waits.
  });
}

std::vector<Durability::Callback> CommitQueue::EndDurable(const Status& status) {
  mutex_.AssertHeld();
  auto waiting = durability_.TakeWaiting();
  if (status) durability_.Advance(trees_.last_sequence());
  return waiting;
}

// What was written without a sync reaches the disk although no more writes come.
void CommitQueue::ScheduleIntervalSync() {
  const std::uint64_t delay_us = context_.options.sync_interval_ms * 1000ULL;
  SyncAfter(delay_us, &interval_sync_scheduled_, [this]() STRATA_REQUIRES(mutex_) {
    if (writers_.empty()) return true;
    ScheduleIntervalSync();  // Later, then. A writer syncs too once the interval is over.
    return false;
  });
}

// All who ask until it runs share it. A step never waits for a writer, who may be waiting for a
// step: `may_sync` is false while there is one.
void CommitQueue::SyncAfter(std::uint64_t delay_us, bool* scheduled,
                            std::function<bool()> may_sync) {
  if (std::exchange(*scheduled, true)) return;
  background_.After(delay_us, [this, scheduled, may_sync = std::move(may_sync)] {
    {
      MutexLock lock(mutex_);
      *scheduled = false;
      if (!may_sync()) return;
    }
    (void)Sync().has_value();  // A failure is remembered, and who waits to be told hears of it.
  });
}

}  // namespace strata
