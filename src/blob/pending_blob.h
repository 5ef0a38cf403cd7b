// A blob file in the order in which values come: each is written when it is put, and can be read at
// once. Once it is finished it has its index and footer, and becomes a blob file like any other
// when the memtable that points to it is written out. Until then a log says where each value is.
//
//   place := pointer | offset varint | stored bytes varint | file_id      (see iter/blob_pointer.h)
//
// Thread safety: Find and reads: any thread. One thread appends; another may Finish once it ended.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "blob/blob_writer.h"
#include "blob/value_file.h"
#include "io/mutex.h"
#include "stats/counters.h"

namespace strata::blob {

// All that it takes to read a value of a file without an index.
struct Place {
  BlobPointer pointer;
  std::uint64_t offset = 0;
  std::uint64_t stored_bytes = 0;  // Of the record's contents.
  FileId file_id{};

  bool operator==(const Place&) const = default;
};

void AppendPlace(std::string* out, const Place& place);
// Nothing when `bytes` aren't a place and nothing else.
std::optional<Place> DecodePlace(std::string_view bytes);

// Errors: kCorruption when the value isn't there, or not whole.
Status ReadPlace(const RandomAccessFile& file, const Place& place, std::string* value);

// A file that has just been made.
struct NewBlobFile {
  std::string name;  // For messages.
  FileId file_id{};
  BlobId blob = 0;
  std::unique_ptr<WritableFile> writer;
  std::unique_ptr<RandomAccessFile> reader;  // As ReadMode::kGrowing.
};

class PendingBlob final : public ValueFile {
 public:
  // `counters` must outlive it.
  PendingBlob(NewBlobFile file, const WriterOptions& options, Counters& counters);

  // All below: the first error is final, since what is on the disk then isn't known; but where
  // there was no room (kNoSpace) nothing has happened, and it may be tried again. Appends a value.
  // It can be read after HandOver. REQUIRES: not full; value.size() fits.
  Result<Place> Append(std::string_view value);
  // Everything appended is with the operating system: it survives the end of the process.
  Status HandOver();
  // Everything handed over is on the disk. The file's name isn't this one's business.
  Status Sync();
  // Writes index and footer and syncs the file; the second time it only says again what that gave.
  // REQUIRES: nothing is appended any more; a value was.
  Result<BlobSummary> Finish();

  // No value should be appended any more to a file of at most `bytes_max`, or can be to any.
  bool full(std::uint64_t bytes_max) const;
  BlobId blob() const { return blob_; }
  const FileId& file_id() const { return file_id_; }

  Status Read(const BlobPointer& pointer, std::string* value) const override;
  Result<sst::BlockHandle> Locate(std::uint32_t ordinal) const override;
  Status Open(const BlobPointer& pointer, std::string_view record,
              std::string* value) const override;
  const RandomAccessFile& file() const override { return *reader_; }
  const std::string& name() const override { return name_; }

 private:
  Status HandOverLocked() STRATA_REQUIRES(writing_);
  Status SyncLocked() STRATA_REQUIRES(writing_);
  Status FinishLocked() STRATA_REQUIRES(writing_);
  Status Remember(Status status) STRATA_REQUIRES(writing_);

  const std::string name_;
  const FileId file_id_;
  const BlobId blob_;
  Counters& counters_;
  const std::unique_ptr<RandomAccessFile> reader_;

  mutable Mutex writing_;  // Held during file operations; readers never take it.
  const std::unique_ptr<WritableFile> file_ STRATA_GUARDED_BY(writing_);
  BlobWriter writer_ STRATA_GUARDED_BY(writing_);
  std::uint64_t handed_over_ STRATA_GUARDED_BY(writing_) = 0;
  std::uint64_t synced_ STRATA_GUARDED_BY(writing_) = 0;
  std::optional<BlobSummary> finished_ STRATA_GUARDED_BY(writing_);
  Status first_error_ STRATA_GUARDED_BY(writing_);

  mutable Mutex places_mutex_;
  std::vector<std::uint64_t> ends_ STRATA_GUARDED_BY(places_mutex_);  // Of records, by ordinal.
};

}  // namespace strata::blob
