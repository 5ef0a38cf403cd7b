// A whole file, with what opens its pieces if they are sealed.
//
// Thread safety: as FileSystem.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "io/file_cipher.h"
#include "io/file_system.h"

namespace strata {

struct FileContents {
  std::string bytes;
  std::shared_ptr<const RandomAccessFile> source;  // Owns the cipher; null: in the clear.

  const FileCipher* cipher() const { return source == nullptr ? nullptr : CipherOf(*source); }
};

// What a file system is, too, whose files may be sealed.
class HasSealedFiles {
 public:
  HasSealedFiles() = default;
  HasSealedFiles(const HasSealedFiles&) = delete;
  HasSealedFiles& operator=(const HasSealedFiles&) = delete;
  virtual ~HasSealedFiles() = default;

  virtual Result<FileContents> ReadContents(const std::string& path, std::uint64_t size_max) = 0;
};

// As FileSystem::ReadFile, for files whose format seals its pieces: logs and manifests.
inline Result<FileContents> ReadContents(FileSystem& files, const std::string& path,
                                         std::uint64_t size_max) {
  if (auto* const sealed = dynamic_cast<HasSealedFiles*>(&files)) {
    return sealed->ReadContents(path, size_max);
  }
  STRATA_TRY_ASSIGN(std::string bytes, files.ReadFile(path, size_max));
  return FileContents{std::move(bytes), nullptr};
}

}  // namespace strata
