// Work that is due because time has passed: dropping what has expired, and keeping delete
// deadlines. A timer asks for it, so it happens although nobody writes.

#include "compaction/expiry_rules.h"
#include "db/db_impl.h"

namespace strata {
namespace {

// The wall clock may be set: a timer never sleeps past this without looking at it again.
constexpr std::uint64_t kLookAgainMicros = 3'600'000'000;
constexpr std::uint64_t kTimerMinMicros = 1'000;

}  // namespace

// Starts what is due in a tree. Both kinds of jobs come before what the policy would like.
void DbImpl::PickExpired(const std::shared_ptr<Tree>& tree) {
  while (compactions_paused_ == 0 && running_compactions_ < options_.compaction_threads) {
    const std::shared_ptr<const Version> version = VersionOf(*tree);
    const compaction::ExpiryInput input{
        .version = *version,
        .busy = busy_tables_,
        .now_us = environment_.clock->WallMicros(),
        .deadline_us = tree->table.options.delete_deadline_us,
        .live = snapshots_->Sequences(),
        .purge = tree->purge,  //@L20
    };
    if (const auto job = compaction::PickExpired(input)) {
      for (const FileNumber number : job->inputs) {
        counters_.Add(Counter::kTablesExpiredUnread);
        counters_.Add(Counter::kBytesExpiredUnread, version->FindTable(number)->meta().size_bytes);
      }
      if (!Remember(StartCompaction(tree, *job))) return;
      continue;
    }
    const auto job = compaction::PickOverdue(input, options_);
    if (!job && immutables_.empty() && busy_tables_.empty()) tree->purge = false;  //@L20
    if (!job || !Remember(StartCompaction(tree, *job))) return;
  }
}

// Memtables are on the disk too, as a log: with a deadline they are written out after a quarter of
// it.
std::optional<std::uint64_t> DbImpl::MemTablesDueAt() const {
  std::optional<std::uint64_t> due;
  for (const auto& tree : Trees()) {
    const std::uint64_t deadline = tree->table.options.delete_deadline_us;
    if (deadline == 0 || tree->memtable->empty()) continue;
    const std::uint64_t at = memtable_since_us_ + deadline / 4;
    if (!due || at < *due) due = at;
  }
  return due;
}

void DbImpl::ScheduleExpiryTimer() {
  const std::uint64_t now = environment_.clock->WallMicros();
  std::optional<std::uint64_t> next = MemTablesDueAt();
  for (const auto& tree : Trees()) {
    const std::shared_ptr<const Version> version = VersionOf(*tree);
    const auto due = compaction::NextDue({.version = *version,
                                          .busy = busy_tables_,
                                          .now_us = now,
                                          .deadline_us = tree->table.options.delete_deadline_us,
                                          .live = snapshots_->Sequences()});
    if (due && (!next || *due < *next)) next = due;
  }
  if (next) SetExpiryTimer(*next);
}

// A group has been written: its tables' memtables may have a deadline now.
void DbImpl::NoteDeadlines(const std::vector<Writer*>& group) {
  //@L20{
  if (options_.rest_us != 0 && !rest_timer_set_ && WantsPurge(*tree_)) ScheduleRestTimer();
  //@}
  const std::uint64_t default_deadline = options_.delete_deadline_us;
  if (default_deadline != 0 && !tree_->memtable->empty()) {
    SetExpiryTimer(memtable_since_us_ + default_deadline / 4);
  }
  for (const Writer* writer : group) {
    for (const TableRef table : writer->batch->tables()) {
      const auto found = named_.find(table.id);
      if (found == named_.end()) continue;
      //@L20{
      if (options_.rest_us != 0 && !rest_timer_set_ && WantsPurge(*found->second)) {
        ScheduleRestTimer();
      }
      //@}
      const std::uint64_t deadline = found->second->table.options.delete_deadline_us;
      if (deadline != 0) SetExpiryTimer(memtable_since_us_ + deadline / 4);
    }
  }
}

void DbImpl::SetExpiryTimer(std::uint64_t due_us) {
  if (next_timer_us_ != 0 && next_timer_us_ <= due_us) return;
  next_timer_us_ = due_us;
  const std::uint64_t now = environment_.clock->WallMicros();
  const std::uint64_t delay = due_us > now ? due_us - now : 0;
  const auto ring = [gate = gate_, due_us] {
    DbImpl* db = EnterGate(*gate);
    if (db == nullptr) return Step::kDone;
    db->OnExpiryTimer(due_us);
    db->LeaveGate();
    return Step::kDone;
  };
  environment_.executor->ScheduleAfter(std::clamp(delay, kTimerMinMicros, kLookAgainMicros), ring);
}

void DbImpl::OnExpiryTimer(std::uint64_t due_us) {
  MutexLock lock(mutex_);
  if (closed_ || closing_ || next_timer_us_ != due_us) return;  // An earlier one took its place.
  next_timer_us_ = 0;
  const auto memtables_due = MemTablesDueAt();
  // A step never waits for a writer, who may be waiting for a step; a writer switches memtables in
  // the end anyway, and the timer comes again.
  if (memtables_due && *memtables_due <= environment_.clock->WallMicros() && writers_.empty()) {
    Writer self{.switch_memtable = true};
    (void)Enqueue(&self).has_value();  // A failure is remembered: the store is read-only then.
  }
  MaybeScheduleWork();
}

}  // namespace strata
