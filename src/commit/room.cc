#include "commit/room.h"

#include <algorithm>
#include <utility>

#include "base/mutant.h"
#include "commit/stall_note.h"

namespace strata {

Status Room::Make() {
  mutex_.AssertHeld();
  const bool is_full = trees_.MemTableBytes() >= context_.options.memtable_bytes;
  if (is_full && background_.flush_trouble().error != nullptr) STRATA_TRY(AwaitFlushes(SIZE_MAX));
  HoldBack();
  if (!is_full && !(switch_wanted_ && CheckFlushes())) return health_.CheckWritable();
  switch_wanted_ = false;
  STRATA_TRY(AwaitFlushes(waiting_max() - 1));
  background_.AwaitSpace();
  STRATA_TRY(health_.CheckWritable());
  return SwitchMemTables();
}

// Returns when at most so many full memtables wait. While a flush finds no room on the disk no
// memory comes free: writers are held until it has been tried again, and told if that was in vain.
Status Room::AwaitFlushes(std::size_t full_max) {
  const auto held = [&] {
    const FlushTrouble trouble = background_.flush_trouble();
    return trouble.error != nullptr && !trouble.tried_again;
  };
  const auto may_go_on = [&] {
    if (health_.failed() || background_.flush_trouble().tried_again) return true;
    if (held()) return health_.closing();  // Nothing is tried again then.
    return trees_.full().size() <= full_max;
  };
  if (!may_go_on()) {
    const std::uint64_t start = context_.environment.clock->NowMicros();
    context_.environment.executor->WaitOn(context_.memtables_written, mutex_, may_go_on);
    NoteStall(context_, StallCause::kMemtables, context_.environment.clock->NowMicros() - start);
  }
  return CheckFlushes();
}

Status Room::CheckFlushes() const {
  const FlushTrouble trouble = background_.flush_trouble();
  if (trouble.error == nullptr || health_.failed()) return {};
  return Error(*trouble.error)
      .WithContext(
          "nothing is written until there is room to write a memtable out, which is tried "
          "again by itself");
}

// Delays are saved up until they are worth a sleep.
void Room::HoldBack() {
  mutex_.AssertHeld();
  const Stall stall = StallNow();
  stall_owed_us_ = stall.micros == 0 ? 0 : stall_owed_us_ + static_cast<std::int64_t>(stall.micros);
  if (stall_owed_us_ < kSleepMicrosMin) return;
  const std::uint64_t start = context_.environment.clock->NowMicros();
  const auto owed = static_cast<std::uint64_t>(stall_owed_us_);
  mutex_.Unlock();
  context_.environment.clock->SleepMicros(owed);
  mutex_.Lock();
  const std::uint64_t slept = context_.environment.clock->NowMicros() - start;
  NoteStall(context_, stall.cause, slept);
  stall_owed_us_ -= static_cast<std::int64_t>(slept);
}

Stall Room::StallNow() const {
  WritePressure pressure;
  pressure.memtable_bytes = trees_.MemTableBytes();
  pressure.memtable_bytes_max = context_.options.memtable_bytes;
  pressure.immutables = trees_.full().size();
  pressure.immutables_max = waiting_max();
  pressure.stall_max_us = context_.options.stall_max_ms * 1000ULL;
  background_.AddTo(&pressure);
  return StallWithCause(pressure);
}

std::size_t Room::waiting_max() const {
  return static_cast<std::size_t>(std::max(context_.options.memtables_max - 1, 1));
}

Status Room::SwitchMemTables() {
  if (trees_.MemTablesEmpty()) return {};
  STRATA_TRY(CheckFlushes());
  const FileNumber number = versions_.set().NewFileNumber();
  STRATA_TRY(AccountForUnlogged(/*if_empty=*/true));
  auto direct = trees_.NewDirect();
  STRATA_TRY(health_.Remember(journal_.Begin(number, direct)));
  NoteBegun(trees_.last_sequence() + 1);
  VersionEdit begun;
  begun.begun_logs.push_back({number, context_.environment.clock->WallMicros()});
  STRATA_TRY(versions_.NoteLogs(begun));
  // What was promised to be on the disk is there before the new log takes a write: no holes. What
  // wasn't promised need never be: soon it is in a table.
  if (context_.options.sync == SyncMode::kAlways) STRATA_TRY(SealRetiredLogs());
  trees_.Switch(number, std::move(direct));
  background_.OnSwitched();
  return {};
}

Status Room::BeforeRecord(SequenceNumber first) {
  const bool hole = logged_next_ == 0 && log_first_ != 0 && log_first_ != first;
  if (!hole || STRATA_MUTANT(gap_at_begin_unaccounted)) return {};
  return journal_.Append(log_first_, {});
}

Status Room::AccountForUnlogged(bool if_empty) {
  if (STRATA_MUTANT(gap_unaccounted)) return {};
  const SequenceNumber next = trees_.last_sequence() + 1;
  const bool empty = logged_next_ == 0;
  if (empty && log_first_ == 0) log_first_ = next;
  const SequenceNumber logged = empty ? log_first_ : logged_next_;
  if (logged == next && !(empty && if_empty)) return {};
  if (empty) STRATA_TRY(health_.Remember(journal_.Append(logged, {})));
  if (logged != next) STRATA_TRY(health_.Remember(journal_.Append(next, {})));
  logged_next_ = next;
  return {};
}

Status Room::SealRetiredLogs() {
  if (!journal_.has_retired()) return {};
  const auto seal = [this] {
    const MutexGivenAway given_away(&mutex_);
    return journal_.SealRetired();
  };
  auto sealed = seal();
  if (!sealed) return health_.Remember(std::move(sealed).error());
  VersionEdit edit;
  for (const SealedLog& log : *sealed) {
    if (log.number < versions_.set().oldest_log()) continue;  // Its entries are in tables by now.
    edit.sealed_logs.push_back(log);
  }
  return versions_.NoteLogs(edit);  // The log's end record says it, too.
}

}  // namespace strata
