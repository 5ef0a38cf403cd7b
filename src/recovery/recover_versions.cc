// The part of recovery that the manifest made possible: which tables are the store, which logs
// still matter, and what is left over from a crash and can go.
//
// Order: replayed entries go into tables that are synced; one edit names them and makes the old
// logs obsolete; only then does a new log begin. A crash in between repeats the work, no more.

#include <algorithm>
#include <utility>

#include "base/mutant.h"
#include "recovery/recovery.h"
#include "version/restore_mark.h"

namespace strata {
namespace {

// A store that was closed cleanly keeps its logs instead of writing a small table at every open, up
// to this many.
constexpr std::size_t kCleanLogsMax = 8;

}  // namespace

Status Recovery::CheckNotHalf() const {
  STRATA_TRY_ASSIGN(const bool is_half, context_.environment.files->Exists(
                                            JoinPath(context_.directory, kRestoreMarkName)));
  if (!is_half) return {};
  return Corruption("a restore into it was cut off: restore again into the same directory");
}

// What the options say about a store that is there, or isn't, before anything is touched.
Status Recovery::CheckExistence() const {
  STRATA_TRY_ASSIGN(const bool exists, context_.environment.files->Exists(
                                           JoinPath(context_.directory, kCurrentFileName)));
  if (exists && context_.options.error_if_exists) {
    return InvalidArgument("a store is there already; choose another directory");
  }
  if (!exists) STRATA_TRY(CheckNotHalf());
  if (!exists && (!context_.options.create_if_missing || context_.options.read_only)) {
    return Error(ErrorCode::kNotFound, "no store is there (no CURRENT file)");
  }
  return {};
}

Status Recovery::CreateOrRecoverVersions() {
  files_.Start([&versions = versions_] { return versions.set().NewFileNumber(); });
  STRATA_TRY_ASSIGN(const bool exists, context_.environment.files->Exists(
                                           JoinPath(context_.directory, kCurrentFileName)));
  if (!exists) {
    StoreProperties properties;
    properties.store_id = files_.store().NewId();
    properties.empty_value_deletes = context_.options.empty_value_deletes;
    STRATA_TRY(VersionSet::Create(context_.environment, context_.directory, properties));
  }
  const auto open = [this](const TableMeta& meta) { return files_.Open(meta); };
  const auto open_blob = [this](const BlobMeta& meta) { return files_.Open(meta); };
  const auto access =
      context_.options.read_only ? VersionSet::Access::kRead : VersionSet::Access::kWrite;
  STRATA_TRY_ASSIGN(auto set, VersionSet::Recover(context_.environment, context_.directory, open,
                                                  context_.counters, open_blob, access));
  versions_.Start(std::move(set));
  trees_.SetEmptyValueDeletes(versions_.set().properties().empty_value_deletes);
  for (const auto& [id, table] : versions_.set().named_tables()) {
    STRATA_TRY_ASSIGN(auto tree, trees_.Make(table));
    tree->version = versions_.set().current(id);
    tree->truncated_at = versions_.set().truncated_at(id);
    trees_.Add(std::move(tree));
  }
  trees_.default_tree()->truncated_at = versions_.set().truncated_at(0);
  trees_.SetNextId(versions_.set().next_named_table());
  trees_.SetLastSequence(versions_.set().last_sequence());
  return {};
}

std::optional<std::uint64_t> Recovery::SealedLength(FileNumber log) const {
  for (const SealedLog& sealed : versions_.set().recovered().sealed_logs) {
    if (sealed.number == log) return sealed.length;
  }
  return std::nullopt;
}

Status Recovery::Spill() {
  if (context_.options.read_only) {
    const std::uint64_t budget = context_.options.memory_budget_bytes;
    if (budget == 0 || trees_.MemTableBytes() <= budget) return {};
    return InvalidArgument("what the logs hold takes more memory than the budget of " +
                           std::to_string(budget) +
                           " bytes, and a store that is opened to be read only can't write it to "
                           "tables");
  }
  return trees_.MemTableBytes() < context_.options.memtable_bytes ? Status() : WriteRecovered();
}

Status Recovery::WriteRecovered() {
  copy_.GiveUp();
  for (const auto& tree : trees_.All()) {
    if (tree->memtable->empty()) continue;
    STRATA_TRY(writer_.Write(*tree, *tree->memtable, RecoveredSince(), &edit_, &opened_));
    const std::size_t others = edit_.opened_blobs.size();
    STRATA_TRY(writer_.AdoptDirect(*tree, *trees_.direct(), &edit_, opened_));
    // Copies of what the log points to: they go with an opening that fails.
    for (std::size_t i = others; i < edit_.opened_blobs.size(); ++i) {
      const Blob& blob = *edit_.opened_blobs[i];
      blob.MarkObsolete(files_.RemovalOf(blob));
    }
    trees_.Renew(*tree);
  }
  trees_.SetDirect(trees_.NewDirect());
  return {};
}

std::uint64_t Recovery::RecoveredSince() const {
  const auto& begun = versions_.set().recovered().begun_logs;
  return begun.empty() ? context_.environment.clock->WallMicros() : begun.front().began_us;
}

Status Recovery::Finish(const std::vector<FileNumber>& logs) {
  if (context_.options.read_only) {
    health_.SetReadOnly(Error(ErrorCode::kReadOnly, "it was opened to be read only"));
    return {};
  }
  const bool all_sealed = std::all_of(logs.begin(), logs.end(), [&](FileNumber number) {
    return SealedLength(number).has_value();
  });
  // A log that wasn't sealed may be in the page cache only: its entries go into tables that are
  // synced before anything else happens.
  // Or into the new log: copy_logs.cc.
  // Values that a log points to are brought into tables with it: their files are as they were left.
  const bool keep_logs =
      all_sealed && logs.size() < kCleanLogsMax && opened_.empty() && !saw_direct_;
  const bool copy_logs = !keep_logs && FitsNewLog();
  const FileNumber log_number = versions_.set().NewFileNumber();
  versions_.set().SetLastSequence(trees_.last_sequence());
  if (keep_logs) {
    trees_.SetSince(RecoveredSince());
  } else if (!copy_logs) {
    STRATA_TRY(WriteRecovered());
    if (!opened_.empty()) STRATA_TRY(files_.store().SyncNames());
    edit_.oldest_log = log_number;
  }
  // The log is there before an edit says that it is.
  STRATA_TRY(BeginNewLog(log_number, copy_logs));
  STRATA_TRY(versions_.Install(std::move(edit_), std::move(opened_)));
  journal_.Release(versions_.set().oldest_log());
  RemoveStrayBlobs();
  return {};
}

// Files that no version names: a crash came before their edit, or after the one that dropped them;
// logs are replayed first.
// What can't be removed now is tried again at the next open.
void Recovery::RemoveStrayFiles() {
  const auto names = context_.environment.files->List(context_.directory);
  if (!names) return;
  for (const std::string& name : *names) {
    const auto parsed = ParseFileName(name);
    if (!parsed) continue;
    const bool stray_table =
        parsed->kind == FileKind::kTable && versions_.set().FindTable(parsed->number) == nullptr;
    const bool stray_manifest =
        parsed->kind == FileKind::kManifest && parsed->number != versions_.set().manifest_number();
    if (parsed->kind != FileKind::kLog) versions_.set().MarkFileNumberUsed(parsed->number);
    if (stray_table || stray_manifest || parsed->kind == FileKind::kTemporary) {
      (void)context_.environment.files->Remove(JoinPath(context_.directory, name)).has_value();
    }
  }
}

// The same for blob files, once no log that is left points to one.
void Recovery::RemoveStrayBlobs() {
  const auto names = context_.environment.files->List(context_.directory);
  if (!names) return;
  for (const std::string& name : *names) {
    const auto parsed = ParseFileName(name);
    if (parsed && trees_.direct()->Find(parsed->number) != nullptr) continue;  // A copy.
    if (parsed && parsed->kind == FileKind::kBlob && !versions_.IsBlobFileInUse(parsed->number)) {
      (void)context_.environment.files->Remove(JoinPath(context_.directory, name)).has_value();
    }
  }
}
}  // namespace strata
