#include "journal/direct_values.h"

#include <algorithm>
#include <utility>

#include "io/os_error.h"

namespace strata {

std::vector<DirectValues::File> DirectValues::Files() const {
  MutexLock lock(mutex_);
  return files_;
}

// --- the queue's front ---------------------------------------------------------------------------

Result<std::shared_ptr<blob::PendingBlob>> DirectValues::FileFor(
    std::uint32_t table, const blob::WriterOptions& options) {
  if (const auto open = open_.find(table); open != open_.end()) {
    if (!open->second->full(file_bytes_max_)) return open->second;
    STRATA_TRY(open->second->HandOver());
    full_.push_back(open->second);
  }
  const FileIdentity identity = store_.NewIdentity(FileKind::kBlob);
  STRATA_TRY_ASSIGN(auto writer, store_.Create(identity));
  auto opened = store_.OpenGrowing(identity);
  if (!opened) {
    writer.reset();
    store_.RemovalOf(identity)();
    return std::move(opened).error();
  }
  auto file = std::make_shared<blob::PendingBlob>(blob::NewBlobFile{.name = store_.NameOf(identity),
                                                                    .file_id = identity.id,
                                                                    .blob = identity.number,
                                                                    .writer = std::move(writer),
                                                                    .reader = *std::move(opened)},
                                                  options, counters_);
  names_synced_ = false;
  open_[table] = file;
  MutexLock lock(mutex_);
  files_.emplace_back(table, file);
  return file;
}

Result<blob::Place> DirectValues::Append(std::uint32_t table, std::string_view value,
                                         const blob::WriterOptions& options) {
  STRATA_TRY_ASSIGN(const auto file, FileFor(table, options));
  unsynced_.try_emplace(file->blob(), file);
  STRATA_TRY_ASSIGN(const blob::Place place, file->Append(value));
  bytes_.fetch_add(place.stored_bytes + blob::kTrailerSize, std::memory_order_acq_rel);
  return place;
}

Status DirectValues::HandOverOpen() {
  for (const auto& [_, file] : open_) STRATA_TRY(file->HandOver());
  std::erase_if(open_, [&](const auto& open) {
    if (!open.second->full(file_bytes_max_)) return false;
    full_.push_back(open.second);
    return true;
  });
  return {};
}

Status DirectValues::Sync() {
  for (const auto& [_, file] : unsynced_) STRATA_TRY(file->Sync());
  unsynced_.clear();
  if (!names_synced_) STRATA_TRY(AsFinal(store_.SyncNames()));
  names_synced_ = true;
  return {};
}

// --- a flush -------------------------------------------------------------------------------------

Result<std::vector<std::shared_ptr<const Blob>>> DirectValues::Finish(std::uint32_t table) {
  std::vector<std::shared_ptr<const Blob>> blobs;
  for (const auto& [owner, file] : Files()) {
    if (owner != table) continue;
    auto finished = file->Finish();
    // But where there was no room a second attempt would trust what may be half written.
    if (!finished && finished.error().code() == ErrorCode::kNoSpace) return finished.error();
    if (!finished) return Error(ErrorCode::kIo, finished.error().message());
    const blob::BlobSummary& summary = *finished;
    STRATA_TRY_ASSIGN(blobs.emplace_back(),
                      store_.Open(MakeBlobMeta(file->blob(), file->file_id(), summary)));
  }
  return blobs;
}

void DirectValues::RemoveUnused(const std::vector<BlobMeta>& named) const {
  for (const auto& [_, file] : Files()) {
    const auto is_it = [&](const BlobMeta& meta) { return meta.id == file->blob(); };
    if (std::any_of(named.begin(), named.end(), is_it)) continue;
    store_.RemovalOf({FileKind::kBlob, file->blob(), file->file_id()})();
  }
}

// --- anyone --------------------------------------------------------------------------------------

const blob::ValueFile* DirectValues::Find(BlobId blob) const {
  if (empty()) return nullptr;  // Reads of a store without direct values meet at no mutex.
  MutexLock lock(mutex_);
  for (const File& file : files_) {
    if (file.second->blob() == blob) return file.second.get();
  }
  return nullptr;
}

}  // namespace strata
