#include "repair/inventory.h"

#include <algorithm>
#include <utility>

#include "blob/blob_format.h"
#include "version/current_file.h"
#include "wal/log_salvage.h"

namespace strata::repair {
namespace {

constexpr std::uint64_t kManifestBytesMax = std::uint64_t{1} << 30;

using Found = std::map<FileKind, std::set<FileNumber>>;

Result<Found> ListFiles(const Source& source) {
  STRATA_TRY_ASSIGN(const auto names, source.files.List(source.directory));
  Found found;
  for (const std::string& name : names) {
    if (const auto parsed = ParseFileName(name)) found[parsed->kind].insert(parsed->number);
  }
  found.erase(FileKind::kLock);
  found.erase(FileKind::kTemporary);
  if (!found.empty()) return found;
  return Error(ErrorCode::kNotFound, source.directory + ": no file of a store is there");
}

Result<ManifestState> ReadStrictly(const Source& source) {
  STRATA_TRY_ASSIGN(const CurrentManifest current, ReadCurrent(source.files, source.directory));
  const std::string name = ManifestFileName(current.number);
  STRATA_TRY_ASSIGN(const std::string contents,
                    source.files.ReadFile(source.PathOf(name), kManifestBytesMax));
  auto state = ReadManifest(contents, current.synced_bytes);
  return state ? std::move(state)
               : Result<ManifestState>(std::move(state).error().WithContext(name));
}

// --- hints ---------------------------------------------------------------------------------------

// Edits as far as they are there: what one says holds, whether those before it were read or not.
class Hints {
 public:
  explicit Hints(Inventory* inventory) : inventory_(*inventory), state_(inventory->state) {}

  void Read(std::string_view manifest) {
    wal::LogSalvage log(manifest, {});
    while (const auto record = log.Next()) {
      if (record->sequence == 1) {
        if (auto properties = DecodeProperties(record->payload)) {
          state_.properties = *std::move(properties);
        }
      } else if (const auto edit = DecodeEdit(record->payload)) {
        Apply(*edit);
      }
    }
  }

  const std::set<FileNumber>& removed() const { return removed_; }

 private:
  void Apply(const VersionEdit& edit) {
    ApplyNamed(edit);
    for (const FileNumber number : edit.removed) {
      state_.tables.erase(number);
      removed_.insert(number);
    }
    for (const TableMeta& table : edit.added) {
      state_.tables.insert_or_assign(table.number, table);
      removed_.erase(table.number);
    }
    for (const BlobMeta& blob : edit.blobs) state_.blobs.insert_or_assign(blob.id, blob);
    for (const BlobId blob : edit.removed_blobs) state_.blobs.erase(blob);
    (void)state_.ApplyLogs(edit).has_value();  // Two lengths of one log: the first holds.
  }

  void ApplyNamed(const VersionEdit& edit) {
    for (const std::uint32_t id : edit.dropped) {
      state_.named.erase(id);
      inventory_.dropped.insert(id);
      RemoveTablesOf(id);
    }
    for (const NamedTable& table : edit.created) {
      state_.named.insert_or_assign(table.id, table);
      state_.next_named_table = std::max(state_.next_named_table, table.id + 1);
    }
    for (const auto& [id, at] : edit.applied) {
      if (state_.named.contains(id)) state_.named.at(id).applied = at;
    }
    for (const auto& [id, sequence] : edit.truncated) {
      state_.truncated[id] = std::max(state_.truncated[id], sequence);
      RemoveTablesOf(id);
    }
  }

  void RemoveTablesOf(std::uint32_t id) {
    for (auto it = state_.tables.begin(); it != state_.tables.end();) {
      const bool is_of_it = it->second.named_table == id;
      if (is_of_it) removed_.insert(it->first);
      it = is_of_it ? state_.tables.erase(it) : std::next(it);
    }
  }

  Inventory& inventory_;
  ManifestState& state_;
  std::set<FileNumber> removed_;
};

void FindByHints(const Source& source, const Found& found, Inventory* inventory) {
  Hints hints(inventory);
  if (const auto manifests = found.find(FileKind::kManifest); manifests != found.end()) {
    for (const FileNumber number : manifests->second) {
      const auto contents =
          source.files.ReadFile(source.PathOf(ManifestFileName(number)), kManifestBytesMax);
      if (contents) hints.Read(*contents);
    }
  }
  const auto tables = found.find(FileKind::kTable);
  if (tables == found.end()) return;
  for (const FileNumber number : tables->second) {
    const bool is_known =
        inventory->state.tables.contains(number) || hints.removed().contains(number);
    if (!is_known) inventory->unknown_tables.insert(number);
  }
}

// --- the rest ------------------------------------------------------------------------------------

// A blob's values may be in any file that says so; where a footer is damaged, in that of its
// number.
void FindBlobs(const Source& source, const Found& found, Inventory* inventory) {
  for (const auto& [id, meta] : inventory->state.blobs) inventory->blobs[id].insert(meta.file);
  const auto files = found.find(FileKind::kBlob);
  if (inventory->manifest_whole || files == found.end()) return;
  for (const FileNumber number : files->second) {
    BlobId id = number;
    const auto file = source.files.Open(source.PathOf(BlobFileName(number)));
    char scratch[blob::kFooterSize];
    if (file && (*file)->size() >= blob::kFooterSize) {
      const auto bytes =
          (*file)->Read((*file)->size() - blob::kFooterSize, blob::kFooterSize, scratch);
      const auto footer =
          bytes ? blob::DecodeFooter(*bytes, (*file)->size()) : Result<blob::Footer>(bytes.error());
      if (footer) id = footer->blob;
    }
    inventory->blobs[id].insert(number);
  }
}

void FindLogs(const Found& found, Inventory* inventory, std::vector<LostRange>* lost) {
  std::set<FileNumber> there;
  if (const auto logs = found.find(FileKind::kLog); logs != found.end()) there = logs->second;
  const ManifestState& state = inventory->state;
  const auto must_be_there = [&](FileNumber number) {
    if (there.contains(number) || number < state.oldest_log) return;
    lost->push_back({.file = LogFileName(number),
                     .what = "the log is missing",
                     .table = "",
                     .older_may_show = true});
    there.insert(number);  // Told once.
  };
  for (const auto& [number, _] : state.begun_logs) must_be_there(number);
  for (const auto& [number, _] : state.sealed_logs) must_be_there(number);
  if (const auto logs = found.find(FileKind::kLog); logs != found.end()) {
    for (const FileNumber number : logs->second) {
      if (number >= state.oldest_log) inventory->logs.push_back(number);
    }
  }
}

}  // namespace

Result<Inventory> TakeInventory(const Source& source, std::vector<LostRange>* lost) {
  STRATA_TRY_ASSIGN(const Found found, ListFiles(source));
  Inventory inventory;
  for (const auto& [_, numbers] : found) {
    inventory.last_file = std::max(inventory.last_file, *numbers.rbegin());
  }
  auto state = ReadStrictly(source);
  if (!state && state.error().code() == ErrorCode::kUnsupported) return std::move(state).error();
  inventory.manifest_whole = state.has_value();
  if (state) {
    inventory.state = *std::move(state);
  } else {
    FindByHints(source, found, &inventory);
    lost->push_back({.file = std::string(kCurrentFileName),
                     .what = state.error().message() +
                             "; all tables and logs that were found are read, and what had been "
                             "deleted long ago may be in one of them",
                     .table = "",
                     .older_may_show = true});
  }
  FindBlobs(source, found, &inventory);
  FindLogs(found, &inventory, lost);
  return inventory;
}

}  // namespace strata::repair
