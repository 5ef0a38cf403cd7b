// Reads the values of a blob file. The index stays in memory: some four bytes a value.
//
// Every record's checksum is verified at every read. Damage is kCorruption that names the file and
// the offset.
// Thread safety: any number of threads.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/bitmap.h"
#include "base/result.h"
#include "blob/blob_format.h"
#include "blob/blob_writer.h"
#include "blob/value_file.h"
#include "io/file_system.h"
#include "stats/counters.h"

namespace strata::blob {

class BlobReader final : public ValueFile {
 public:
  // Reads footer and index. `name` is for messages; `counters` must outlive the reader.
  static Result<std::unique_ptr<BlobReader>> Open(std::unique_ptr<RandomAccessFile> file,
                                                  std::string name, Counters& counters);

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

  const Bitmap& held() const { return held_; }  // Ordinals in this file.
  const BlobSummary& summary() const { return summary_; }
  const FileId& file_id() const { return footer_.file_id; }
  std::uint64_t memory_bytes() const { return offsets_.capacity() + held_.size() / 8; }

 private:
  BlobReader(std::unique_ptr<RandomAccessFile> file, std::string name, Counters& counters);
  Status ReadFooter();
  Status ReadIndex();
  Status CheckOffsets() const;
  std::uint64_t OffsetOf(std::uint64_t record) const;
  Result<sst::BlockHandle> PlaceOf(const BlobPointer& pointer) const;
  Result<std::string_view> ReadBytes(const sst::BlockHandle& place, std::string* scratch) const;
  Error InFile(Error error) const;
  Error AtOffset(Error error, std::uint64_t offset) const;

  const std::unique_ptr<RandomAccessFile> file_;
  const std::string name_;
  Counters& counters_;
  bool mapped_ = false;
  Footer footer_;
  BlobSummary summary_;
  Bitmap held_;
  bool dense_ = false;                // held_ is 0, 1, 2, ...: ranks needn't be counted.
  std::vector<std::uint32_t> ranks_;  // Otherwise: of each 512th ordinal.
  std::string offsets_;               // As in the file.
};

}  // namespace strata::blob
