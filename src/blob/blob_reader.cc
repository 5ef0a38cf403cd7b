#include "blob/blob_reader.h"

#include <utility>

#include "base/coding.h"
#include "base/mutant.h"
#include "sst/compression.h"

namespace strata::blob {

BlobReader::BlobReader(std::unique_ptr<RandomAccessFile> file, std::string name, Counters& counters)
    : file_(std::move(file)), name_(std::move(name)), counters_(counters) {}

Error BlobReader::InFile(Error error) const {
  return std::move(error).WithContext(name_);
}

Error BlobReader::AtOffset(Error error, std::uint64_t offset) const {
  return InFile(std::move(error).WithContext("value at offset " + std::to_string(offset)));
}

// --- opening -------------------------------------------------------------------------------------

Result<std::unique_ptr<BlobReader>> BlobReader::Open(std::unique_ptr<RandomAccessFile> file,
                                                     std::string name, Counters& counters,
                                                     bool load_later) {
  std::unique_ptr<BlobReader> reader(new BlobReader(std::move(file), std::move(name), counters));
  if (Status status = reader->ReadFooter(); !status) {
    return reader->InFile(std::move(status).error());
  }
  if (!load_later) STRATA_TRY(reader->Load());
  return reader;
}

Status BlobReader::Load() const {
  if (loaded_.load(std::memory_order_acquire)) return {};
  MutexLock lock(loading_);  // Of this file's readers; all of them need the index.
  if (loaded_.load(std::memory_order_relaxed)) return {};
  Index index;
  if (Status status = ReadIndex(&index); !status) {
    return InFile(std::move(status).error().WithContext("index at offset " +
                                                        std::to_string(footer_.index.offset)));
  }
  index_ = std::move(index);
  loaded_.store(true, std::memory_order_release);
  return {};
}

Status BlobReader::ReadFooter() {
  const std::uint64_t size = file_->size();
  if (size < kFooterSize) {
    return Corruption("footer at offset 0: " + std::to_string(size) + " bytes are no blob");
  }
  char scratch[kFooterSize];
  STRATA_TRY_ASSIGN(const std::string_view bytes,
                    file_->Read(size - kFooterSize, kFooterSize, scratch));
  mapped_ = bytes.data() != scratch;
  auto footer = DecodeFooter(bytes, size);
  if (!footer) {
    return std::move(footer).error().WithContext("footer at offset " +
                                                 std::to_string(size - kFooterSize));
  }
  footer_ = *footer;
  Status sealed = sst::CheckFooterSeal(*file_, bytes, footer_.features);
  if (!sealed) {
    return std::move(sealed).error().WithContext("footer at offset " +
                                                 std::to_string(size - kFooterSize));
  }
  cipher_ = CipherOf(*file_);
  summary_ = {.blob = footer_.blob,
              .size_bytes = size,
              .footer_checksum = footer_.checksum,
              .values = footer_.values,
              .raw_bytes = footer_.raw_bytes};
  return {};
}

Status BlobReader::ReadIndex(Index* index) const {
  std::string scratch;
  const sst::BlockHandle place{footer_.index.offset, footer_.index.size + kTrailerSize};
  if (!mapped_) scratch.resize(place.size);
  STRATA_TRY_ASSIGN(const std::string_view record,
                    file_->Read(place.offset, place.size, scratch.data()));
  STRATA_TRY_ASSIGN(const StoredValue stored, OpenRecord(record, RecordAt(place.offset), &scratch));
  if (stored.compression != 0) return Corruption("it is compressed");
  ByteReader in(stored.contents);
  STRATA_TRY_ASSIGN(index->held, ReadBitmap(&in));
  index->offsets.assign(in.rest());
  index->dense = index->held.size() == footer_.values;
  for (std::uint64_t i = 0; !index->dense && i < index->held.size(); i += 512) {
    index->ranks.push_back(static_cast<std::uint32_t>(index->held.Rank(i)));
  }
  if (index->held.Count() != footer_.values ||
      index->offsets.size() != (std::uint64_t{footer_.values} + 1) * footer_.offset_width) {
    return Corruption("it isn't of as many values as the footer tells");
  }
  return CheckOffsets(*index);
}

// Records follow each other without a gap up to the index.
Status BlobReader::CheckOffsets(const Index& index) const {
  std::uint64_t end = 0;
  for (std::uint64_t i = 0; i <= footer_.values; ++i) {
    const std::uint64_t offset = OffsetOf(index, i);
    const bool fits = i == 0 ? offset == 0 : offset >= end + kTrailerSize;
    if (!fits || offset > footer_.index.offset) return Corruption("offsets that can't be");
    end = offset;
  }
  if (end != footer_.index.offset || footer_.index.offset + footer_.index.size + kTrailerSize +
                                             sst::SealSizeOf(footer_.features) + kFooterSize !=
                                         footer_.file_size) {
    return Corruption("bytes that belong to no record");
  }
  return {};
}

// --- reading -------------------------------------------------------------------------------------

std::uint64_t BlobReader::OffsetOf(const Index& index, std::uint64_t record) const {
  char bytes[8] = {};
  index.offsets.copy(bytes, footer_.offset_width, record * footer_.offset_width);
  return DecodeFixed<std::uint64_t>(bytes);
}

Result<std::string_view> BlobReader::ReadBytes(const sst::BlockHandle& place,
                                               std::string* scratch) const {
  if (!mapped_) scratch->resize(place.size);
  counters_.Add(Counter::kBlobReads);
  counters_.Add(Counter::kBlobBytesRead, place.size);
  return file_->Read(place.offset, place.size, scratch->data());
}

Result<sst::BlockHandle> BlobReader::Locate(std::uint32_t ordinal) const {
  STRATA_TRY(Load());
  return Find(ordinal);
}

Result<sst::BlockHandle> BlobReader::Find(std::uint32_t ordinal) const {
  if (!index_.held.Contains(ordinal)) {
    return InFile(Corruption("the file doesn't hold value " + std::to_string(ordinal)));
  }
  std::uint64_t record = ordinal;
  if (!index_.dense) {
    const std::uint64_t group = ordinal / 512;
    const Bitmap& held = index_.held;
    record = index_.ranks[group];
    for (std::uint64_t i = held.Next(group * 512); i < ordinal; i = held.Next(i + 1)) ++record;
  }
  const std::uint64_t offset = OffsetOf(index_, record);
  return sst::BlockHandle{offset, OffsetOf(index_, record + 1) - offset};
}

Result<sst::BlockHandle> BlobReader::PlaceOf(const BlobPointer& pointer) const {
  if (STRATA_MUTANT(blob_rank_counts_itself)) {
    STRATA_TRY(Load());
    const std::uint64_t next = held().Next(std::uint64_t{pointer.ordinal} + 1);
    if (!index_.dense && next < held().size()) return Locate(static_cast<std::uint32_t>(next));
  }
  return Locate(pointer.ordinal);
}

Status BlobReader::Read(const BlobPointer& pointer, std::string* value) const {
  STRATA_TRY_ASSIGN(const sst::BlockHandle place, PlaceOf(pointer));
  auto record = ReadBytes(place, value);
  if (!record) return AtOffset(std::move(record).error(), place.offset);
  return Open(pointer, *record, value);
}

Status BlobReader::Open(const BlobPointer& pointer, std::string_view record,
                        std::string* value) const {
  STRATA_TRY_ASSIGN(const sst::BlockHandle place, PlaceOf(pointer));
  const Status opened = OpenValue(record, RecordAt(place.offset), pointer.length, value);
  return opened ? Status() : AtOffset(opened.error(), place.offset);
}

Result<StoredValue> BlobReader::ReadStored(std::uint32_t ordinal, std::string* scratch) const {
  STRATA_TRY_ASSIGN(const sst::BlockHandle place, Locate(ordinal));
  auto record = ReadBytes(place, scratch);
  if (!record) return AtOffset(std::move(record).error(), place.offset);
  auto stored = OpenRecord(*record, RecordAt(place.offset), scratch);
  if (!stored) return AtOffset(std::move(stored).error(), place.offset);
  return *stored;
}

Status BlobReader::VerifyAll(const Visitor& visit) const {
  STRATA_TRY(Load());
  std::string scratch;
  std::uint64_t raw_bytes = 0;
  for (std::uint64_t i = held().Next(0); i < held().size(); i = held().Next(i + 1)) {
    const auto ordinal = static_cast<std::uint32_t>(i);
    STRATA_TRY_ASSIGN(const sst::BlockHandle place, Locate(ordinal));
    STRATA_TRY_ASSIGN(const StoredValue stored, ReadStored(ordinal, &scratch));
    const auto raw_size = RawSizeOf(stored);
    if (!raw_size) return AtOffset(raw_size.error(), place.offset);
    if (stored.compression != 0) {
      const auto raw = sst::Decompress(stored.compression, stored.contents, *raw_size);
      if (!raw) return AtOffset(raw.error(), place.offset);
    }
    raw_bytes += *raw_size;
    if (visit) visit(ordinal, place, stored);
  }
  if (raw_bytes == footer_.raw_bytes) return {};
  return InFile(Corruption("footer at offset " + std::to_string(footer_.file_size - kFooterSize) +
                           ": it doesn't tell the length of the values"));
}

}  // namespace strata::blob
