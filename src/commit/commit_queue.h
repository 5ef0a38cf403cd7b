// How batches get in when many callers write at once. They queue up; the one at the front leads:
// it takes the batches behind it along as a group, writes one log record for all, syncs once if
// anybody asked to, and has the entries put into the memtable. Nobody waits for another thread
// unless a sync is worth it.
//
//   writer.h      one caller in the queue            room.h               room, and stalls
//   conditions.h  what batches ask for
//   apply.h       entries without a record
//   write_controller.h  how long a stall is          background_work.h    what it asks of others
//
// Thread safety: any thread may call Write, Sync, SwitchMemTables and RunAtFront. For all others
// the store's mutex is held; it guards the queue. Who is at the front owns the journal and the
// memtables.

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string_view>
#include <vector>

#include "commit/durability.h"
#include "commit/room.h"
#include "commit/writer.h"
#include "read/reader.h"
#include "state/direct_writer.h"
#include "strata/options.h"
#include "strata/write_batch.h"

namespace strata {

// The parts of a store that a group of writers works on.
struct CommitParts {
  StoreContext& context;
  Health& health;
  Reader& reader;
  TreeSet& trees;
  Versions& versions;
  Journal& journal;
  DirectWriter& direct_writer;
  BackgroundWork& background;
};

class CommitQueue {
 public:
  explicit CommitQueue(const CommitParts& parts);

  // Writes a batch that has been checked; returns when it is visible, and durable if `sync`.
  // With `failed`, which may be null, as WriteIf: it gets the condition that failed, if one did.
  // `first` gets the sequence of the first entry.
  // `now_us`: as in WriteOptions.
  Status Write(const WriteBatch& batch, bool sync, std::uint64_t now_us,
               std::optional<FailedCondition>* failed, SequenceNumber* first);
  // The same for an entry of a replicated table, when it is its turn (apply.h).
  Status Apply(const WriteBatch& batch, const Applying& turn,
               std::optional<FailedCondition>* failed, SequenceNumber* first);
  // Makes durable what was written before.
  Status Sync();
  // Has the memtables give way to empty ones; returns the log that begins with them.
  Result<FileNumber> SwitchMemTables();
  // Runs `task`, with the store's mutex held, while no batch is on its way.
  Status RunAtFront(const std::function<Status()>& task);
  // Makes durable what was written before. REQUIRES: the caller is such a task.
  Status SyncAtFront() {
    mutex_.AssertHeld();
    return SyncLog();
  }
  // Switches memtables, unless somebody is in the queue: a background step never waits for a
  // writer, who may be waiting for a step.
  bool TrySwitch();
  void SwitchSoon();                                 // Tries it, or has the next writer do it.
  void ExpectExpiries() { expiry_enabled_ = true; }  // The manifest says so.

  // How far everything is durable; any thread. The rest as Durability says.
  SequenceNumber durable_up_to() const { return durability_.up_to(); }
  void WhenDurable(SequenceNumber sequence, Durability::Callback told);
  // Everything that was recovered is.
  void StartDurable() {
    durability_.Advance(trees_.last_sequence());
    room_.NoteBegun(trees_.last_sequence() + 1);
  }
  // The log is about to be ended.
  Status AccountForUnlogged() { return room_.AccountForUnlogged(/*if_empty=*/false); }
  // The store is closing, and its log was ended, or `status` tells why not. The caller tells those
  // who are returned, without the mutex.
  std::vector<Durability::Callback> EndDurable(const Status& status);
  std::size_t size() const {
    mutex_.AssertHeld();
    return writers_.size();
  }

 private:
  Status Run(Writer* self);
  Status Enqueue(Writer* self) STRATA_REQUIRES(mutex_);
  Status Lead(Writer* self) STRATA_REQUIRES(mutex_);
  void AwaitCall(const Writer& self) STRATA_REQUIRES(mutex_);
  void GatherWriters() STRATA_REQUIRES(mutex_);
  void BuildGroup(std::vector<Writer*>* group) const STRATA_REQUIRES(mutex_);
  Status CommitGroup(const std::vector<Writer*>& group) STRATA_REQUIRES(mutex_);
  Status WriteGroupToLog(const std::vector<Writer*>& group, SequenceNumber first, bool sync);
  bool InsertsInParallel(const std::vector<Writer*>& group) const;
  Status InsertBatchOf(const Writer& writer, bool concurrently) const;
  Status InsertInParallel(const std::vector<Writer*>& group) STRATA_REQUIRES(mutex_);
  bool AllInserted() const STRATA_REQUIRES(mutex_);
  Status InsertOwn(Writer* self) STRATA_REQUIRES(mutex_);
  // One of its writers has something to do: `waker` is to wake it, if it sleeps.
  static void Call(Writer* writer, Writer* waker);
  void WakeCalled(Writer* waker);
  void SleepUntil(Writer* self, const std::function<bool()>& holds) STRATA_REQUIRES(mutex_);
  void FinishGroup(const std::vector<Writer*>& group, const Status& status) STRATA_REQUIRES(mutex_);
  Status SyncLog() STRATA_REQUIRES(mutex_);
  void ScheduleIntervalSync() STRATA_REQUIRES(mutex_);
  void SyncAfter(std::uint64_t delay_us, bool* scheduled, std::function<bool()> may_sync)
      STRATA_REQUIRES(mutex_);
  void ScheduleSync() STRATA_REQUIRES(mutex_);
  static bool HasConditions(const std::vector<Writer*>& group) {
    return AnyOf(group, [](const Writer& it) { return !it.batch->conditions().empty(); });
  }
  // Those of the group whose batches are to be written; the others know their outcome then.
  std::vector<Writer*> CheckConditions(const std::vector<Writer*>& group) STRATA_REQUIRES(mutex_);
  static bool HasTables(const std::vector<Writer*>& group) {
    return AnyOf(
        group, [](const Writer& it) { return !it.batch->tables().empty() || it.apply != nullptr; });
  }
  std::vector<Writer*> CheckTables(const std::vector<Writer*>& group) STRATA_REQUIRES(mutex_);
  // It has the first entries that expire.
  bool BeginsExpiry(const std::vector<Writer*>& group) const {
    return !expiry_enabled_ && AnyOf(group, [](const Writer& it) { return it.batch->expires(); });
  }
  Status EnableExpiry() STRATA_REQUIRES(mutex_);
  void NoteWritten(const std::vector<Writer*>& group) STRATA_REQUIRES(mutex_);
  static SequenceNumber OrderApplied(const std::vector<Writer*>& group, SequenceNumber next);
  // Of the entries that get one; the first is `first`.
  Status AppendRecord(const std::vector<Writer*>& group, SequenceNumber first);
  // The tables have come so far. REQUIRES: what the group wrote is in memtables.
  void NoteApplied(const std::vector<Writer*>& group) STRATA_REQUIRES(mutex_);
  Status WriteDirectly(const std::vector<Writer*>& group, bool sync);
  void FinishFullFiles() STRATA_REQUIRES(mutex_);

  StoreContext& context_;
  Mutex& mutex_;  // The store's.
  Health& health_;
  Reader& reader_;
  TreeSet& trees_;
  Versions& versions_;
  DirectWriter& direct_writer_;
  Journal& journal_;
  BackgroundWork& background_;
  Durability durability_;
  Room room_;
  std::deque<Writer*> writers_ STRATA_GUARDED_BY(mutex_);
  std::size_t inserting_ STRATA_GUARDED_BY(mutex_) = 0;  // Followers who aren't through.
  WaitPoint all_inserted_;
  // A writer who is woken may be gone before its waker is through, so where it slept is ours.
  std::deque<WaitPoint> wait_points_ STRATA_GUARDED_BY(mutex_);
  std::vector<WaitPoint*> free_wait_points_ STRATA_GUARDED_BY(mutex_);
  // Those of the last group, and who had come meanwhile.
  std::size_t expected_writers_ STRATA_GUARDED_BY(mutex_) = 0;
  // The front's own, kept for their memory.
  std::vector<Writer*> group_ STRATA_GUARDED_BY(mutex_);
  std::vector<std::string_view> log_parts_;
  bool interval_sync_scheduled_ STRATA_GUARDED_BY(mutex_) = false;
  std::uint64_t last_sync_micros_ STRATA_GUARDED_BY(mutex_) = 0;
  bool expiry_enabled_ = false;
  bool sync_scheduled_ STRATA_GUARDED_BY(mutex_) = false;  // For those who wait to be told.
};

}  // namespace strata
