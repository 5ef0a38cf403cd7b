// Any bytes as a blob file: open, read every value by pointers true and false, verify. Checksums
// would stop nearly every mutation at the door, so the harness makes those of the footer, the index
// and the first record fit again: what is behind has to stand on its own.
//
// Input: the file; its last byte's low bit says whether the file is mapped.

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/coding.h"
#include "base/crc32c.h"
#include "blob/blob_reader.h"
#include "input_file.h"
#include "stats/counters.h"

namespace strata::blob {
namespace {

// Gives the record at `place`, trailer included, a checksum that fits.
void ResealRecord(std::string* file, std::uint64_t offset, std::uint64_t size,
                  const FileId& file_id) {
  if (size < kTrailerSize || offset > file->size() || size > file->size() - offset) return;
  const std::string_view covered(file->data() + offset, size - 4);
  EncodeFixed(file->data() + offset + size - 4, sst::BlockChecksum(covered, file_id, offset));
}

void Reseal(std::string* file) {
  if (file->size() < kFooterSize) return;
  char* const footer = file->data() + file->size() - kFooterSize;
  EncodeFixed(footer + 64, kFormatVersion);
  EncodeFixed(footer + 68, std::uint32_t{0});
  EncodeFixed(footer + 72, std::uint64_t{file->size()});
  EncodeFixed(footer + 84, std::uint32_t{0});
  std::memcpy(footer + 88, kBlobMagic.data(), kBlobMagic.size());
  FileId file_id;
  std::memcpy(file_id.data(), footer, file_id.size());
  const auto offset = DecodeFixed<std::uint64_t>(footer + 24);
  const auto size = DecodeFixed<std::uint64_t>(footer + 32);
  if (size < file->size()) ResealRecord(file, offset, size + kTrailerSize, file_id);
  ResealRecord(file, 0, offset, file_id);  // Right when there is one record.
  EncodeFixed(footer + kFooterChecked, Crc32c(std::string_view(footer, kFooterChecked)));
}

void ReadAll(const BlobReader& blob) {
  std::string value;
  for (std::uint32_t ordinal = 0; ordinal < 20; ++ordinal) {
    for (const std::uint32_t length : {0U, 5U, 300U}) {
      const BlobPointer pointer{blob.summary().blob, ordinal, length};
      const Status read = blob.Read(pointer, &value);
      STRATA_CHECK(!read.has_value() || value.size() == length);
    }
  }
  static_cast<void>(blob.VerifyAll().has_value());
}

}  // namespace
}  // namespace strata::blob

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace strata::blob;  // NOLINT(google-build-using-namespace)
  if (size == 0 || size > (std::size_t{1} << 20)) return 0;
  const bool mapped = (data[size - 1] & 1) != 0;
  std::string file(reinterpret_cast<const char*>(data), size);
  Reseal(&file);
  strata::Counters counters;
  const auto opened = BlobReader::Open(std::make_unique<strata::InputFile>(std::move(file), mapped),
                                       "fuzz.blob", counters);
  if (opened.has_value()) ReadAll(**opened);
  return 0;
}
