#include "state/versions.h"

#include <utility>

#include "base/mutant.h"

namespace strata {

void Versions::Start(std::unique_ptr<VersionSet> set) {
  set_ = std::move(set);
  set_->SetMutex(&context_.mutex);
  trees_.default_tree()->version = set_->current();
}

Status Versions::Install(VersionEdit edit, std::vector<std::shared_ptr<const Table>> opened,
                         const std::function<void()>& before_shown) {
  AwaitEdits();
  const std::vector<FileNumber> removed = edit.removed;
  std::vector<std::shared_ptr<const Table>> before;
  before.reserve(removed.size());
  for (const FileNumber number : removed) before.push_back(set_->FindTable(number));
  set_->SetLastSequence(trees_.last_sequence());
  STRATA_TRY(Log(std::move(edit), std::move(opened)));
  for (const auto& table : before) {
    if (table == nullptr) continue;
    if (const auto newer = set_->FindTable(table->meta().number)) {
      // It was moved: the file stays for as long as anybody has either of the two.
      if (!STRATA_MUTANT(moved_table_unheld)) table->MarkObsolete([newer] {});
    } else {
      table->MarkObsolete(files_.RemovalOf(*table));
    }
  }
  for (const std::uint32_t id : set_->changed()) {
    const auto tree = trees_.Find({id});
    if (tree == nullptr) continue;  // It comes with this edit.
    auto now = set_->current(id);
    if (now == nullptr) now = std::make_shared<const Version>();  // It was dropped.
    DropBlobFiles(*tree->version, *now);
    tree->version = std::move(now);
  }
  if (before_shown) before_shown();
  trees_.Publish(set_->changed());
  return {};
}

Status Versions::Log(VersionEdit edit, std::vector<std::shared_ptr<const Table>> opened) {
  return RunEdit([&] { return set_->LogAndApply(std::move(edit), std::move(opened)); });
}

Status Versions::RunEdit(const std::function<Status()>& write) {
  editing_ = true;
  Status written = write();
  editing_ = false;
  if (!STRATA_MUTANT(edit_ends_unheard)) {
    context_.environment.executor->Notify(context_.edit_ended);
  }
  STRATA_TRY(health_.Remember(std::move(written)));
  return NoteLogs({});
}

void Versions::AwaitEdits() {
  if (STRATA_MUTANT(edits_dont_wait)) return;
  Mutex& mutex = context_.mutex;
  mutex.AssertHeld();
  context_.environment.executor->WaitOn(context_.edit_ended, mutex, [this] { return !editing_; });
}

Status Versions::NoteLogs(const VersionEdit& edit) {
  for (const BegunLog& log : edit.begun_logs) notes_.begun_logs.push_back(log);
  for (const SealedLog& log : edit.sealed_logs) notes_.sealed_logs.push_back(log);
  const bool nothing = notes_.begun_logs.empty() && notes_.sealed_logs.empty();
  if (editing_ || nothing) return {};
  Status noted = set_->NoteLogs(notes_);
  if (!noted && MayPass(noted.error())) return {};  // The next edit says it, or comes after it.
  notes_ = {};
  return health_.Remember(std::move(noted));
}

Status Versions::RewriteManifest() {
  AwaitEdits();
  return RunEdit([this] { return set_->Rewrite(); });
}

Status Versions::EnableFeature(std::string_view feature) {
  if (!STRATA_MUTANT(feature_beside_edit)) AwaitEdits();
  return RunEdit([&] { return set_->EnableFeature(feature); });
}

// The edit that `now` came of is durable: files that only older versions have go with the last of
// them.
void Versions::DropBlobFiles(const Version& before, const Version& now) {
  for (const auto& [id, state] : before.blobs()) {
    const auto kept = now.blobs().find(id);
    if (kept != now.blobs().end() && kept->second.blob == state.blob) continue;
    if (kept == now.blobs().end()) context_.counters.Add(Counter::kBlobsDropped);
    const std::uint64_t bytes = state.size_bytes();
    *pinned_blob_bytes_ += bytes;
    state.blob->MarkObsolete(
        [pinned = pinned_blob_bytes_, bytes, remove = files_.RemovalOf(*state.blob)] {
          *pinned -= bytes;
          remove();
        });
  }
}

bool Versions::IsBlobFileInUse(FileNumber file) const {
  for (const auto& tree : trees_.All()) {
    for (const auto& [_, state] : tree->version->blobs()) {
      if (state.blob->meta().file == file) return true;
    }
  }
  return false;
}
}  // namespace strata
