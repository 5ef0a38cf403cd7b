// Backups in a directory of a file system. An object is a file of its name; one that isn't whole
// yet is called "tmp-" and its name, which no list shows, and the next writer removes.
//
// Thread safety: none. One at a time, over all processes, writes all but logs, and one adds logs:
// they hold LOCK and LOCK-logs. So logs are shipped while a backup takes its time.

#pragma once

#include <memory>
#include <string>

#include "backup/target.h"
#include "io/file_system.h"

namespace strata::backup {

class DirectoryTarget final : public Target {
 public:
  enum class Access : std::uint8_t { kRead, kWrite, kAddLogs };
  // `files` must outlive it. All but kRead make the directory if need be.
  // Errors: kNotFound; kBusy while another one writes.
  static Result<std::unique_ptr<DirectoryTarget>> Open(FileSystem& files,
                                                       const std::string& directory, Access access);

  Status Put(const std::string& name, const Content& content, const Source& source) override;
  Result<bool> Create(const std::string& name, std::string_view bytes) override;
  Status Get(const std::string& name, const Sink& sink) override;
  Result<std::vector<Object>> List(std::string_view prefix) override;
  Status Delete(const std::string& name) override;
  const std::string& where() const override { return directory_; }

 private:
  DirectoryTarget(FileSystem& files, std::string directory)
      : files_(files), directory_(std::move(directory)) {}
  Status Lock(Access access);
  std::string Path(const std::string& name) const { return JoinPath(directory_, name); }

  FileSystem& files_;
  const std::string directory_;
  std::unique_ptr<FileLock> lock_;
};

// Creates a directory if need be, and makes its name durable, with those of the directories above
// it as far as we may.
Status MakeDirectory(FileSystem& files, const std::string& directory);

// The bytes of a file as a Target's source; `file` must outlive it.
Target::Source SourceOf(const RandomAccessFile& file);

}  // namespace strata::backup
