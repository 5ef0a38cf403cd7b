// Moves large values out of a sorted stream into blob files: a flush or a compaction writes a
// pointer in the place of the value. Values go in the order of keys, so a scan of the table reads
// them nearly in order.
//
// Thread safety: one thread a separator.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "blob/blob_writer.h"
#include "iter/internal_key.h"
#include "version/table_store.h"

namespace strata::compaction {

// A table's block isn't made for more.
inline constexpr std::uint64_t kInlineValueMax = 64ULL << 20;

struct SeparatorOptions {
  // Values of at least so many bytes live apart; 0: only those too large for a block do. Pointers
  // stay what they are.
  std::uint64_t threshold = 0;
  std::uint64_t file_bytes_max = 64ULL << 20;
  blob::WriterOptions blob;
  bool verify = true;
  // Values of these blobs, which `version` has, are written anew: they lie too far apart.
  std::set<BlobId> rewrite;
  std::shared_ptr<const Version> version;
};

class ValueSeparator {
 public:
  // `store` must outlive it.
  ValueSeparator(TableStore& store, SeparatorOptions options);
  ~ValueSeparator();

  // Puts the key and value that the table shall hold in the place of an entry's. The new views hold
  // until the next call.
  Status Separate(std::string_view* key, std::string_view* value);

  // Finishes the last file. The blobs are synced and open; the directory isn't synced. Until
  // Blob::MarkNamed a file goes with the last that has the blob.
  Status Finish();
  // REQUIRES: Finish succeeded.
  std::vector<std::shared_ptr<const Blob>> TakeBlobs() { return std::move(done_); }
  // Removes the files: the job failed or was stopped. As the destructor, but now.
  void Abandon();

  std::uint64_t bytes_written() const { return bytes_written_; }

 private:
  bool Wants(EntryKind kind, std::string_view value) const;
  Result<BlobPointer> Write(std::string_view value);
  Status OpenFile();
  Status CutFile();

  TableStore& store_;
  const SeparatorOptions options_;
  struct Open;
  std::unique_ptr<Open> open_;
  std::vector<std::shared_ptr<const Blob>> done_;
  std::optional<FileIdentity> unfinished_;  // The file being written, or what is left of it.
  std::uint64_t bytes_written_ = 0;
  std::string key_;      // What Separate's views show.
  std::string pointer_;  // An expiry may stand before it.
  std::string moved_;    // A value on its way from one blob to another.
};

// The blobs to write anew when tables that use these are merged: where more than `overlap_max` lie
// over one key, all but half of that many, whose values lie closest together. So each value is
// copied about as often as the base-(overlap_max / 2) logarithm of the number of flushes, and a
// scan meets few files at a time.
std::set<BlobId> BlobsToRewrite(const std::vector<std::shared_ptr<const Table>>& inputs,
                                const Version& version, std::size_t overlap_max);

}  // namespace strata::compaction
