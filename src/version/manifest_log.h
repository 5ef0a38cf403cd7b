// The edit log in a store's directory: a manifest that CURRENT names.
//
// Thread safety: as EditLog.

#pragma once

#include <memory>
#include <string>

#include "io/environment.h"
#include "stats/counters.h"
#include "version/edit_log.h"
#include "version/manifest.h"

namespace strata {

class ManifestLog final : public EditLog {
 public:
  // Rewrite begins it; nothing else may be called before. What these point to must outlive it.
  ManifestLog(const Environment& environment, std::string directory, Counters& counters)
      : environment_(environment), directory_(std::move(directory)), counters_(counters) {}

  Status Append(const VersionEdit& edit) override;
  Status Sync() override { return manifest_->Sync(); }
  // Removes the manifests before, once CURRENT durably names the new one.
  Status Rewrite(FileNumber number, const ManifestState& state) override;
  bool is_long() const override;
  Status Close() override;
  FileNumber number() const override { return manifest_->number(); }
  std::uint64_t size() const override { return manifest_->size(); }

 private:
  const Environment& environment_;
  const std::string directory_;
  Counters& counters_;
  std::unique_ptr<ManifestWriter> manifest_;
  std::uint64_t snapshot_bytes_ = 0;  // Of the manifest, up to the end of its snapshot.
};

}  // namespace strata
