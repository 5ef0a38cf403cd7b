// Gets the space of dead values back, in the background: one blob at a time is copied, live values
// only, and one edit puts the copy in its place. Writers are slowed, and in the end wait, while
// the files take more space than the options allow.
//
// Thread safety: the store's mutex is held in every call.

#pragma once

#include <functional>
#include <memory>

#include "compaction/blob_collector.h"
#include "compaction/rewrite_pick.h"
#include "upkeep/failures.h"
#include "upkeep/flusher.h"

namespace strata {

class Collector {
 public:
  // `done`, with the mutex held, begins what is due when a collection has ended.
  Collector(const UpkeepParts& parts, Failures& failures, std::function<void()> done)
      : parts_(parts), failures_(failures), done_(std::move(done)) {}

  // Begins a collection if one is due and none runs.
  void Start();
  bool running() const { return running_; }
  // Writes all blobs of `files` anew. Gives the mutex away.
  Status Rewrite(const compaction::FileNumbers& files);
  // What blob files take past their bound, as of the last Start.
  std::uint64_t bytes_over() const;
  // Returns when that is less than a file, or no collection is under way that would give some
  // back. It ends because collections do. Gives the mutex away.
  void AwaitSpace();

 private:
  struct Running;
  void Begin(const std::shared_ptr<Tree>& tree, BlobId blob);
  Step Run(Running& running);
  Result<bool> Copy(Running& running);
  Status Install(const Running& running, const std::shared_ptr<const Blob>& copy);

  const UpkeepParts parts_;
  Failures& failures_;
  const std::function<void()> done_;
  bool running_ = false;
  compaction::BlobSpace space_;
};

}  // namespace strata
