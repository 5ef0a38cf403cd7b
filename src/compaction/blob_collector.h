// Collects a blob: copies the values that tables still use to a new file, in the order that they
// have, so that one edit can put the new file in the place of the old. No key is looked up and no
// table is written; a deleted key can't come back because nobody asks for keys at all.
//
// The caller installs the edit. What tables of its version use is what a later version can use at
// most, so values that die meanwhile are copied in vain and nothing is missing.
// Thread safety: one thread at a time for each BlobCollection.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "blob/blob_writer.h"
#include "version/table_store.h"

namespace strata::compaction {

// How much of the blob files is in use.
struct BlobSpace {
  std::uint64_t bytes = 0;
  std::uint64_t live_bytes = 0;

  BlobSpace& operator+=(const BlobSpace& other);
  bool operator==(const BlobSpace&) const = default;
};
BlobSpace SpaceOf(const BlobMap& blobs);

// When a blob is worth collecting.
struct CollectionRules {
  double garbage_ratio = 0.5;  // Of a blob: from here on at any time.
  double space_bound = 1.25;   // Of all files over what is live: past it the best blob at once.
};

// Past the bound by how much, in bytes; 0 within.
std::uint64_t BytesOverBound(const BlobSpace& space, double space_bound);

// The blob that gives back most for each byte copied, if one is due. `space`: of the whole store.
struct PickedBlob {
  BlobId blob = 0;
  double garbage_ratio = 0;  // Of its file.
};
std::optional<PickedBlob> PickBlob(const BlobMap& blobs, const BlobSpace& space,
                                   const CollectionRules& rules);

class BlobCollection {
 public:
  // REQUIRES: `version` has the blob. `store` must outlive this.
  BlobCollection(TableStore& store, std::shared_ptr<const Version> version, BlobId blob,
                 bool verify);
  ~BlobCollection();  // Abandons, unless Finish succeeded.

  // Copies about `step_bytes`. True: all is copied, call Finish. After an error only Abandon.
  Result<bool> Step(std::uint64_t step_bytes);

  // Makes the new file durable (its directory too) and opens it.
  Result<std::shared_ptr<const Blob>> Finish();

  void Abandon();

  BlobId blob() const { return old_->meta().id; }
  const Blob& source() const { return *old_; }
  std::uint64_t bytes_copied() const { return bytes_copied_; }

 private:
  Status Begin();

  TableStore& store_;
  const std::shared_ptr<const Version> version_;
  const std::shared_ptr<const Blob> old_;
  const bool verify_;
  std::optional<FileIdentity> unfinished_;  // The copy's file, until it is an open blob.
  std::string name_;                        // For messages.
  std::unique_ptr<WritableFile> file_;
  std::unique_ptr<blob::BlobWriter> writer_;
  Bitmap live_;
  std::uint64_t next_ = 0;  // Ordinal.
  std::uint64_t bytes_copied_ = 0;
};

}  // namespace strata::compaction
