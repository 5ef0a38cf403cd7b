#include "version/version_set.h"

#include <algorithm>

#include "base/mutant.h"
#include "version/current_file.h"
#include "version/manifest_files.h"
#include "version/manifest_log.h"
#include "version/restoring.h"

namespace strata {
namespace {

constexpr std::uint64_t kManifestBytesMax = std::uint64_t{1} << 30;

// A file that CURRENT or the manifest names must be there.
template <typename T>
Result<T> MustExist(Result<T> result) {
  if (result.has_value() || result.error().code() != ErrorCode::kNotFound) return result;
  return Corruption("a file is missing: " + result.error().message());
}

Result<ManifestState> ReadManifestFile(FileSystem& files, const std::string& path,
                                       std::uint64_t synced_bytes) {
  STRATA_TRY_ASSIGN(const std::string contents, files.ReadFile(path, kManifestBytesMax));
  return ReadManifest(contents, synced_bytes);
}

}  // namespace

// --- a new store ---------------------------------------------------------------------------------

Status VersionSet::Create(const Environment& environment, const std::string& directory,
                          const StoreProperties& properties) {
  STRATA_TRY_ASSIGN(const std::vector<std::string> names, environment.files->List(directory));
  ManifestState state;
  state.properties = properties;
  if (std::find(names.begin(), names.end(), kRestoringFileName) != names.end()) {
    return Corruption(directory + ": a restore was cut off here; restore it again");
  }
  for (const std::string& name : names) {
    const auto file = ParseFileName(name);
    if (!file.has_value()) continue;
    if (file->kind == FileKind::kCurrent) {
      return InvalidArgument(directory + ": a store is there already");
    }
    const bool is_data = file->kind == FileKind::kTable || file->kind == FileKind::kBlob;
    if (is_data || file->kind == FileKind::kLog) {
      return Corruption(name + " is there, but CURRENT is missing").WithContext(directory);
    }
    state.next_file = std::max(state.next_file, file->number + 1);
  }
  const FileNumber number = state.next_file++;
  STRATA_TRY_ASSIGN(auto manifest, WriteSnapshot(environment, directory, number, state, nullptr));
  STRATA_TRY(manifest->Close());
  return SwitchTo(*manifest, *environment.files, directory);
}

Status VersionSet::CreateFrom(const Environment& environment, const std::string& directory,
                              const ManifestState& state) {
  ManifestState with_manifest = state;
  const FileNumber number = with_manifest.next_file++;
  STRATA_TRY_ASSIGN(auto manifest,
                    WriteSnapshot(environment, directory, number, with_manifest, nullptr));
  STRATA_TRY(manifest->Close());
  return SwitchTo(*manifest, *environment.files, directory);
}

// --- an existing one -----------------------------------------------------------------------------

VersionSet::VersionSet(Private, const Environment& environment, std::string directory,
                       TableOpener opener, Counters& counters)
    : environment_(environment),
      directory_(std::move(directory)),
      opener_(std::move(opener)),
      log_(std::make_unique<ManifestLog>(environment, directory_, counters)) {}

VersionSet::~VersionSet() = default;

Result<std::unique_ptr<VersionSet>> VersionSet::Recover(const Environment& environment,
                                                        const std::string& directory,
                                                        TableOpener opener, Counters& counters,
                                                        const BlobOpener& open_blob,
                                                        Access access) {
  auto set =
      std::make_unique<VersionSet>(Private(), environment, directory, std::move(opener), counters);
  STRATA_TRY_ASSIGN(const CurrentManifest current, ReadCurrent(*environment.files, directory));
  const std::string path = JoinPath(directory, ManifestFileName(current.number));
  STRATA_TRY_ASSIGN(
      ManifestState state,
      Annotate(MustExist(ReadManifestFile(*environment.files, path, current.synced_bytes)),
               "reading " + path));
  STRATA_TRY(MustExist(set->OpenTables(std::move(state), open_blob)));
  STRATA_TRY(set->MarkFilesFound());
  if (access == Access::kRead) return set;
  STRATA_TRY(set->BeginLog());
  return set;
}

Status VersionSet::OpenTables(ManifestState state, const BlobOpener& open_blob) {
  VersionEdit edit;
  for (const auto& [id, meta] : state.blobs) {
    STRATA_TRY_ASSIGN(edit.opened_blobs.emplace_back(), open_blob(meta));
    edit.blobs.push_back(meta);
  }
  std::vector<std::shared_ptr<const Table>> opened;
  for (const auto& [number, meta] : state.tables) {
    STRATA_TRY_ASSIGN(std::shared_ptr<const Table> table, opener_(meta));
    edit.added.push_back(meta);
    opened.push_back(std::move(table));
  }
  next_file_ = state.next_file;
  last_sequence_ = state.last_sequence;
  recovered_.oldest_log = state.oldest_log;
  recovered_.last_sequence = state.last_sequence;
  for (const auto& [log, began_us] : state.begun_logs) {
    recovered_.begun_logs.push_back({log, began_us});
  }
  for (const auto& [log, length] : state.sealed_logs) {
    recovered_.sealed_logs.push_back({log, length});
  }
  catalog_ = Catalog(std::move(state));
  STRATA_TRY_ASSIGN(auto change, catalog_.Prepare(std::move(edit), std::move(opened)));
  catalog_.Install(std::move(change));
  return {};
}

// A file whose edit was never written still has its number: a crash came in between, or it couldn't
// be removed.
Status VersionSet::MarkFilesFound() {
  if (STRATA_MUTANT(reuse_file_number)) return {};
  STRATA_TRY_ASSIGN(const std::vector<std::string> names, environment_.files->List(directory_));
  for (const std::string& name : names) {
    if (const auto file = ParseFileName(name)) MarkFileNumberUsed(file->number);
  }
  return {};
}

// --- changes -------------------------------------------------------------------------------------

Status VersionSet::EnableFeature(std::string_view feature) {
  STRATA_TRY(first_error_);
  if (catalog_.HasFeature(feature)) return {};
  return Final(BeginLogWith(feature), {});
}

Status VersionSet::BeginLogWith(std::string_view feature) {
  catalog_.AddFeature(feature);
  Status begun = BeginLog();
  if (!begun) catalog_.RemoveFeature(feature);
  return begun;
}

Status VersionSet::LogAndApply(VersionEdit edit, std::vector<std::shared_ptr<const Table>> opened) {
  STRATA_TRY(first_error_);
  STRATA_TRY_ASSIGN(Catalog::Change change, catalog_.Prepare(std::move(edit), std::move(opened)));
  const bool is_new_feature = !change.edit.blobs.empty() && !catalog_.HasFeature(kBlobFeature);
  if (log_->is_long()) {
    Status begun = BeginLog();  // The old one goes on where there is no room for a new one.
    if (!begun && !MayPass(begun.error())) return Final(std::move(begun), {});
  }
  if (is_new_feature) STRATA_TRY(Final(BeginLogWith(kBlobFeature), {}));
  change.edit.next_file = next_file_.load();
  change.edit.last_sequence = last_sequence_;
  std::vector<std::uint32_t> changed = change.edit.dropped;
  for (const auto& [table, _] : change.versions) changed.push_back(table);
  {
    const MutexGivenAway given_away(mutex_);
    STRATA_TRY(Final(log_->Append(change.edit), change));
    STRATA_TRY(Final(log_->Sync(), change));
  }
  catalog_.Install(std::move(change));
  changed_ = std::move(changed);
  return {};
}

Status VersionSet::NoteLogs(VersionEdit edit) {
  STRATA_TRY(first_error_);
  STRATA_TRY(catalog_.CheckLogs(edit));
  edit.next_file = next_file_.load();
  STRATA_TRY(Final(log_->Append(edit), {}));
  return catalog_.NoteLogs(edit);
}

Status VersionSet::Close() {
  STRATA_TRY(first_error_);
  STRATA_TRY(Final(log_->Close(), {}));
  first_error_ = Error(ErrorCode::kAborted, "the manifest is closed");
  return {};
}

// What the manifest holds after an error nobody knows, so it is never appended to again, and no
// file is deleted that it may name. Where there was no room it holds what it held.
Status VersionSet::Final(Status status, const Catalog::Change& change) {
  if (!status.has_value() && MayPass(status.error())) return status;
  change.MarkNamed();
  if (status.has_value()) return status;
  if (STRATA_MUTANT(delete_outputs_after_manifest_sync_error)) {
    for (const TableMeta& table : change.edit.added) {
      (void)environment_.files->Remove(JoinPath(directory_, TableFileName(table.number)));
    }
  }
  if (!STRATA_MUTANT(reuse_manifest_after_write_error)) first_error_ = status;
  return status;
}

// Puts a new log, which says what the store is now, in the place of the old.
Status VersionSet::BeginLog() {
  const FileNumber number = NewFileNumber();
  const ManifestState state = State();
  const MutexGivenAway given_away(mutex_);
  return log_->Rewrite(number, state);
}

}  // namespace strata
