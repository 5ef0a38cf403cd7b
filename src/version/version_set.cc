#include "version/version_set.h"

#include <algorithm>

#include "base/mutant.h"
#include "version/current_file.h"
#include "version/manifest_files.h"

namespace strata {
namespace {

constexpr std::uint64_t kManifestBytesMax = std::uint64_t{1} << 30;
// A manifest is begun anew past this size, and past this many times the size of its snapshot.
constexpr std::uint64_t kLongManifestBytes = 64 << 10;
constexpr std::uint64_t kLongManifestFactor = 4;

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
  for (const std::string& name : names) {
    const auto file = ParseFileName(name);
    if (!file.has_value()) continue;
    if (file->kind == FileKind::kCurrent) {
      return InvalidArgument(directory + ": a store is there already");
    }
    const bool is_data = file->kind == FileKind::kTable || file->kind == FileKind::kBlob;  //@L19
    //| const bool is_data = file->kind == FileKind::kTable;  //@L06..18
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

//@L20{
Status VersionSet::CreateFrom(const Environment& environment, const std::string& directory,
                              const ManifestState& state) {
  ManifestState with_manifest = state;
  const FileNumber number = with_manifest.next_file++;
  STRATA_TRY_ASSIGN(auto manifest,
                    WriteSnapshot(environment, directory, number, with_manifest, nullptr));
  STRATA_TRY(manifest->Close());
  return SwitchTo(*manifest, *environment.files, directory);
}

//@}
// --- an existing one -----------------------------------------------------------------------------

VersionSet::VersionSet(Private, const Environment& environment, std::string directory,
                       TableOpener opener, Counters& counters)
    : environment_(environment),
      directory_(std::move(directory)),
      opener_(std::move(opener)),
      counters_(counters) {}

VersionSet::~VersionSet() = default;

Result<std::unique_ptr<VersionSet>> VersionSet::Recover(
    const Environment& environment, const std::string& directory,
    //| TableOpener opener, Counters& counters) {  //@L06..18
    //@L19{
    //| TableOpener opener, Counters& counters, const BlobOpener& open_blob) {  //@L19..19
    TableOpener opener, Counters& counters, const BlobOpener& open_blob, Access access) {  //@L20
  //@}
  auto set =
      std::make_unique<VersionSet>(Private(), environment, directory, std::move(opener), counters);
  STRATA_TRY_ASSIGN(const CurrentManifest current, ReadCurrent(*environment.files, directory));
  const std::string path = JoinPath(directory, ManifestFileName(current.number));
  STRATA_TRY_ASSIGN(
      set->state_,
      Annotate(MustExist(ReadManifestFile(*environment.files, path, current.synced_bytes)),
               "reading " + path));
  //| STRATA_TRY(MustExist(set->OpenTables()));  //@L06..18
  STRATA_TRY(MustExist(set->OpenTables(open_blob)));  //@L19
  STRATA_TRY(set->MarkFilesFound());
  if (access == Access::kRead) return set;  //@L20
  STRATA_TRY(set->BeginManifest());
  return set;
}

//| Status VersionSet::OpenTables() {  //@L06..18
Status VersionSet::OpenTables(const BlobOpener& open_blob) {  //@L19
  VersionEdit edit;
  //@L19{
  for (const auto& [id, meta] : state_.blobs) {
    STRATA_TRY_ASSIGN(edit.opened_blobs.emplace_back(), open_blob(meta));
    edit.blobs.push_back(meta);
  }
  state_.blobs.clear();
  //@}
  std::vector<std::shared_ptr<const Table>> opened;
  for (const auto& [number, meta] : state_.tables) {
    STRATA_TRY_ASSIGN(std::shared_ptr<const Table> table, opener_(meta));
    edit.added.push_back(meta);
    opened.push_back(std::move(table));
  }
  //@L06..16{
  //| STRATA_TRY_ASSIGN(current_, Version().With(edit, std::move(opened)));
  //@}
  //@L17{
  for (const auto& [id, table] : state_.named) named_[id] = std::make_shared<const Version>();
  STRATA_TRY_ASSIGN(named_, NextVersions(edit, std::move(opened)));
  current_ = named_.extract(0).mapped();
  //@}
  state_.tables.clear();
  next_file_ = state_.next_file;
  last_sequence_ = state_.last_sequence;
  recovered_.oldest_log = state_.oldest_log;
  recovered_.last_sequence = state_.last_sequence;
  for (const auto& [log, began_us] : state_.begun_logs) {
    recovered_.begun_logs.push_back({log, began_us});
  }
  for (const auto& [log, length] : state_.sealed_logs) {
    recovered_.sealed_logs.push_back({log, length});
  }
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

//@L17{
std::shared_ptr<const Version> VersionSet::current(std::uint32_t table) const {
  if (table == 0) return current_;
  const auto found = named_.find(table);
  return found == named_.end() ? nullptr : found->second;
}

VersionSet::Versions VersionSet::versions() const {
  Versions all = named_;
  all[0] = current_;
  return all;
}

std::shared_ptr<const Table> VersionSet::FindTable(FileNumber number) const {
  if (auto table = current_->FindTable(number)) return table;
  for (const auto& [id, version] : named_) {
    if (auto table = version->FindTable(number)) return table;
  }
  return nullptr;
}

//@L19{
// A blob belongs to the table that uses it: all along, or from this edit on.
std::uint32_t VersionSet::TableOfBlob(const VersionEdit& edit, BlobId blob) const {
  for (const auto& [table, version] : versions()) {
    if (version->blobs().contains(blob)) return table;
  }
  for (const TableMeta& added : edit.added) {
    for (const sst::BlobUse& use : added.blobs) {
      if (use.blob == blob) return added.named_table;
    }
  }
  return 0;
}
//@}

Result<VersionSet::Versions> VersionSet::NextVersions(
    const VersionEdit& edit, std::vector<std::shared_ptr<const Table>> opened) const {
  STRATA_CHECK(opened.size() == edit.added.size());
  Versions next = versions();
  for (const std::uint32_t id : edit.dropped) next.erase(id);
  for (const NamedTable& table : edit.created) next[table.id] = std::make_shared<const Version>();
  struct Part {
    VersionEdit edit;
    std::vector<std::shared_ptr<const Table>> opened;
  };
  std::map<std::uint32_t, Part> parts;
  for (const FileNumber number : edit.removed) {
    const auto table = FindTable(number);
    parts[table == nullptr ? 0 : table->meta().named_table].edit.removed.push_back(number);
  }
  for (std::size_t i = 0; i < opened.size(); ++i) {
    Part& part = parts[edit.added[i].named_table];
    part.edit.added.push_back(edit.added[i]);
    part.opened.push_back(std::move(opened[i]));
  }
  //@L19{
  for (std::size_t i = 0; i < edit.blobs.size(); ++i) {
    Part& part = parts[TableOfBlob(edit, edit.blobs[i].id)];
    part.edit.blobs.push_back(edit.blobs[i]);
    part.edit.opened_blobs.push_back(edit.opened_blobs[i]);
  }
  //@}
  for (auto& [id, part] : parts) {
    const auto found = next.find(id);
    if (found == next.end()) {
      return Corruption("the edit is of named table " + std::to_string(id) + ", which isn't there");
    }
    STRATA_TRY_ASSIGN(found->second, found->second->With(part.edit, std::move(part.opened)));
  }
  return next;
}

Status VersionSet::EnableFeature(std::string_view feature) {
  STRATA_TRY(first_error_);
  std::vector<std::string>& features = state_.properties.features;
  if (std::find(features.begin(), features.end(), feature) != features.end()) return {};
  features.emplace_back(feature);
  return Final(BeginManifest(), {});
}

//@}
Status VersionSet::LogAndApply(VersionEdit edit, std::vector<std::shared_ptr<const Table>> opened) {
  STRATA_TRY(first_error_);
  const std::vector<std::shared_ptr<const Table>> added = opened;
  //@L06..16{
  //| STRATA_TRY_ASSIGN(std::shared_ptr<const Version> next, current_->With(edit, std::move(opened)));
  //@}
  //@L17{
  STRATA_TRY_ASSIGN(Versions named, NextVersions(edit, std::move(opened)));
  //@L19{
  for (const auto& [table, version] : versions()) {
    const auto after = named.find(table);
    for (const auto& [id, _] : version->blobs()) {
      const bool stays = after != named.end() && after->second->blobs().contains(id);
      if (!stays) edit.removed_blobs.push_back(id);
    }
  }
  //@}
  std::shared_ptr<const Version> next = named.extract(0).mapped();
  //@}
  //@L19{
  std::vector<std::string>& features = state_.properties.features;
  const bool is_new_feature = !edit.blobs.empty() && std::find(features.begin(), features.end(),
                                                               kBlobFeature) == features.end();
  if (is_new_feature) features.emplace_back(kBlobFeature);
  //@}
  ManifestState state = state_;
  STRATA_TRY(state.ApplyLogs(edit));
  STRATA_TRY(state.ApplyNamed(edit));  //@L17
  //| if (IsManifestLong()) {  //@L06..18
  if (IsManifestLong() || is_new_feature) {  //@L19
    STRATA_TRY(Final(BeginManifest(), edit));
  }
  edit.next_file = next_file_.load();
  edit.last_sequence = last_sequence_;
  for (const auto& table : added) table->MarkNamed();
  for (const auto& blob : edit.opened_blobs) blob->MarkNamed();  //@L19
  //@solve 6.2 "durable first, visible second" inert(current_ = std::move(next); state_ = std::move(state); STRATA_TRY(manifest_->Append(EncodeEdit(edit))); return manifest_->Sync();)
  //@L12{
  {
    const MutexGivenAway given_away(mutex_);
    //@}
    STRATA_TRY(Final(manifest_->Append(EncodeEdit(edit)), edit));
    STRATA_TRY(Final(manifest_->Sync(), edit));
    //@L12{
  }
  //@}
  state_ = std::move(state);
  named_ = std::move(named);  //@L17
  current_ = std::move(next);
  return {};
  //@}
}

//@L12{
Status VersionSet::NoteLogs(VersionEdit edit) {
  STRATA_TRY(first_error_);
  STRATA_TRY(state_.ApplyLogs(edit));
  edit.next_file = next_file_.load();
  return Final(manifest_->Append(EncodeEdit(edit)), edit);
}

//@}
Status VersionSet::Close() {
  STRATA_TRY(first_error_);
  STRATA_TRY(Final(manifest_->Close(), {}));
  if (Status named = SwitchTo(*manifest_, *environment_.files, directory_); !named) {
    RemoveUnlessCurrent(*environment_.files, directory_, manifest_->number());
    return Final(std::move(named), {});
  }
  first_error_ = Error(ErrorCode::kAborted, "the manifest is closed");
  return {};
}

// What the manifest holds after an error nobody knows, so it is never appended to again, and no
// file is deleted that it may name.
Status VersionSet::Final(Status status, const VersionEdit& edit) {
  if (status.has_value()) return status;
  if (STRATA_MUTANT(delete_outputs_after_manifest_sync_error)) {
    for (const TableMeta& table : edit.added) {
      (void)environment_.files->Remove(JoinPath(directory_, TableFileName(table.number)));
    }
  }
  if (!STRATA_MUTANT(reuse_manifest_after_write_error)) first_error_ = status;
  return status;
}

bool VersionSet::IsManifestLong() const {
  return manifest_->size() > std::max(kLongManifestBytes, kLongManifestFactor * snapshot_bytes_);
}

ManifestState VersionSet::State() const {
  ManifestState state = state_;
  for (const Run& run : current_->runs()) {
    for (const auto& table : run.tables) state.tables.emplace(table->meta().number, table->meta());
  }
  //@L19{
  for (const auto& [table, version] : versions()) {
    for (const auto& [id, blob] : version->blobs()) state.blobs.emplace(id, blob.blob->meta());
  }
  //@}
  //@L17{
  for (const auto& [id, version] : named_) {
    for (const Run& run : version->runs()) {
      for (const auto& table : run.tables) {
        state.tables.emplace(table->meta().number, table->meta());
      }
    }
  }
  //@}
  state.next_file = next_file_.load();
  state.last_sequence = last_sequence_;
  return state;
}

// Puts a new manifest, which says what the store is now, in the place of the old.
Status VersionSet::BeginManifest() {
  const FileNumber number = NewFileNumber();
  const ManifestState state = State();
  STRATA_TRY_ASSIGN(auto manifest, WriteManifest(number, state));
  manifest_ = std::move(manifest);
  snapshot_bytes_ = manifest_->size();
  return {};
}

Result<std::unique_ptr<ManifestWriter>> VersionSet::WriteManifest(FileNumber number,
                                                                  const ManifestState& state) {
  const MutexGivenAway given_away(mutex_);  //@L12
  auto manifest = WriteSnapshot(environment_, directory_, number, state, &counters_);
  Status begun = manifest ? SwitchTo(**manifest, *environment_.files, directory_)
                          : Status(std::move(manifest).error());
  if (begun) {
    RemoveOldManifests(*environment_.files, directory_, number);
    return manifest;
  }
  RemoveUnlessCurrent(*environment_.files, directory_, number);
  return std::move(begun).error();
}

}  // namespace strata
