// Ways to damage the files of a store on a disk in memory.
//
// Thread safety: none.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/memory_file_system.h"

namespace strata::testing {

// The store's files whose names end so, oldest first; not LOCK.
inline std::vector<std::string> FilesEnding(MemoryFileSystem& disk, std::string_view suffix,
                                            const std::string& directory = "db") {
  std::vector<std::string> paths;
  const auto names = disk.List(directory);
  if (!names) return paths;
  for (const std::string& name : *names) {
    const bool wanted =
        name.ends_with(suffix) || (suffix == "MANIFEST" && name.starts_with("MANIFEST"));
    if (wanted && name != "LOCK") paths.push_back(JoinPath(directory, name));
  }
  return paths;
}

inline void FlipBit(MemoryFileSystem& disk, const std::string& path, std::size_t bit) {
  std::string contents = *disk.Contents(path);
  contents[bit / 8] = static_cast<char>(contents[bit / 8] ^ (1 << bit % 8));
  disk.SetContents(path, std::move(contents));
}

// Flips a bit of the byte at `offset`.
inline void DamageByte(MemoryFileSystem& disk, const std::string& path, std::size_t offset) {
  FlipBit(disk, path, offset * 8);
}

inline void CutOff(MemoryFileSystem& disk, const std::string& path, std::size_t size) {
  disk.SetContents(path, disk.Contents(path)->substr(0, size));
}

}  // namespace strata::testing
