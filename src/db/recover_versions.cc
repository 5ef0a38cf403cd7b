// The part of recovery that the manifest made possible: which tables are the store, which logs
// still matter, and what is left over from a crash and can go.
//
// Order: replayed entries go into tables that are synced; one edit names them and makes the old
// logs obsolete; only then does a new log begin. A crash in between repeats the work, no more.

#include <algorithm>
#include <set>

#include "base/mutant.h"
#include "db/db_impl.h"

namespace strata {
namespace {

// A store that was closed cleanly keeps its logs instead of writing a small table at every open, up
// to this many.
constexpr std::size_t kCleanLogsMax = 8;

FileId DrawFileId(Random& random) {
  FileId id;
  for (std::size_t i = 0; i < id.size(); i += 8) EncodeFixed(id.data() + i, random.Next());
  return id;
}

}  // namespace

// What the options say about a store that is there, or isn't, before anything is touched.
Status DbImpl::CheckExistence() const {
  STRATA_TRY_ASSIGN(const bool exists,
                    environment_.files->Exists(JoinPath(directory_, kCurrentFileName)));
  if (exists && options_.error_if_exists) {
    return InvalidArgument("a store is there already; choose another directory");
  }
  //| if (!exists && !options_.create_if_missing) {  //@L06..19
  if (!exists && (!options_.create_if_missing || options_.read_only)) {  //@L20
    return Error(ErrorCode::kNotFound, "no store is there (no CURRENT file)");
  }
  return {};
}

Status DbImpl::CreateOrRecoverVersions() {
  InitTableStore();
  STRATA_TRY_ASSIGN(const bool exists,
                    environment_.files->Exists(JoinPath(directory_, kCurrentFileName)));
  if (!exists) {
    StoreProperties properties;
    properties.store_id = DrawFileId(random_);
    properties.empty_value_deletes = options_.empty_value_deletes;
    STRATA_TRY(VersionSet::Create(environment_, directory_, properties));
  }
  STRATA_TRY_ASSIGN(
      versions_, VersionSet::Recover(
                     environment_, directory_,
                     //@L06..18{
                     //| [this](const TableMeta& meta) { return OpenTable(meta); }, counters_));
                     //@}
                     //@L19{
                     [this](const TableMeta& meta) { return OpenTable(meta); }, counters_,
                     //| [this](const BlobMeta& meta) { return OpenBlob(meta); }));  //@L19..19
                     //@L20{
                     [this](const BlobMeta& meta) { return OpenBlob(meta); },
                     options_.read_only ? VersionSet::Access::kRead : VersionSet::Access::kWrite));
  //@}
  //@}
  versions_->SetMutex(&mutex_);  //@L12
  empty_value_deletes_ = versions_->properties().empty_value_deletes;
  STRATA_TRY(RecoverTables());  //@L17
  last_sequence_ = versions_->last_sequence();
  return {};
}

std::optional<std::uint64_t> DbImpl::SealedLength(FileNumber log) const {
  for (const SealedLog& sealed : versions_->recovered().sealed_logs) {
    if (sealed.number == log) return sealed.length;
  }
  return std::nullopt;
}

Status DbImpl::SpillWhileReplaying() {
  //@L20{
  if (options_.read_only) {
    const std::uint64_t budget = options_.memory_budget_bytes;
    if (budget == 0 || MemTableBytes() <= budget) return {};
    return InvalidArgument("what the logs hold takes more memory than the budget of " +
                           std::to_string(budget) +
                           " bytes, and a store that is opened to be read only can't write it to "
                           "tables");
  }
  //@}
  return MemTableBytes() < options_.memtable_bytes ? Status() : WriteRecovered();
}

Status DbImpl::WriteRecovered() {
  for (const auto& tree : Trees()) {
    if (tree->memtable->empty()) continue;
    STRATA_TRY(WriteMemTable(*tree, *tree->memtable, RecoveredSince(), &recovery_edit_,
                             &recovery_tables_));
    //@L19{
    const std::size_t others = recovery_edit_.opened_blobs.size();
    STRATA_TRY(AdoptDirect(*tree, *direct_, &recovery_edit_, recovery_tables_));
    // Copies of what the log points to: they go with an opening that fails.
    for (std::size_t i = others; i < recovery_edit_.opened_blobs.size(); ++i) {
      RemoveWithLastUse(*recovery_edit_.opened_blobs[i]);
    }
    //@}
    tree->memtable = NewMemTable();
  }
  StartDirectValues();  //@L19
  return {};
}

std::uint64_t DbImpl::RecoveredSince() const {
  const auto& begun = versions_->recovered().begun_logs;
  return begun.empty() ? environment_.clock->WallMicros() : begun.front().began_us;
}

Status DbImpl::FinishRecovery(const std::vector<FileNumber>& logs) {
  //@L20{
  if (options_.read_only) {
    read_only_ = Error(ErrorCode::kReadOnly, "it was opened to be read only");
    return {};
  }
  //@}
  const bool all_sealed = std::all_of(
      logs.begin(), logs.end(),
      [&](FileNumber number) STRATA_REQUIRES(mutex_) { return SealedLength(number).has_value(); });
  // A log that wasn't sealed may be in the page cache only: its entries go into tables that are
  // synced before anything else happens.
  //@L06..18{
  //| const bool keep_logs = all_sealed && logs.size() < kCleanLogsMax && recovery_tables_.empty();
  //@}
  //@L19{
  // Values that a log points to are brought into tables with it: their files are as they were left.
  const bool keep_logs =
      all_sealed && logs.size() < kCleanLogsMax && recovery_tables_.empty() && !replay_.saw_direct;
  //@}
  const FileNumber log_number = versions_->NewFileNumber();
  versions_->SetLastSequence(last_sequence_);
  if (keep_logs) {
    memtable_since_us_ = RecoveredSince();
  } else {
    STRATA_TRY(WriteRecovered());
    if (!recovery_tables_.empty()) STRATA_TRY(environment_.files->SyncDirectory(directory_));
    recovery_edit_.oldest_log = log_number;
  }
  // The log is there before an edit says that it is.
  STRATA_TRY(StartLog(log_number));
  StartDirectValues();  //@L19
  recovery_edit_.begun_logs.push_back({log_number, environment_.clock->WallMicros()});
  STRATA_TRY(versions_->LogAndApply(std::move(recovery_edit_), std::move(recovery_tables_)));
  RemoveLogsBefore(versions_->oldest_log());
  RemoveStrayBlobs();  //@L19
  return {};
}

// Files that no version names: a crash came before their edit, or after the one that dropped them;
// logs are replayed first.
// What can't be removed now is tried again at the next open.
void DbImpl::RemoveStrayFiles() {
  const auto names = environment_.files->List(directory_);
  if (!names) return;
  for (const std::string& name : *names) {
    const auto parsed = ParseFileName(name);
    if (!parsed) continue;
    const bool stray_table = parsed->kind == FileKind::kTable &&
                             //@L06..16{
                             //| versions_->current()->FindTable(parsed->number) == nullptr;
                             //@}
                             versions_->FindTable(parsed->number) == nullptr;  //@L17
    const bool stray_manifest =
        parsed->kind == FileKind::kManifest && parsed->number != versions_->manifest_number();
    if (parsed->kind != FileKind::kLog) versions_->MarkFileNumberUsed(parsed->number);
    if (stray_table || stray_manifest || parsed->kind == FileKind::kTemporary) {
      (void)environment_.files->Remove(JoinPath(directory_, name)).has_value();
    }
  }
}

//@L19{
// The same for blob files, once no log that is left points to one.
void DbImpl::RemoveStrayBlobs() {
  const auto names = environment_.files->List(directory_);
  if (!names) return;
  for (const std::string& name : *names) {
    const auto parsed = ParseFileName(name);
    if (parsed && parsed->kind == FileKind::kBlob && !IsBlobFileInUse(parsed->number)) {
      (void)environment_.files->Remove(JoinPath(directory_, name)).has_value();
    }
  }
}

//@}
}  // namespace strata
