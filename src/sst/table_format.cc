#include "sst/table_format.h"

#include <cstring>

#include "base/check.h"
#include "base/coding.h"
#include "base/crc32c.h"
#include "base/mutant.h"

namespace strata::sst {
namespace {

void AppendHandle(std::string* out, const BlockHandle& handle) {
  AppendFixed64(out, handle.offset);
  AppendFixed64(out, handle.size);
}

BlockHandle HandleAt(const char* in) {
  return {DecodeFixed<std::uint64_t>(in), DecodeFixed<std::uint64_t>(in + 8)};
}

Status CheckHandle(const BlockHandle& handle, std::uint64_t limit, std::string_view what) {
  if (STRATA_MUTANT(alloc_declared_len) || LiesBefore(handle, limit)) return {};
  return Corruption("the " + std::string(what) + " block at offset " +
                    std::to_string(handle.offset) + " of " + std::to_string(handle.size) +
                    " bytes lies outside the file");
}

}  // namespace

std::string FeatureNames(std::uint32_t features) {
  std::string names;
  for (int bit = 0; bit < 32; ++bit) {
    if ((features >> bit & 1) == 0) continue;
    if (!names.empty()) names += ", ";
    switch (1U << bit) {
      case kFeatureCompression:
        names += "compressed blocks";
        break;
      case kFeatureHashIndex:
        names += "hash index in blocks";
        break;
      case kFeatureSealed:
        names += "sealed blocks";
        break;
      case kFeatureLearnedIndex:
        names += "learned index";
        break;
      case kFeatureBlobPointers:
        names += "values in blob files";
        break;
      default:
        names += "feature bit " + std::to_string(bit);
        break;
    }
  }
  return names;
}

std::uint32_t BlockChecksum(std::string_view covered, const FileId& file_id, std::uint64_t offset) {
  if (STRATA_MUTANT(crc_without_offset)) offset = 0;
  char place[sizeof(FileId) + sizeof(offset)];
  std::memcpy(place, file_id.data(), file_id.size());
  EncodeFixed(place + file_id.size(), offset);
  return ExtendCrc32c(Crc32c(covered), std::string_view(place, sizeof(place)));
}

std::string EncodeFooter(const Footer& footer) {
  std::string out;
  out.reserve(kFooterSize);
  out.append(footer.file_id.data(), footer.file_id.size());
  AppendHandle(&out, footer.index);
  AppendHandle(&out, footer.filter);
  AppendHandle(&out, footer.properties);
  AppendFixed32(&out, kFormatVersion);
  AppendFixed32(&out, footer.features);
  AppendFixed64(&out, footer.file_size);
  STRATA_CHECK(out.size() == kFooterChecked);
  AppendFixed32(&out, Crc32c(out));
  AppendFixed32(&out, 0);
  out.append(kTableMagic);
  STRATA_CHECK(out.size() == kFooterSize);
  return out;
}

Result<Footer> DecodeFooter(std::string_view bytes, std::uint64_t file_size) {
  STRATA_CHECK(bytes.size() == kFooterSize && file_size >= kFooterSize);
  const char* in = bytes.data();
  if (bytes.substr(88) != kTableMagic) return Corruption("no table ends here (bad magic)");
  Footer footer;
  footer.checksum = DecodeFixed<std::uint32_t>(in + 80);
  if (footer.checksum != Crc32c(bytes.substr(0, kFooterChecked)) ||
      DecodeFixed<std::uint32_t>(in + 84) != 0) {
    return Corruption("bad checksum");
  }
  std::memcpy(footer.file_id.data(), in, sizeof(FileId));
  footer.index = HandleAt(in + 16);
  footer.filter = HandleAt(in + 32);
  footer.properties = HandleAt(in + 48);
  const auto version = DecodeFixed<std::uint32_t>(in + 64);
  footer.features = DecodeFixed<std::uint32_t>(in + 68);
  footer.file_size = DecodeFixed<std::uint64_t>(in + 72);
  if (version != kFormatVersion) {
    return Error(ErrorCode::kUnsupported, "table format version " + std::to_string(version));
  }
  if (const std::uint32_t unknown = footer.features & ~FeaturesSupported(); unknown != 0) {
    return Error(ErrorCode::kUnsupported, "a newer program wrote this: " + FeatureNames(unknown));
  }
  if (footer.file_size != file_size) {
    return Corruption("the file had " + std::to_string(footer.file_size) + " bytes, now it has " +
                      std::to_string(file_size));
  }
  if (file_size - kFooterSize < SealSizeOf(footer.features)) return Corruption("it is cut short");
  const std::uint64_t limit = file_size - kFooterSize - SealSizeOf(footer.features);
  STRATA_TRY(CheckHandle(footer.index, limit, "index"));
  STRATA_TRY(CheckHandle(footer.properties, limit, "properties"));
  if (!footer.filter.IsNone()) STRATA_TRY(CheckHandle(footer.filter, limit, "filter"));
  return footer;
}

std::string SealFooter(const FileCipher& cipher, std::string_view footer, std::uint64_t offset) {
  std::string seal(FileCipher::kOverhead, '\0');
  cipher.Seal({SealedPart::kFooter, offset, footer}, {}, seal.data());
  return seal;
}

Status CheckFooterSeal(const RandomAccessFile& file, std::string_view footer,
                       std::uint32_t features) {
  const bool is_sealed = (features & kFeatureSealed) != 0;
  const FileCipher* const cipher = CipherOf(file);
  if (cipher == nullptr) {
    return is_sealed ? Status(Error(ErrorCode::kUnsupported, "the file is sealed")) : Status();
  }
  if (!is_sealed) return Corruption("its blocks aren't sealed, and the file is");
  const std::uint64_t offset = file.size() - footer.size();
  char scratch[FileCipher::kOverhead];
  STRATA_TRY_ASSIGN(const std::string_view seal,
                    file.Read(offset - sizeof(scratch), sizeof(scratch), scratch));
  char none[1];
  return cipher->Open({SealedPart::kFooter, offset, footer}, seal, none);
}

}  // namespace strata::sst
