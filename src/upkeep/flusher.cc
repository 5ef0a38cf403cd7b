#include "upkeep/flusher.h"

#include <algorithm>
#include <utility>

#include "base/mutant.h"
#include "io/os_error.h"

namespace strata {
namespace {

// Its tables were dropped while they were written.
void LeaveDroppedOut(const Immutable& flushed, VersionEdit* edit,
                     std::vector<std::shared_ptr<const Table>>* opened) {
  for (const auto& [tree, memtable] : flushed.memtables) {
    if (!tree->dropped) continue;
    const auto is_of_it = [&](const auto& table) {
      return table->meta().named_table == tree->table.id;
    };
    const auto is_used_by_it = [&](const auto& blob) {
      return std::any_of(opened->begin(), opened->end(), [&](const auto& table) {
        const auto& uses = table->meta().blobs;
        return is_of_it(table) && std::any_of(uses.begin(), uses.end(), [&](const auto& use) {
                 return use.blob == blob->meta().id;
               });
      });
    };
    for (const auto& blob : edit->opened_blobs) {
      if (!is_used_by_it(blob)) continue;
      std::erase_if(edit->blobs,
                    [id = blob->meta().id](const BlobMeta& meta) { return meta.id == id; });
    }
    std::erase_if(edit->opened_blobs, is_used_by_it);
    std::erase_if(*opened, is_of_it);
    std::erase_if(edit->added, [table = tree->table.id](const TableMeta& meta) {
      return meta.named_table == table;
    });
  }
}
}  // namespace

void Flusher::Start() {
  if (parts_.trees.full().empty() || running_ || failures_.passing()) return;
  running_ = true;
  parts_.jobs.Run(Priority::kHigh, [this] { return Run(); });
}

Step Flusher::Run() {
  MutexLock lock(parts_.context.mutex);
  failures_.Note(FlushOldest());
  running_ = false;
  look_again_();
  parts_.context.environment.executor->Notify(parts_.context.memtables_written);
  return Step::kDone;
}

Status Flusher::FlushOldest() {
  StoreContext& context = parts_.context;
  if (parts_.trees.full().empty() || parts_.health.failed()) return {};
  const Immutable oldest = parts_.trees.full().front();
  VersionEdit edit;
  std::vector<std::shared_ptr<const Table>> opened;
  STRATA_TRY(WriteAll(oldest, &edit, &opened));
  STRATA_TRY(parts_.health.Remember(AsFinal(SyncNames())));
  if (!STRATA_MUTANT(drop_looked_at_early)) parts_.versions.AwaitEdits();
  LeaveDroppedOut(oldest, &edit, &opened);
  edit.oldest_log = oldest.oldest_log_after;
  for (const auto& [tree, at] : oldest.applied) {
    if (tree->dropped || STRATA_MUTANT(applied_left_out)) continue;
    const bool late = STRATA_MUTANT(applied_after_switch);
    edit.applied.push_back({tree->table.id, late ? tree->replica->applied() : at});
  }
  const std::uint64_t bytes = opened.empty() ? 0 : opened.front()->meta().size_bytes;
  const std::vector<BlobMeta> adopted = edit.blobs;
  if (STRATA_MUTANT(direct_removed_before_edit)) oldest.direct->RemoveUnused(adopted);
  if (STRATA_MUTANT(flush_forgets_early)) parts_.trees.PopOldestFull();
  STRATA_TRY(parts_.versions.Install(std::move(edit), std::move(opened)));
  for (const auto& [tree, at] : oldest.applied) tree->replica->SetDurable(at);
  if (!STRATA_MUTANT(flush_forgets_early)) parts_.trees.PopOldestFull();
  parts_.trees.Publish();
  {
    const MutexGivenAway given_away(&context.mutex);
    oldest.direct->RemoveUnused(adopted);
    parts_.journal.Release(oldest.oldest_log_after);
  }
  if (context.events) context.events->Emit("flush_end", {{"bytes", bytes}});
  return {};
}

// Each memtable as a table, without the mutex. After an error none of the files is left.
Status Flusher::WriteAll(const Immutable& full, VersionEdit* edit,
                         std::vector<std::shared_ptr<const Table>>* opened) {
  const MutexGivenAway given_away(&parts_.context.mutex);
  Status written = WriteEach(full, edit, opened);
  if (!written) {
    opened->clear();
    *edit = {};
  }
  return written;
}

Status Flusher::WriteEach(const Immutable& full, VersionEdit* edit,
                          std::vector<std::shared_ptr<const Table>>* opened) {
  StoreContext& context = parts_.context;
  for (const auto& [tree, memtable] : full.memtables) {
    if (memtable->empty()) continue;
    if (context.events) context.events->Emit("flush_begin", {{"entries", memtable->entries()}});
    STRATA_TRY(parts_.writer.Write(*tree, *memtable, full.since_us, edit, opened,
                                   parts_.reader.VersionOf(tree->table.id)));
    STRATA_TRY(parts_.writer.AdoptDirect(*tree, *full.direct, edit, *opened));
  }
  return {};
}

// An error is final, as that of a sync of a log: the next sync may know nothing of what this one
// didn't get to the disk, and logs and direct values have their names there, too.
Status Flusher::SyncNames() {
  const MutexGivenAway given_away(&parts_.context.mutex);
  return parts_.files.store().SyncNames();
}

}  // namespace strata
