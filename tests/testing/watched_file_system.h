// A file system that tells somebody before each operation that may change the disk below: the
// moments at which a crash can leave something new.
//
// Thread safety: as the one below; `before` is called by whoever does the operation.

#pragma once

#include <functional>
#include <memory>

#include "io/faulty_file_system.h"
#include "io/file_system.h"

namespace strata::testing {

// `below` must outlive the result, and the result the files opened with it.
std::unique_ptr<FileSystem> NewWatchedFileSystem(FileSystem& below,
                                                 std::function<void(const FileEvent&)> before);

}  // namespace strata::testing
