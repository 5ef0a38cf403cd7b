// What a store tells of itself.

#include <algorithm>

#include "compaction/held_versions.h"
#include "db/db_impl.h"

namespace strata {
namespace {

void AddShape(const Version& version, StoreStats* stats) {
  std::vector<LevelShape>& levels = stats->levels;
  for (const Run& run : version.runs()) {
    const auto is_before = [&](const LevelShape& shape) {
      return shape.level < run.position.level;
    };
    auto shape = std::find_if_not(levels.begin(), levels.end(), is_before);
    if (shape == levels.end() || shape->level != run.position.level) {
      shape = levels.insert(shape, {.level = run.position.level});
    }
    ++shape->runs;
    for (const auto& table : run.tables) {
      ++shape->tables;
      shape->bytes += table->meta().size_bytes;
      shape->entries += table->meta().entries;
      shape->deletes += table->meta().deletes;
      shape->raw_bytes += table->meta().raw_bytes;
      stats->index_bytes_saved += table->reader().index_bytes_saved();
    }
  }
}

void AddSnapshots(const Version& version, const SnapshotList& snapshots, StoreStats* stats) {
  const compaction::Snapshots live = snapshots.Sequences();
  stats->snapshots = snapshots.size();
  stats->oldest_snapshot_sequence = live.empty() ? 0 : live.front();
  for (const Run& run : version.runs()) {
    for (const auto& table : run.tables) {
      const compaction::HeldTotals totals = compaction::TotalsOf(table->meta(), live);
      stats->versions_held += totals.held_entries;
      stats->versions_held_bytes += totals.held_bytes;
      stats->versions_released += totals.released_entries;
      stats->versions_released_bytes += totals.released_bytes;
    }
  }
}

void AddBlobs(const Version& version, StoreStats* stats) {
  stats->blob_files += version.blobs().size();
  stats->blob_bytes += version.blob_bytes();
  stats->blob_live_bytes += version.blob_live_bytes();
}
}  // namespace

StoreStats DbImpl::Stats() {
  if (!owner_.IsThisProcess()) return {};
  MutexLock lock(mutex_);
  StoreStats stats;
  stats.memtable_bytes = trees_.MemTableBytes();
  for (const auto& tree : trees_.All()) stats.memtable_entries += tree->memtable->entries();
  stats.last_sequence = trees_.last_sequence();
  stats.log_bytes = journal_.size();
  stats.recovered_entries = recovered_entries_;
  if (health_.failed()) stats.read_only_cause = health_.cause().error().message();
  if (const auto& passing = upkeep_.passing_failure()) stats.waiting_cause = passing->message();
  for (const auto& tree : trees_.All()) AddShape(*tree->version, &stats);
  for (const auto& tree : trees_.All()) {
    AddSnapshots(*tree->version, *snapshots_, &stats);
    AddBlobs(*tree->version, &stats);
  }
  const FileId& id = versions_.set().properties().store_id;
  stats.store_id.assign(id.data(), id.size());
  stats.tables = DescribeTables();
  stats.damage = LiveDamage();
  stats.scrub = upkeep_.scrub_progress();
  stats.immutable_memtables = trees_.full().size();
  stats.writers_queued = commit_.size();
  stats.cache_bytes = context_.cache->used_bytes();
  stats.cache_capacity = context_.cache->capacity_bytes();
  stats.blob_pinned_bytes = versions_.pinned_blob_bytes();
  stats.compaction_debt_bytes = upkeep_.debt().bytes;
  return stats;
}

std::vector<TableInfo> DbImpl::DescribeTables() const {
  std::vector<TableInfo> infos;
  for (const auto& tree : trees_.All()) {
    TableInfo& info = infos.emplace_back();
    info.ref = {tree->table.id};
    info.name = tree == trees_.default_tree() ? std::string(kDefaultTableName) : tree->table.name;
    info.options = tree->table.options;
    info.memtable_entries = tree->memtable->entries();
    if (tree->replica != nullptr) info.applied = tree->replica->index();
    for (const Run& run : tree->version->runs()) {
      for (const auto& table : run.tables) {
        const TableMeta& meta = table->meta();
        ++info.files;
        info.bytes += meta.size_bytes;
        info.entries += meta.entries;
        info.deletes += meta.deletes;
        info.expiring += meta.expiring;
        if (meta.expiring == 0) continue;
        info.next_expiry_us = info.next_expiry_us == 0
                                  ? meta.expiry_min_us
                                  : std::min(info.next_expiry_us, meta.expiry_min_us);
      }
    }
  }
  std::sort(infos.begin() + 1, infos.end(),
            [](const TableInfo& a, const TableInfo& b) { return a.name < b.name; });
  return infos;
}
}  // namespace strata
