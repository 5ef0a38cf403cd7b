// RepairStore: the old directory is read, the new one is written, and the last thing that is
// written is what makes it a store.

#include "strata/repair.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "io/environment.h"
#include "iter/merging_iterator.h"
#include "repair/copy.h"
#include "repair/inventory.h"
#include "repair/log_entries.h"
#include "repair/values.h"
#include "repair/whole_blocks.h"
#include "sst/table_properties.h"
#include "version/local_table_store.h"
#include "version/version_set.h"

namespace strata {
namespace repair {
namespace {

// All tables of the copy are one run: they overlap nowhere.
constexpr RunPosition kPosition{.level = 1, .run = 1};

std::string NameOf(const ManifestState& state, std::uint32_t id) {
  if (id == 0) return std::string(kDefaultTableName);
  const auto found = state.named.find(id);
  return found == state.named.end() ? "table-" + std::to_string(id) : found->second.name;
}

sst::KnownTable KnownOf(const TableMeta& meta) {
  return {.file_id = meta.file_id,
          .entries = meta.entries,
          .smallest = std::string(UserKeyOf(meta.smallest)),
          .largest = std::string(UserKeyOf(meta.largest))};
}

// Some other table has older entries of keys in the range.
bool OlderMayShow(const Inventory& inventory, const TableMeta& of, const LostRange& range) {
  if (!inventory.unknown_tables.empty() || !inventory.manifest_whole) return true;
  return std::any_of(inventory.state.tables.begin(), inventory.state.tables.end(),
                     [&](const auto& other) {
                       const TableMeta& meta = other.second;
                       if (meta.number == of.number || meta.named_table != of.named_table)
                         return false;
                       const bool apart = (range.last && UserKeyOf(meta.smallest) > *range.last) ||
                                          (range.first && UserKeyOf(meta.largest) < *range.first);
                       return !apart && meta.sequence_min < of.sequence_max;
                     });
}

class Repair {
 public:
  Repair(const Options& options, const Source& source, Environment target, std::string directory)
      : options_(options),
        source_(source),
        target_(std::move(target)),
        directory_(std::move(directory)),
        store_(StoreOptionsOf()) {}

  Result<RepairReport> Run(std::shared_ptr<FileSystem> target_files) {
    STRATA_TRY_ASSIGN(inventory_, TakeInventory(source_, &report_.lost));
    report_.manifest_whole = inventory_.manifest_whole;
    store_.Start(std::move(target_files), [this] { return next_file_++; });
    OpenTables();
    LogEntries logs = ReadLogs(source_, inventory_, &report_.lost);
    report_.logs_read = logs.logs_read;
    last_sequence_ = std::max(inventory_.state.last_sequence, logs.last_sequence);
    for (auto& [id, memtables] : logs.tables) {
      for (const auto& memtable : memtables) sources_[id].push_back(memtable->NewIterator());
    }
    for (auto& [id, cursors] : sources_) STRATA_TRY(CopyTable(id, std::move(cursors)));
    STRATA_TRY(WriteManifest());
    return std::move(report_);
  }

 private:
  LocalTableOptions StoreOptionsOf() {
    LocalTableOptions options;
    options.directory = directory_;
    options.seed = target_.entropy();
    options.reader.counters = &source_.counters;
    return options;
  }

  // --- what is left of tables ---
  void OpenTables() {
    for (const auto& [number, meta] : inventory_.state.tables) OpenKnown(meta);
    for (const FileNumber number : inventory_.unknown_tables) OpenUnknown(number);
  }

  void OpenKnown(const TableMeta& meta) {
    const std::string name = TableFileName(meta.number);
    const auto lose = [this, meta, name](const sst::WalkedPiece& piece) {
      LostRange range{.file = name,
                      .offset = piece.offset,
                      .what = piece.error->message(),
                      .table = NameOf(inventory_.state, meta.named_table),
                      .first = piece.first.value_or(std::string(UserKeyOf(meta.smallest))),
                      .last = piece.last.value_or(std::string(UserKeyOf(meta.largest)))};
      range.older_may_show = OlderMayShow(inventory_, meta, range);
      report_.lost.push_back(std::move(range));
    };
    auto file = source_.files.Open(source_.PathOf(name));
    if (!file) {
      sst::WalkedPiece all;
      all.error = std::move(file).error();
      return lose(all);
    }
    ++report_.tables_read;
    sources_[meta.named_table].push_back(
        std::make_unique<WholeBlocks>(*std::move(file), source_.counters, KnownOf(meta), lose));
  }

  // Its footer and properties must say what it is.
  void OpenUnknown(FileNumber number) {
    const std::string name = TableFileName(number);
    const auto owner = std::make_shared<std::string>();
    const auto lose = [this, name, owner](const sst::WalkedPiece& piece) {
      report_.lost.push_back({.file = name,
                              .offset = piece.offset,
                              .what = piece.error->message(),
                              .table = *owner,
                              .first = piece.first,
                              .last = piece.last,
                              .older_may_show = true});
    };
    auto file = source_.files.Open(source_.PathOf(name));
    sst::WalkedPiece all;
    if (!file) {
      all.error = std::move(file).error();
      return lose(all);
    }
    auto blocks =
        std::make_unique<WholeBlocks>(*std::move(file), source_.counters, std::nullopt, lose);
    (void)blocks->SeekToFirst().has_value();  // Damage is told by `lose`.
    ++report_.tables_read;
    if (!blocks->Valid()) return;
    const auto properties = sst::DecodeProperties(blocks->properties());
    const auto id =
        properties ? sst::NamedTableOf(*properties) : Result<std::uint32_t>(properties.error());
    if (!id || (blocks->properties().empty() && !inventory_.state.named.empty())) {
      all.error = Corruption("nothing tells which table its entries are of");
      return lose(all);
    }
    if (inventory_.dropped.contains(*id)) return;
    *owner = NameOf(inventory_.state, *id);
    sources_[*id].push_back(std::move(blocks));
  }

  // --- the copy ---
  Status CopyTable(std::uint32_t id, std::vector<std::unique_ptr<InternalIterator>> cursors) {
    if (id != 0 && !inventory_.state.named.contains(id)) {
      if (inventory_.manifest_whole) return {};  // It was dropped; its entries are in a log.
      const std::string name = NameOf(inventory_.state, id);
      inventory_.state.named.emplace(
          id, NamedTable{.id = id, .name = name, .options = {}, .applied = {}});
    }
    const auto entries = NewMergingIterator(std::move(cursors));
    Values values(source_, inventory_);
    const auto lose = [&](std::string_view key, const Error& why) {
      report_.lost.push_back({.file = "",
                              .what = why.message(),
                              .table = NameOf(inventory_.state, id),
                              .first = std::string(key),
                              .last = std::string(key)});
    };
    STRATA_TRY_ASSIGN(Copied copied, Copy(*entries, values, store_, CopyOptionsOf(id), lose));
    report_.entries += copied.entries;
    last_sequence_ = std::max(last_sequence_, copied.last_sequence);
    expiring_ = expiring_ || copied.expiring;
    std::move(copied.tables.begin(), copied.tables.end(), std::back_inserter(tables_));
    std::move(copied.blobs.begin(), copied.blobs.end(), std::back_inserter(blobs_));
    return {};
  }

  CopyOptions CopyOptionsOf(std::uint32_t id) const {
    TableOptions table;
    if (const auto named = inventory_.state.named.find(id); named != inventory_.state.named.end()) {
      table = named->second.options;
    }
    CopyOptions copy;
    compaction::TableWriterOptions& writer = copy.writer;
    writer.table.block_bytes = options_.block_bytes;
    writer.table.restart_interval = options_.block_restart_interval;
    writer.table.filter_bits_per_key = options_.filter_bits_per_key;
    writer.table.compression = table.compression.value_or(options_.compression);
    writer.table.zstd_level = options_.zstd_level;
    writer.table.hash_index = options_.block_hash_index;
    writer.position = kPosition;
    writer.table_bytes_max = options_.table_bytes;
    writer.blob_threshold = table.blob_threshold.value_or(options_.blob_threshold);
    writer.blob_file_bytes = options_.blob_file_bytes;
    writer.named_table = id;
    writer.write_time_min_us = target_.clock->WallMicros();
    writer.write_time_max_us = writer.write_time_min_us;
    const auto truncated = inventory_.state.truncated.find(id);
    if (truncated != inventory_.state.truncated.end()) copy.truncated_at = truncated->second;
    return copy;
  }

  // --- what makes it a store ---
  Status WriteManifest() {
    STRATA_TRY(store_.SyncNames());
    ManifestState state;
    state.properties = inventory_.state.properties;
    state.properties.store_id = store_.NewId();
    state.named = inventory_.state.named;
    state.next_named_table = inventory_.state.next_named_table;
    for (const auto& [id, table] : state.named) {
      state.names.insert(table.name);
      state.next_named_table = std::max(state.next_named_table, id + 1);
    }
    AddFeature(!state.named.empty(), kTablesFeature, &state);
    AddFeature(expiring_, kExpiryFeature, &state);
    AddFeature(!blobs_.empty(), kBlobFeature, &state);
    for (const auto& table : tables_) {
      state.tables.emplace(table->meta().number, table->meta());
      report_.bytes += table->meta().size_bytes;
    }
    for (const auto& blob : blobs_) {
      state.blobs.emplace(blob->meta().id, blob->meta());
      report_.bytes += blob->meta().size_bytes;
    }
    state.last_sequence = last_sequence_;
    state.next_file = next_file_;
    state.oldest_log = next_file_;
    STRATA_TRY(VersionSet::CreateFrom(target_, directory_, state));
    for (const auto& table : tables_) table->MarkNamed();
    for (const auto& blob : blobs_) blob->MarkNamed();
    return {};
  }

  static void AddFeature(bool is_used, std::string_view feature, ManifestState* state) {
    auto& features = state->properties.features;
    const bool there = std::find(features.begin(), features.end(), feature) != features.end();
    if (is_used && !there) features.emplace_back(feature);
  }

  const Options& options_;
  const Source source_;
  const Environment target_;
  const std::string directory_;
  LocalTableStore store_;
  FileNumber next_file_ = 1;
  Inventory inventory_;
  RepairReport report_;
  std::map<std::uint32_t, std::vector<std::unique_ptr<InternalIterator>>> sources_;
  std::vector<std::shared_ptr<const Table>> tables_;
  std::vector<std::shared_ptr<const Blob>> blobs_;
  SequenceNumber last_sequence_ = 0;
  bool expiring_ = false;
};

// Only what was made here: the directory was empty.
void RemoveTarget(FileSystem& outside, FileSystem& target, const std::string& directory) {
  const auto names = target.List(directory);
  if (!names) return;
  for (const std::string& name : *names) {
    (void)target.Remove(JoinPath(directory, name)).has_value();
  }
  (void)outside.RemoveDirectory(directory).has_value();
}

// The lock of a store that was opened before is taken; none is made for it.
Result<std::unique_ptr<FileLock>> LockIfThere(FileSystem& files, const std::string& directory) {
  const std::string path = JoinPath(directory, kLockFileName);
  STRATA_TRY_ASSIGN(const bool there, files.Exists(path));
  if (!there) return std::unique_ptr<FileLock>();
  return files.Lock(path);
}

}  // namespace
}  // namespace repair

Result<RepairReport> RepairStore(const Options& options, const std::string& directory,
                                 const std::string& target) {
  const Environment& world =
      options.environment != nullptr ? *options.environment : RealEnvironment();
  FileSystem& outside = *world.files;
  STRATA_TRY_ASSIGN(const auto from, outside.OpenDirectory(directory));
  STRATA_TRY_ASSIGN(const auto lock, repair::LockIfThere(*from, directory));
  Counters counters;
  const repair::Source source{*from, directory, counters};
  STRATA_TRY(outside.CreateDirectories(target));
  STRATA_TRY_ASSIGN(std::shared_ptr<FileSystem> to, outside.OpenDirectory(target));
  STRATA_TRY_ASSIGN(const auto there, to->List(target));
  if (!there.empty()) {
    return InvalidArgument("repairing " + directory + " to " + target + ": " + there.front() +
                           " is in it; name a directory that is empty, or not there");
  }
  Environment environment = world;
  environment.files = to.get();
  auto report = Annotate(repair::Repair(options, source, environment, target).Run(to),
                         "repairing " + directory + " to " + target);
  if (!report) {
    repair::RemoveTarget(outside, *to, target);
    return report;
  }
  STRATA_TRY(outside.SyncDirectory(ParentDirectory(target)));
  return report;
}

}  // namespace strata
