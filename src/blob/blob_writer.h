// Writes one blob file: values as they come, or a part of another file's values under the ordinals
// that they have. See blob_format.h for the bytes and blob_reader.h for the way back.
//
// Thread safety: none. One thread owns a writer.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bitmap.h"
#include "base/result.h"
#include "blob/blob_format.h"
#include "io/file_system.h"
#include "strata/options.h"

namespace strata::blob {

struct WriterOptions {
  Compression compression = Compression::kNone;
  int zstd_level = 1;
};

// What a finished file holds: goes into the version's BlobMeta.
struct BlobSummary {
  BlobId blob = 0;
  std::uint64_t size_bytes = 0;
  std::uint32_t footer_checksum = 0;
  std::uint64_t values = 0;
  std::uint64_t raw_bytes = 0;

  bool operator==(const BlobSummary&) const = default;
};

class BlobWriter {
 public:
  // `file` must be empty and outlive the writer; the caller syncs and closes it after Finish.
  BlobWriter(const WriterOptions& options, WritableFile& file, const FileId& file_id, BlobId blob);

  // Appends a value and says where it is. After an error the file can't be finished, unless there
  // was no room (kNoSpace): then all is as it was. So for Finish and WriteOut.
  // REQUIRES: !full(), and value.size() <= kBlobValueSizeMax.
  Result<BlobPointer> Add(std::string_view value);

  // Appends a value of another file of the same blob, as it is stored there.
  // REQUIRES: ordinals ascend.
  Status Copy(std::uint32_t ordinal, const StoredValue& value);

  // Writes the index and the footer. REQUIRES: at least one value; called once with success.
  Result<BlobSummary> Finish();

  // Hands what it has gathered to the file.
  Status WriteOut();

  bool full() const { return held_.size() == kBlobValuesMax; }
  // Bytes so far.
  std::uint64_t size() const { return written_ + unwritten_.size(); }

 private:
  // As a record at `offset` stores it; lives until the next call.
  StoredValue Sealed(const StoredValue& value, std::uint64_t offset);
  Status Append(const StoredValue& plain);
  Status WriteOutOrDrop(std::uint64_t end);
  std::string EncodeIndex(std::uint32_t width) const;

  const WriterOptions options_;
  WritableFile& file_;
  const FileCipher* const cipher_;  // Null: in the clear.
  const FileId file_id_;
  const BlobId blob_;
  Bitmap held_;                         // Ordinals in this file.
  std::vector<std::uint64_t> offsets_;  // Of their records.
  std::uint64_t raw_bytes_ = 0;
  std::string unwritten_;
  std::uint64_t written_ = 0;
  std::string compressed_;  // Kept for its memory; so is the next.
  std::string sealed_;
};

}  // namespace strata::blob
