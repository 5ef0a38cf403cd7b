// An errno as an Error, worded the same by every file system:
// "creating db/000007.wal: No space left on device".

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace strata {

// `doing` and `path` say what failed. ENOSPC and EDQUOT are kNoSpace, EMFILE and ENFILE
// kNoDescriptors, ENOENT is kNotFound, all others are kIo.
Error OsError(int error_number, std::string_view doing, std::string_view path);

// What a sync or a close makes of its error. kNoSpace and kNoDescriptors say that nothing was done
// and that it may be tried again; after a failed sync nobody knows what is on the disk, whatever
// the system says: that is kIo.
Status AsFinal(Status status);

// A range that the file doesn't hold; see RandomAccessFile::Read.
Error ReadPastEnd(std::string_view path, std::uint64_t offset, std::size_t size,
                  std::uint64_t file_size);

// A file that is larger than the reader is willing to hold; see FileSystem::ReadFile.
Error FileTooLarge(std::string_view path, std::uint64_t size_max);

}  // namespace strata
