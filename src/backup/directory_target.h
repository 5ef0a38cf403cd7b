// Backups in a directory: each object is a file of it. An object that is being written has a name
// that is none of an object's; it gets its own when it is whole and on the disk.
//
// Files of the store are copied, never linked: a link shares the store's bytes on the disk, and
// with them the damage.
//
// Thread safety: as BackupTarget. Who may write holds the directory's lock: there is one at a time.

#pragma once

#include <memory>
#include <string>

#include "backup/target.h"
#include "io/file_system.h"

namespace strata::backup {

class DirectoryTarget final : public BackupTarget {
 public:
  enum class Access : std::uint8_t { kRead, kWrite };
  // kWrite makes the directory if it isn't there, and removes what a crash left half written.
  // `files` must outlive it. Errors: kNotFound when there is nothing to read; kBusy while another
  // writes.
  static Result<std::unique_ptr<DirectoryTarget>> Open(FileSystem& files,
                                                       const std::string& directory, Access access);

  Status Put(const std::string& name, const ByteSum& sum, const ByteSource& source) override;
  Result<bool> PutIfAbsent(const std::string& name, std::string_view bytes) override;
  Status Read(const std::string& name, const ByteSink& sink) override;
  Result<std::vector<ObjectInfo>> List(std::string_view prefix) override;
  Status Delete(const std::string& name) override;
  std::string Where() const override { return directory_; }

 private:
  DirectoryTarget(FileSystem& files, std::string directory)
      : files_(files), directory_(std::move(directory)) {}

  Status Begin();
  Status WriteDraft(const std::string& draft, const ByteSum& sum, const ByteSource& source);
  std::string PathOf(const std::string& name) const { return JoinPath(directory_, name); }

  FileSystem& files_;
  const std::string directory_;
  std::unique_ptr<FileLock> lock_;  // Null: only to be read.
};

}  // namespace strata::backup
