#include "blob/blob_format.h"

#include <cstring>
#include <optional>

#include "base/check.h"
#include "base/coding.h"
#include "base/crc32c.h"
#include "sst/compression.h"

namespace strata::blob {
namespace {

// As sst::BlockChecksum, for contents that no trailer follows in memory: a value of gigabytes isn't
// copied for it.
std::uint32_t RecordChecksum(const StoredValue& value, const FileId& file_id,
                             std::uint64_t offset) {
  const char tags[2] = {static_cast<char>(value.compression), static_cast<char>(value.flags)};
  char place[sizeof(FileId) + sizeof(offset)];
  std::memcpy(place, file_id.data(), file_id.size());
  EncodeFixed(place + file_id.size(), offset);
  const std::uint32_t covered =
      ExtendCrc32c(Crc32c(value.contents), std::string_view(tags, sizeof(tags)));
  return ExtendCrc32c(covered, std::string_view(place, sizeof(place)));
}

Status CheckFlags(std::uint8_t flags, const RecordPlace& place) {
  const std::uint8_t wanted = place.cipher == nullptr ? 0 : kFlagSealed;
  if (flags == wanted) return {};
  if (flags == 0) return Corruption("the value isn't sealed, and its file is");
  return Error(ErrorCode::kUnsupported,
               flags == kFlagSealed ? "the value is sealed" : "unknown record flags");
}

Status CheckNumbers(const Footer& footer, std::uint64_t file_size) {
  if (footer.file_size != file_size) {
    return Corruption("the file had " + std::to_string(footer.file_size) + " bytes, now it has " +
                      std::to_string(file_size));
  }
  const std::uint64_t after = kFooterSize + sst::SealSizeOf(footer.features);
  if (file_size < after || !sst::LiesBefore(footer.index, file_size - after) ||
      footer.index.size > kIndexSizeMax) {
    return Corruption("the index at offset " + std::to_string(footer.index.offset) + " of " +
                      std::to_string(footer.index.size) + " bytes can't be");
  }
  if (footer.blob == 0 || footer.values > kBlobValuesMax || footer.offset_width < 1 ||
      footer.offset_width > 8) {
    return Corruption("numbers that can't be");
  }
  return {};
}

}  // namespace

std::string EncodeFooter(const Footer& footer) {
  std::string out;
  out.append(footer.file_id.data(), footer.file_id.size());
  AppendFixed64(&out, footer.blob);
  AppendFixed64(&out, footer.index.offset);
  AppendFixed64(&out, footer.index.size);
  AppendFixed64(&out, footer.raw_bytes);
  AppendFixed32(&out, footer.values);
  AppendFixed32(&out, footer.offset_width);
  AppendFixed64(&out, 0);
  AppendFixed32(&out, kFormatVersion);
  AppendFixed32(&out, footer.features);
  AppendFixed64(&out, footer.file_size);
  STRATA_CHECK(out.size() == kFooterChecked);
  AppendFixed32(&out, Crc32c(out));
  AppendFixed32(&out, 0);
  out.append(kBlobMagic);
  STRATA_CHECK(out.size() == kFooterSize);
  return out;
}

Result<Footer> DecodeFooter(std::string_view bytes, std::uint64_t file_size) {
  STRATA_CHECK(bytes.size() == kFooterSize && file_size >= kFooterSize);
  const char* in = bytes.data();
  if (bytes.substr(88) != kBlobMagic) return Corruption("no blob ends here (bad magic)");
  Footer footer;
  footer.checksum = DecodeFixed<std::uint32_t>(in + 80);
  if (footer.checksum != Crc32c(bytes.substr(0, kFooterChecked)) ||
      DecodeFixed<std::uint32_t>(in + 84) != 0) {
    return Corruption("bad checksum");
  }
  std::memcpy(footer.file_id.data(), in, footer.file_id.size());
  footer.blob = DecodeFixed<std::uint64_t>(in + 16);
  footer.index = {DecodeFixed<std::uint64_t>(in + 24), DecodeFixed<std::uint64_t>(in + 32)};
  footer.raw_bytes = DecodeFixed<std::uint64_t>(in + 40);
  footer.values = DecodeFixed<std::uint32_t>(in + 48);
  footer.offset_width = DecodeFixed<std::uint32_t>(in + 52);
  footer.features = DecodeFixed<std::uint32_t>(in + 68);
  footer.file_size = DecodeFixed<std::uint64_t>(in + 72);
  if (const auto version = DecodeFixed<std::uint32_t>(in + 64); version != kFormatVersion) {
    return Error(ErrorCode::kUnsupported, "blob format version " + std::to_string(version));
  }
  if (const std::uint32_t unknown = footer.features & ~sst::kFeatureSealed; unknown != 0) {
    return Error(ErrorCode::kUnsupported,
                 "a newer program wrote this: " + sst::FeatureNames(unknown));
  }
  STRATA_TRY(CheckNumbers(footer, file_size));
  return footer;
}

std::string MakeTrailer(const StoredValue& value, const FileId& file_id, std::uint64_t offset) {
  std::string out;
  out.push_back(static_cast<char>(value.compression));
  out.push_back(static_cast<char>(value.flags));
  AppendFixed32(&out, RecordChecksum(value, file_id, offset));
  return out;
}

StoredValue SealValue(const StoredValue& value, const FileCipher& cipher, std::uint64_t offset,
                      std::string* sealed) {
  const char tags[2] = {static_cast<char>(value.compression), static_cast<char>(kFlagSealed)};
  sealed->resize(value.contents.size() + FileCipher::kOverhead);
  cipher.Seal({SealedPart::kRecord, offset, {tags, sizeof(tags)}}, value.contents, sealed->data());
  return {*sealed, value.compression, kFlagSealed};
}

Result<StoredValue> OpenRecord(std::string_view record, const RecordPlace& place,
                               std::string* opened) {
  if (record.size() < kTrailerSize) return Corruption("a record without a trailer");
  const std::string_view covered = record.substr(0, record.size() - 4);
  const auto checksum = DecodeFixed<std::uint32_t>(record.data() + covered.size());
  if (checksum != sst::BlockChecksum(covered, place.file_id, place.offset)) {
    return Corruption("bad checksum");
  }
  STRATA_TRY(CheckFlags(static_cast<std::uint8_t>(covered.back()), place));
  const std::string_view contents = covered.substr(0, covered.size() - 2);
  const auto compression = static_cast<std::uint8_t>(covered[contents.size()]);
  if (place.cipher == nullptr) return StoredValue{contents, compression};
  const char tags[2] = {static_cast<char>(compression), static_cast<char>(kFlagSealed)};
  if (record.data() != opened->data()) opened->resize(contents.size());
  STRATA_TRY(place.cipher->Open({SealedPart::kRecord, place.offset, {tags, sizeof(tags)}}, contents,
                                opened->data()));
  return StoredValue{{opened->data(), contents.size() - FileCipher::kOverhead}, compression};
}

// The bytes of every codec begin with the length that they decompress to.
Result<std::uint64_t> RawSizeOf(const StoredValue& value) {
  const std::uint64_t stored = value.contents.size();
  const auto size =
      value.compression == 0 ? std::optional(stored) : ByteReader(value.contents).ReadVarint64();
  const std::uint64_t limit = value.compression == 0 ? kBlobValueSizeMax : kCompressedValueMax;
  if (size && *size <= limit) return *size;
  return Corruption("a value whose length can't be");
}

Status OpenValue(std::string_view record, const RecordPlace& place, std::uint64_t length,
                 std::string* value) {
  STRATA_TRY_ASSIGN(const StoredValue stored, OpenRecord(record, place, value));
  STRATA_TRY_ASSIGN(const std::uint64_t raw_size, RawSizeOf(stored));
  if (raw_size != length) {
    return Corruption("the value hasn't the length that its pointer tells");
  }
  if (stored.compression != 0) {
    STRATA_TRY_ASSIGN(const sst::BlockContents raw,
                      sst::Decompress(stored.compression, stored.contents, length));
    value->assign(raw.bytes);
  } else if (stored.contents.data() == value->data()) {
    value->resize(stored.contents.size());
  } else {
    value->assign(stored.contents);
  }
  return {};
}

}  // namespace strata::blob
