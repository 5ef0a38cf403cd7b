// The files of the real file system: written at the end, read at any offset, read through a pool of
// descriptors, or mapped.
//
// Thread safety: as the interfaces say.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "io/descriptor_pool.h"
#include "io/file_system.h"
#include "io/posix_descriptor.h"

namespace strata {

// Reads up to `size` bytes at `offset`; fewer only where the file ends.
Result<std::size_t> ReadFully(int fd, const std::string& path, std::uint64_t offset,
                              std::size_t size, char* out);

std::unique_ptr<WritableFile> NewPosixWriter(Descriptor fd, std::string path,
                                             std::uint64_t preallocate_bytes);
std::unique_ptr<RandomAccessFile> NewPosixReader(Descriptor fd, std::string path,
                                                 std::uint64_t size);
// Of a file that keeps its name as long as this is open: its descriptor comes and goes.
std::unique_ptr<RandomAccessFile> NewPooledReader(std::unique_ptr<PooledDescriptor> fd,
                                                  std::string path, std::uint64_t size);
// Keeps no descriptor.
Result<std::unique_ptr<RandomAccessFile>> NewMappedReader(const Descriptor& fd, std::string path,
                                                          std::uint64_t size);

}  // namespace strata
