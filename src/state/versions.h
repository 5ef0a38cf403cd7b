// The versions of a store's trees, and how an edit changes them: it is made durable first, then
// shown to readers, and what it replaces goes with its last reader.
//
// Thread safety: the store's mutex is held in every call. It is given away while an edit is
// written: one is at a time, and who comes meanwhile sees what was before.

#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "state/health.h"
#include "state/store_context.h"
#include "state/table_files.h"
#include "state/tree_set.h"
#include "version/version_set.h"

namespace strata {

class Versions {
 public:
  Versions(StoreContext& context, TreeSet& trees, TableFiles& files, Health& health)
      : context_(context), trees_(trees), files_(files), health_(health) {}

  void Start(std::unique_ptr<VersionSet> set);
  // REQUIRES for this and the rest: it is started.
  VersionSet& set() { return *set_; }
  const VersionSet& set() const { return *set_; }

  // Makes an edit durable and shows the versions after it to readers. A failure is the store's.
  // Gives the mutex away while it writes.
  // `before_shown`, which may be null, is called once it is durable, before readers see it.
  Status Install(VersionEdit edit, std::vector<std::shared_ptr<const Table>> opened,
                 const std::function<void()>& before_shown = nullptr);
  // Returns when no edit is being written: what the caller sees now is what its own edit, if it
  // makes one before it gives the mutex away, is applied to.
  void AwaitEdits();
  // Writes what an edit says of logs, now or after the edit that is being written: nobody waits.
  // While there is no room it is kept for later.
  Status NoteLogs(const VersionEdit& edit);
  Status EnableFeature(std::string_view feature);  // As an edit.
  Status RewriteManifest();                        // Anew, as an edit.
  // Of files that no edit names any more but readers have open.
  std::uint64_t pinned_blob_bytes() const { return *pinned_blob_bytes_; }
  bool IsBlobFileInUse(FileNumber file) const;

 private:
  Status Log(VersionEdit edit, std::vector<std::shared_ptr<const Table>> opened);
  // Has `write` write one, tells those who wait, and writes the notes that came meanwhile.
  Status RunEdit(const std::function<Status()>& write);
  void DropBlobFiles(const Version& before, const Version& now);

  StoreContext& context_;
  TreeSet& trees_;
  TableFiles& files_;
  Health& health_;
  std::unique_ptr<VersionSet> set_;
  bool editing_ = false;  // An edit is being written.
  VersionEdit notes_;     // About logs; for when it is.
  // The last reader of a file counts it down, maybe when the store is gone.
  const std::shared_ptr<std::atomic<std::uint64_t>> pinned_blob_bytes_ =
      std::make_shared<std::atomic<std::uint64_t>>(0);
};

}  // namespace strata
