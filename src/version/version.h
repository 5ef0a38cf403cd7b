// What the database is at one instant: an immutable list of runs of tables, newest first.
//
// Readers hold a shared_ptr to one; a flush or compaction makes the next out of it and an edit. A
// table's file is deleted when no Version names it any more.
// Thread safety: immutable; any number of threads.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "blob/blob_reader.h"
#include "iter/iterator.h"
#include "sst/table_reader.h"
#include "version/version_edit.h"

namespace strata {

// An open table and what is known of it. Shared by all versions that have it; when the last one
// goes, `on_last_use` (set by the owner of the files once the table is obsolete) runs.
class Table {
 public:
  Table(TableMeta meta, std::unique_ptr<sst::TableReader> reader)
      : meta_(std::move(meta)), reader_(std::move(reader)) {}
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  const TableMeta& meta() const { return meta_; }
  const sst::TableReader& reader() const { return *reader_; }

  // Called when a durable edit has removed the table, and for a new one that no edit names yet:
  // `remove` runs after the last user. Not for a table that the same edit added again at another
  // position: its file stays.
  void MarkObsolete(std::function<void()> remove) const;
  // An edit that names the table is written, or may be, as writing it has failed: from now on its
  // file stays, as the edit may be found after a restart.
  void MarkNamed() const { on_last_use_ = nullptr; }

 private:
  const TableMeta meta_;
  const std::unique_ptr<sst::TableReader> reader_;
  mutable std::function<void()> on_last_use_;  // Set before the last reference can go.
};

// An open blob file. As a Table, it is shared by all versions that have it.
class Blob {
 public:
  Blob(const BlobMeta& meta, std::unique_ptr<blob::BlobReader> reader)
      : meta_(meta), reader_(std::move(reader)) {}
  ~Blob();
  Blob(const Blob&) = delete;
  Blob& operator=(const Blob&) = delete;

  const BlobMeta& meta() const { return meta_; }
  const blob::BlobReader& reader() const { return *reader_; }
  // As Table's: the values were dropped, or are in another file now, or the file is new.
  void MarkObsolete(std::function<void()> remove) const;
  void MarkNamed() const { on_last_use_ = nullptr; }

 private:
  const BlobMeta meta_;
  const std::unique_ptr<blob::BlobReader> reader_;
  mutable std::function<void()> on_last_use_;
};

// A blob as one version sees it: in which file it is, and how much of it the tables use.
struct BlobState {
  std::shared_ptr<const Blob> blob;
  std::uint64_t live_values = 0;
  std::uint64_t live_raw_bytes = 0;

  std::uint64_t size_bytes() const { return blob->meta().size_bytes; }
  // The share of the file that is in use, as if all values were compressed alike.
  std::uint64_t live_bytes() const;
};
using BlobMap = std::map<BlobId, BlobState>;

// What `summary`, of a file just written, makes known to a version.
BlobMeta MakeBlobMeta(FileNumber file, const FileId& file_id, const blob::BlobSummary& summary);

// Has `edit` add these.
void AddBlobs(const std::vector<std::shared_ptr<const Blob>>& blobs, VersionEdit* edit);

// Errors: kCorruption when `reader` isn't of the blob that `meta` means.
Status CheckOpenedBlob(const BlobMeta& meta, const blob::BlobReader& reader);

struct Run {
  RunPosition position;
  std::vector<std::shared_ptr<const Table>> tables;  // By smallest key; they don't overlap.

  std::uint64_t size_bytes() const;
  std::uint64_t entries() const;
  // The only table that can hold `user_key`, or null.
  const Table* Find(std::string_view user_key) const;
};

class Version;

// A line for each run, under its level: "  run 3   000007.sst [a .. k] 000008.sst [m .. z]".
std::string DescribeVersion(const Version& version);

// What `summary`, of a table just written or opened, makes known to a version.
TableMeta MakeTableMeta(FileNumber number, RunPosition position, const FileId& file_id,
                        const sst::TableSummary& summary);

// Errors: kCorruption when `reader` isn't of the table that `meta` means (another size, id or
// footer).
Status CheckOpenedTable(const TableMeta& meta, const sst::TableReader& reader);

class Version {
 public:
  Version() = default;  // Empty.

  // Runs in the order of reads: by level, then newest first.
  const std::vector<Run>& runs() const { return runs_; }

  // The version after `edit`. Removals come first, so one edit can move a table.
  // Blobs that no table uses any more are gone.
  // REQUIRES: `opened` holds an open Table for each of edit.added, in that order.
  // Errors: kCorruption when the edit removes a table that isn't there, adds one that is, or
  // makes tables of one run overlap.
  Result<std::shared_ptr<const Version>> With(
      const VersionEdit& edit, std::vector<std::shared_ptr<const Table>> opened) const;

  // The newest entry of `user_key` at or before `sequence`; its value is copied into `value`.
  Result<std::optional<sst::TableHit>> Get(std::string_view user_key, SequenceNumber sequence,
                                           const sst::TableReadOptions& options, Counters& counters,
                                           std::string* value) const;

  // As blob::Resolve.
  Status Resolve(EntryKind* kind, std::string* value) const;
  const blob::ValueFile* FileOf(BlobId blob) const;  // Null when it isn't there.
  // The blobs that tables of this version use.
  const BlobMap& blobs() const { return blobs_; }
  // The ordinals of a blob that tables of this version use.
  Result<Bitmap> LiveIn(BlobId blob) const;
  std::uint64_t blob_bytes() const;
  std::uint64_t blob_live_bytes() const;

  // One cursor a run (tables of a run are opened as the cursor reaches them), newest run first.
  // The version must outlive them.
  void AddIterators(const sst::TableReadOptions& options,
                    std::vector<std::unique_ptr<InternalIterator>>* out) const;

  std::shared_ptr<const Table> FindTable(FileNumber number) const;  // Null when it isn't there.
  std::size_t table_count() const;
  std::uint64_t size_bytes() const;
  std::uint64_t level_bytes(std::uint32_t level) const;
  std::uint32_t level_count() const;  // One more than the deepest level in use; 0 when empty.

 private:
  Status Remove(FileNumber number);
  Status Add(std::shared_ptr<const Table> table);
  void Release(const TableMeta& table);
  Status Use(const TableMeta& table);
  Run& RunAt(RunPosition position);

  // Invariant: in the order of reads; no run is empty; tables of a run share no user key.
  std::vector<Run> runs_;
  BlobMap blobs_;
};

}  // namespace strata
