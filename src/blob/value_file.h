// A file that values can be read from by pointer: a finished blob file (blob_reader.h) or one that
// is still being written (pending_blob.h).
//
// Thread safety: any number of threads.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/file_system.h"
#include "iter/blob_pointer.h"
#include "iter/internal_key.h"
#include "sst/table_format.h"

namespace strata::blob {

class ValueFile {
 public:
  ValueFile() = default;
  ValueFile(const ValueFile&) = delete;
  ValueFile& operator=(const ValueFile&) = delete;
  virtual ~ValueFile() = default;

  // The value that `pointer` means, in `*value`, whose memory is reused.
  virtual Status Read(const BlobPointer& pointer, std::string* value) const = 0;

  // The two halves of Read, for those who read many at once: where the record is in file(), and
  // what to make of its bytes. Errors: kCorruption when the file doesn't hold the value.
  virtual Result<sst::BlockHandle> Locate(std::uint32_t ordinal) const = 0;  // With its trailer.
  virtual Status Open(const BlobPointer& pointer, std::string_view record,
                      std::string* value) const = 0;
  virtual const RandomAccessFile& file() const = 0;
  virtual const std::string& name() const = 0;
};

// The files of values that no version names yet: what a log, and memtables, point to.
class PendingFiles {
 public:
  PendingFiles() = default;
  PendingFiles(const PendingFiles&) = delete;
  PendingFiles& operator=(const PendingFiles&) = delete;
  virtual ~PendingFiles() = default;

  virtual const ValueFile* Find(BlobId blob) const = 0;  // Or null. Lives as long as this.
  virtual bool empty() const = 0;
};

// Puts the value itself in the place of a pointer to it, and the kind of such a value in the place
// of its kind. Others stay as they are. `file_of` says where a blob's values are; null: nowhere.
// Errors: kCorruption naming file and offset.
Status Resolve(const std::function<const ValueFile*(BlobId)>& file_of, EntryKind* kind,
               std::string* value);

}  // namespace strata::blob
