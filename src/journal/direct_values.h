// The values of one generation of memtables that went to blob files directly, when they were put:
// log and memtables hold pointers to them. A generation begins with a log and ends with it; when
// its memtables are written out its files become blobs like any other. A file that is full is
// finished before that, beside the writers.
//
// Invariant: what a log's record points to is with the operating system before the record is, and
// on the disk before anything says that the record is.
// Thread safety: the commit queue's front appends and syncs; a flush finishes; anyone finds.

#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "blob/pending_blob.h"
#include "io/mutex.h"
#include "version/table_store.h"

namespace strata {

class DirectValues final : public blob::PendingFiles {
 public:
  // `store` and `counters` must outlive it. A file is cut at `file_bytes_max`.
  DirectValues(TableStore& store, std::uint64_t file_bytes_max, Counters& counters)
      : store_(store), file_bytes_max_(file_bytes_max), counters_(counters) {}

  // --- the queue's front ---
  // Appends a value of a named table (0: the default one). `options` are for a new file.
  Result<blob::Place> Append(std::uint32_t table, std::string_view value,
                             const blob::WriterOptions& options);
  // What was appended survives the end of the process, or a power cut.
  Status HandOver() { return open_.empty() ? Status() : HandOverOpen(); }
  Status Sync();
  bool synced() const { return unsynced_.empty() && names_synced_; }
  // Files that got full since the last call: they can be finished.
  bool has_full() const { return !full_.empty(); }
  std::vector<std::shared_ptr<blob::PendingBlob>> TakeFull() { return std::exchange(full_, {}); }

  // --- a flush ---
  // Makes blobs of a table's files; again if what came after it failed. Errors: those of opening a
  // file; when one can't be finished kNoSpace, which may pass, and kIo, which is final.
  // REQUIRES: nothing is appended any more.
  Result<std::vector<std::shared_ptr<const Blob>>> Finish(std::uint32_t table);
  // Removes the files that no edit named. REQUIRES: no log that points to them counts any more.
  void RemoveUnused(const std::vector<BlobMeta>& named) const;

  // --- anyone ---
  const blob::ValueFile* Find(BlobId blob) const override;
  bool empty() const override { return bytes() == 0; }
  std::uint64_t bytes() const { return bytes_.load(std::memory_order_acquire); }

 private:
  using File = std::pair<std::uint32_t, std::shared_ptr<blob::PendingBlob>>;  // Of which table.
  Result<std::shared_ptr<blob::PendingBlob>> FileFor(std::uint32_t table,
                                                     const blob::WriterOptions& options);
  std::vector<File> Files() const;
  Status HandOverOpen();

  TableStore& store_;
  const std::uint64_t file_bytes_max_;
  Counters& counters_;
  std::atomic<std::uint64_t> bytes_{0};
  // The front's own: the file that a table's values go to, files that nobody has finished yet,
  // those that got values since the last sync, oldest first, and whether all names are on the disk.
  std::map<std::uint32_t, std::shared_ptr<blob::PendingBlob>> open_;
  std::vector<std::shared_ptr<blob::PendingBlob>> full_;
  std::map<BlobId, std::shared_ptr<blob::PendingBlob>> unsynced_;
  bool names_synced_ = true;
  mutable Mutex mutex_;
  std::vector<File> files_ STRATA_GUARDED_BY(mutex_);  // Oldest first.
};

}  // namespace strata
