// Reads the values of a blob file. The index stays in memory: some four bytes a value. It is read
// when the file is opened, or by whoever needs it first.
//
// Every record's checksum is verified at every read. Damage is kCorruption that names the file and
// the offset.
// Thread safety: any number of threads.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bitmap.h"
#include "base/result.h"
#include "blob/blob_format.h"
#include "blob/blob_writer.h"
#include "blob/value_file.h"
#include "io/file_system.h"
#include "io/mutex.h"
#include "stats/counters.h"

namespace strata::blob {

class BlobReader final : public ValueFile {
 public:
  // Reads footer and index, or, to `load_later`, the footer alone. `name` is for messages;
  // `counters` must outlive the reader.
  static Result<std::unique_ptr<BlobReader>> Open(std::unique_ptr<RandomAccessFile> file,
                                                  std::string name, Counters& counters,
                                                  bool load_later = false);
  // Reads the index, if that hasn't been done.
  Status Load() const;

  Status Read(const BlobPointer& pointer, std::string* value) const override;
  Result<sst::BlockHandle> Locate(std::uint32_t ordinal) const override;
  Status Open(const BlobPointer& pointer, std::string_view record,
              std::string* value) const override;
  const RandomAccessFile& file() const override { return *file_; }
  const std::string& name() const override { return name_; }

  // The record of `ordinal` as it is, its checksum verified; `scratch` may hold its bytes.
  Result<StoredValue> ReadStored(std::uint32_t ordinal, std::string* scratch) const;

  // Reads and checks every byte of the file. `visit`, when set, is told of each value.
  using Visitor = std::function<void(std::uint32_t ordinal, const sst::BlockHandle& record,
                                     const StoredValue& stored)>;
  Status VerifyAll(const Visitor& visit = {}) const;

  const Bitmap& held() const { return index_.held; }  // Ordinals in this file. REQUIRES: loaded.
  const BlobSummary& summary() const { return summary_; }
  const FileId& file_id() const { return footer_.file_id; }
  // Before it was loaded, what the index takes in the file.
  std::uint64_t memory_bytes() const {
    if (!loaded_.load(std::memory_order_acquire)) return footer_.index.size;
    return index_.offsets.capacity() + index_.held.size() / 8;
  }

 private:
  struct Index {
    Bitmap held;
    bool dense = false;                // held is 0, 1, 2, ...: ranks needn't be counted.
    std::vector<std::uint32_t> ranks;  // Otherwise: of each 512th ordinal.
    std::string offsets;               // As in the file.
  };

  BlobReader(std::unique_ptr<RandomAccessFile> file, std::string name, Counters& counters);
  Status ReadFooter();
  Status ReadIndex(Index* index) const;
  Status CheckOffsets(const Index& index) const;
  std::uint64_t OffsetOf(const Index& index, std::uint64_t record) const;
  // The record of `ordinal`. REQUIRES: the index was loaded.
  Result<sst::BlockHandle> Find(std::uint32_t ordinal) const;
  Result<sst::BlockHandle> PlaceOf(const BlobPointer& pointer) const;
  Result<std::string_view> ReadBytes(const sst::BlockHandle& place, std::string* scratch) const;
  RecordPlace RecordAt(std::uint64_t offset) const {
    return {.file_id = footer_.file_id, .offset = offset, .cipher = cipher_};
  }
  Error InFile(Error error) const;
  Error AtOffset(Error error, std::uint64_t offset) const;

  const std::unique_ptr<RandomAccessFile> file_;
  const std::string name_;
  Counters& counters_;
  bool mapped_ = false;
  const FileCipher* cipher_ = nullptr;  // Null: in the clear.
  Footer footer_;
  BlobSummary summary_;
  mutable Index index_;  // Doesn't change once it was loaded.
  mutable std::atomic<bool> loaded_ = false;
  mutable Mutex loading_;
};

}  // namespace strata::blob
