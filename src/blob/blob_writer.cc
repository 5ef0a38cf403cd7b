#include "blob/blob_writer.h"

#include <bit>

#include "base/check.h"
#include "base/coding.h"
#include "sst/compression.h"

namespace strata::blob {
namespace {

constexpr std::size_t kWriteBytes = std::size_t{256} << 10;  // Handed to the file at once.

}  // namespace

BlobWriter::BlobWriter(const WriterOptions& options, WritableFile& file, const FileId& file_id,
                       BlobId blob)
    : options_(options), file_(file), cipher_(CipherOf(file)), file_id_(file_id), blob_(blob) {
  STRATA_CHECK(file.size() == 0 && blob != 0);
}

Result<BlobPointer> BlobWriter::Add(std::string_view value) {
  STRATA_CHECK(!full() && value.size() <= kBlobValueSizeMax);
  const BlobPointer pointer{blob_, static_cast<std::uint32_t>(held_.size()),
                            static_cast<std::uint32_t>(value.size())};
  StoredValue stored{value, 0};
  compressed_.clear();
  if (value.size() <= kCompressedValueMax &&
      sst::Compress(options_.compression, options_.zstd_level, value, &compressed_)) {
    stored = {compressed_, static_cast<std::uint8_t>(options_.compression)};
  }
  STRATA_TRY(Append(stored));
  held_.Add(pointer.ordinal);
  raw_bytes_ += value.size();
  return pointer;
}

Status BlobWriter::Copy(std::uint32_t ordinal, const StoredValue& value) {
  STRATA_CHECK(ordinal >= held_.size());
  STRATA_TRY_ASSIGN(const std::uint64_t raw_size, RawSizeOf(value));
  held_.Add(ordinal);
  raw_bytes_ += raw_size;
  return Append(value);
}

StoredValue BlobWriter::Sealed(const StoredValue& value, std::uint64_t offset) {
  if (cipher_ == nullptr) return value;
  if (sealed_.capacity() > kCompressedValueMax) sealed_ = std::string();
  return SealValue(value, *cipher_, offset, &sealed_);
}

// Large contents go to the file as they are: copying them would only cost memory.
Status BlobWriter::Append(const StoredValue& plain) {
  const std::uint64_t offset = size();
  const StoredValue value = Sealed(plain, offset);
  const std::string trailer = MakeTrailer(value, file_id_, offset);
  if (value.contents.size() >= kWriteBytes) {
    STRATA_TRY(WriteOut());
    STRATA_TRY(file_.Append(value.contents));
    written_ += value.contents.size();
  } else {
    unwritten_.append(value.contents);
  }
  unwritten_.append(trailer);
  if (unwritten_.size() >= kWriteBytes) STRATA_TRY(WriteOutOrDrop(offset));
  offsets_.push_back(offset);
  return {};
}

// After an error what is to be written ends at `end` again.
Status BlobWriter::WriteOutOrDrop(std::uint64_t end) {
  Status written = WriteOut();
  if (!written) unwritten_.resize(end - written_);
  return written;
}

Status BlobWriter::WriteOut() {
  if (unwritten_.empty()) return {};
  STRATA_TRY(file_.Append(unwritten_));
  written_ += unwritten_.size();
  unwritten_.clear();
  return {};
}

std::string BlobWriter::EncodeIndex(std::uint32_t width) const {
  std::string index;
  AppendBitmap(&index, held_);
  const auto append = [&](std::uint64_t offset) {
    char bytes[8];
    EncodeFixed(bytes, offset);
    index.append(bytes, width);
  };
  for (const std::uint64_t offset : offsets_) append(offset);
  append(size());
  return index;
}

Result<BlobSummary> BlobWriter::Finish() {
  STRATA_CHECK(!offsets_.empty());
  Footer footer;
  footer.file_id = file_id_;
  footer.blob = blob_;
  footer.raw_bytes = raw_bytes_;
  footer.values = static_cast<std::uint32_t>(offsets_.size());
  footer.offset_width = (static_cast<std::uint32_t>(std::bit_width(size())) + 7) / 8;
  const std::uint64_t end = size();
  const std::string bytes = EncodeIndex(footer.offset_width);
  const StoredValue index = Sealed({bytes, 0}, end);
  footer.index = {end, index.contents.size()};
  unwritten_.append(index.contents);
  unwritten_ += MakeTrailer(index, file_id_, end);
  if (cipher_ != nullptr) footer.features |= sst::kFeatureSealed;
  const std::uint64_t footer_offset = size() + sst::SealSizeOf(footer.features);
  footer.file_size = footer_offset + kFooterSize;
  const std::string encoded = EncodeFooter(footer);
  if (cipher_ != nullptr) unwritten_ += sst::SealFooter(*cipher_, encoded, footer_offset);
  unwritten_ += encoded;
  STRATA_TRY(WriteOutOrDrop(end));
  return BlobSummary{.blob = blob_,
                     .size_bytes = footer.file_size,
                     .footer_checksum = DecodeFixed<std::uint32_t>(encoded.data() + kFooterChecked),
                     .values = footer.values,
                     .raw_bytes = raw_bytes_};
}

}  // namespace strata::blob
