// Blob files as a store sees them: opening, dropping, checking and describing them. How values get
// there: compaction/value_separator.h; how space comes back: blob_collection.cc.

#include "db/db_impl.h"

namespace strata {

std::uint64_t DbImpl::BlobThreshold(const Tree& tree) const {
  return tree.table.options.blob_threshold.value_or(options_.blob_threshold);
}

Result<std::shared_ptr<const Blob>> DbImpl::OpenBlob(const BlobMeta& meta) {
  const std::string name = BlobFileName(meta.file);
  const ReadMode mode = options_.mapped_reads ? ReadMode::kMapped : ReadMode::kPread;
  STRATA_TRY_ASSIGN(auto file, environment_.files->Open(JoinPath(directory_, name), mode));
  STRATA_TRY_ASSIGN(auto reader, blob::BlobReader::Open(std::move(file), name, counters_));
  STRATA_TRY(CheckOpenedBlob(meta, *reader));
  return std::make_shared<const Blob>(meta, std::move(reader));
}

// The edit that `now` came of is durable: files that only older versions have go with the last of
// them.
void DbImpl::DropBlobFiles(const Version& before, const Version& now) {
  for (const auto& [id, state] : before.blobs()) {
    const auto kept = now.blobs().find(id);
    if (kept != now.blobs().end() && kept->second.blob == state.blob) continue;
    if (kept == now.blobs().end()) counters_.Add(Counter::kBlobsDropped);
    const std::uint64_t bytes = state.size_bytes();
    *pinned_blob_bytes_ += bytes;
    state.blob->MarkObsolete([files = held_directory_, pinned = pinned_blob_bytes_, bytes,
                              path = JoinPath(directory_, BlobFileName(state.blob->meta().file))] {
      *pinned -= bytes;
      (void)files->Remove(path).has_value();  // Tried again at the next open.
    });
  }
}

bool DbImpl::IsBlobFileInUse(FileNumber file) const {
  for (const auto& tree : Trees()) {
    for (const auto& [_, state] : VersionOf(*tree)->blobs()) {
      if (state.blob->meta().file == file) return true;
    }
  }
  return false;
}

void DbImpl::AddBlobStats(const Version& version, StoreStats* stats) const {
  stats->blob_files += version.blobs().size();
  stats->blob_bytes += version.blob_bytes();
  stats->blob_live_bytes += version.blob_live_bytes();
  stats->blob_pinned_bytes = *pinned_blob_bytes_;
}

Status DbImpl::VerifyBlobs(const Version& version) {
  for (const auto& [id, state] : version.blobs()) {
    STRATA_TRY(state.blob->reader().VerifyAll());
    STRATA_TRY_ASSIGN(const Bitmap live, version.LiveIn(id));
    if (!state.blob->reader().held().ContainsAll(live)) {
      return Corruption(state.blob->reader().name() + ": lacks values that tables point to");
    }
  }
  return {};
}

}  // namespace strata
