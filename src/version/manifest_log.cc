#include "version/manifest_log.h"

#include <algorithm>
#include <utility>

#include "version/manifest_files.h"

namespace strata {
namespace {

// A manifest is begun anew past this size, and past this many times the size of its snapshot.
constexpr std::uint64_t kLongManifestBytes = 64 << 10;
constexpr std::uint64_t kLongManifestFactor = 4;

}  // namespace

Status ManifestLog::Append(const VersionEdit& edit) {
  return manifest_->Append(EncodeEdit(edit));
}

Status ManifestLog::Rewrite(FileNumber number, const ManifestState& state) {
  FileSystem& files = *environment_.files;
  auto manifest = WriteSnapshot(environment_, directory_, number, state, &counters_);
  if (!manifest) {
    RemoveUnlessCurrent(files, directory_, number);
    return std::move(manifest).error();
  }
  if (Status named = SwitchTo(**manifest, files, directory_); !named) {
    RemoveUnlessCurrent(files, directory_, number);
    return named;
  }
  RemoveOldManifests(files, directory_, number);
  manifest_ = *std::move(manifest);
  snapshot_bytes_ = manifest_->size();
  return {};
}

bool ManifestLog::is_long() const {
  return size() > std::max(kLongManifestBytes, kLongManifestFactor * snapshot_bytes_);
}

// CURRENT says its whole length, too.
Status ManifestLog::Close() {
  STRATA_TRY(manifest_->Close());
  Status named = SwitchTo(*manifest_, *environment_.files, directory_);
  if (!named) RemoveUnlessCurrent(*environment_.files, directory_, manifest_->number());
  return named;
}

}  // namespace strata
