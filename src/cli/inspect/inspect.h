// Explains the files of a store, byte by byte. Each returns what it could read, and beside it the
// damage that ended the reading, if there was any.
//
// Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/format/report.h"
#include "io/file_system.h"

namespace strata::cli {

struct Inspection {
  Report report;
  Status status;
};

// At most `limit` records, or entries of a table, are shown; the file is read to its end all the
// same.
Inspection InspectWal(std::string_view contents, std::uint64_t limit);
Inspection InspectTable(const RandomAccessFile& file, std::uint64_t limit);
Inspection InspectManifest(std::string_view contents, std::uint64_t limit);
Inspection InspectBlob(std::unique_ptr<RandomAccessFile> file, std::uint64_t limit);

}  // namespace strata::cli
