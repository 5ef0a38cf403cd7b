#include "upkeep/deadlines.h"

#include <algorithm>

#include "compaction/expiry_rules.h"

namespace strata {
namespace {

// The wall clock may be set: a timer never sleeps past this without looking at it again.
constexpr std::uint64_t kLookAgainMicros = 3'600'000'000;
constexpr std::uint64_t kTimerMinMicros = 1'000;
// After memtables couldn't be switched, as there is no room on the disk or somebody writes.
constexpr std::uint64_t kRetryMicros = 1'000'000;

// Memtables are on the disk too, as a log: with a deadline they are written out after a quarter of
// it.
std::uint64_t DueAt(const Tree& tree, std::uint64_t since_us) {
  return since_us + tree.table.options.delete_deadline_us / 4;
}

}  // namespace

void Deadlines::Start() {
  std::optional<std::uint64_t> next = MemTablesDueAt();
  if (next) next = std::max(*next, retry_us_);
  const std::uint64_t now = parts_.context.environment.clock->WallMicros();
  for (const auto& tree : parts_.trees.All()) {
    if (tree->replica != nullptr) continue;  // Time passes for it by its entries.
    const auto due = compaction::NextDue({.version = *tree->version,
                                          .busy = compactor_.busy(),
                                          .now_us = now,
                                          .deadline_us = tree->table.options.delete_deadline_us,
                                          .live = parts_.reader.snapshots().Sequences()});
    if (due && (!next || *due < *next)) next = due;
  }
  if (next) SetTimer(*next);
}

void Deadlines::OnWritten(const Tree& tree) {
  if (tree.table.options.delete_deadline_us == 0 || tree.memtable->empty()) return;
  SetTimer(DueAt(tree, parts_.trees.since_us()));
}

std::optional<std::uint64_t> Deadlines::MemTablesDueAt() const {
  std::optional<std::uint64_t> due;
  for (const auto& tree : parts_.trees.All()) {
    if (tree->table.options.delete_deadline_us == 0 || tree->memtable->empty()) continue;
    const std::uint64_t at = DueAt(*tree, parts_.trees.since_us());
    if (!due || at < *due) due = at;
  }
  return due;
}

void Deadlines::SetTimer(std::uint64_t due_us) {
  if (next_us_ != 0 && next_us_ <= due_us) return;
  next_us_ = due_us;
  const std::uint64_t now = parts_.context.environment.clock->WallMicros();
  const std::uint64_t delay = due_us > now ? due_us - now : 0;
  parts_.jobs.After(std::clamp(delay, kTimerMinMicros, kLookAgainMicros),
                    [this, due_us] { OnTimer(due_us); });
}

void Deadlines::OnTimer(std::uint64_t due_us) {
  MutexLock lock(parts_.context.mutex);
  if (parts_.health.closed() || parts_.health.closing()) return;
  if (next_us_ != due_us) return;  // An earlier one took its place.
  next_us_ = 0;
  const auto memtables_due = MemTablesDueAt();
  const std::uint64_t now = parts_.context.environment.clock->WallMicros();
  if (memtables_due && *memtables_due <= now) {
    retry_us_ = now + kRetryMicros;
    switch_memtables_();
  }
  look_again_();
}

}  // namespace strata
