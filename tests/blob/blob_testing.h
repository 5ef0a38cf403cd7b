// Blob files in memory for the tests of this folder: written from a list of values, damaged, read.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/coding.h"
#include "base/crc32c.h"
#include "blob/blob_reader.h"
#include "blob/blob_writer.h"
#include "stats/counters.h"
#include "testing/bytes_file.h"
#include "testing/results.h"
#include "testing/string_file.h"

namespace strata::blob {

using strata::testing::BytesFile;
using strata::testing::CodeOf;
using strata::testing::Must;
using strata::testing::Outcome;

inline constexpr std::string_view kBlobName = "000007.blob";
inline constexpr BlobId kBlob = 7;
inline constexpr FileId kFileId = {'a', 'f', 'i', 'l', 'e', ' ', 'i', 'd',
                                   ' ', 'o', 'f', ' ', '1', '6', ' ', 'b'};

inline std::string Build(const std::vector<std::string>& values, const WriterOptions& options = {},
                         const FileId& file_id = kFileId) {
  strata::testing::StringFile file;
  BlobWriter writer(options, file, file_id, kBlob);
  for (const std::string& value : values) Must(writer.Add(value));
  Must(writer.Finish());
  return file.contents;
}

inline Result<std::unique_ptr<BlobReader>> Open(std::string bytes, Counters& counters,
                                                bool mapped = false) {
  return BlobReader::Open(std::make_unique<BytesFile>(std::move(bytes), mapped),
                          std::string(kBlobName), counters);
}

inline BlobPointer PointerTo(std::uint32_t ordinal, std::size_t length) {
  return {kBlob, ordinal, static_cast<std::uint32_t>(length)};
}

// Writes a footer checksum that fits again after the footer was changed on purpose.
inline void ResealFooter(std::string* file) {
  char* const footer = file->data() + file->size() - kFooterSize;
  EncodeFixed(footer + kFooterChecked, Crc32c(std::string_view(footer, kFooterChecked)));
}

}  // namespace strata::blob
