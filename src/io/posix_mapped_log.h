// A file for logs: an append is a copy into a mapping of the file, not a system call.
//
// Space is made ready a window at a time, by writing zeros: the blocks are there before the first
// record comes, so a full disk shows here and not as a fault on a mapped page, and a sync writes
// data only. When zeros find no room, the rest of the disk is filled with plain writes; a record
// that finds none leaves nothing behind.

#pragma once

#include <memory>
#include <string>

#include "io/file_system.h"
#include "io/posix_descriptor.h"

namespace strata {

// `fd` is of an empty file, open for reading and writing. REQUIRES: window_bytes is a multiple of
// the page size.
std::unique_ptr<WritableFile> NewMappedLog(Descriptor fd, std::string path,
                                           std::uint64_t window_bytes);

}  // namespace strata
