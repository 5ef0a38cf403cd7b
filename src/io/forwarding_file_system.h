// A file system that hands every operation on to another one: what differs in some of them derives
// from it. OpenDirectory stays with the derived class.
//
// Thread safety: as the one below.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/file_system.h"

namespace strata {

class ForwardingFileSystem : public FileSystem {
 public:
  // `below` must outlive this.
  explicit ForwardingFileSystem(FileSystem& below) : below_(below) {}

  Result<std::unique_ptr<WritableFile>> Create(const std::string& path,
                                               const WritableFileOptions& options) override {
    return below_.Create(Below(path), options);
  }
  Result<std::unique_ptr<RandomAccessFile>> Open(const std::string& path, ReadMode mode) override {
    return below_.Open(Below(path), mode);
  }
  Result<std::string> ReadFile(const std::string& path, std::uint64_t size_max) override {
    return below_.ReadFile(Below(path), size_max);
  }
  Result<bool> Exists(const std::string& path) override { return below_.Exists(Below(path)); }
  Result<std::uint64_t> FileSize(const std::string& path) override {
    return below_.FileSize(Below(path));
  }
  Result<bool> IsPrivate(const std::string& path) override { return below_.IsPrivate(Below(path)); }
  Result<std::vector<std::string>> List(const std::string& directory) override {
    return below_.List(Below(directory));
  }
  Status CreateDirectories(const std::string& directory) override {
    return below_.CreateDirectories(Below(directory));
  }
  Status Remove(const std::string& path) override { return below_.Remove(Below(path)); }
  Status RemoveDirectory(const std::string& directory) override {
    return below_.RemoveDirectory(Below(directory));
  }
  Status Rename(const std::string& from, const std::string& to) override {
    return below_.Rename(Below(from), Below(to));
  }
  Status SyncDirectory(const std::string& directory) override {
    return below_.SyncDirectory(Below(directory));
  }
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    return below_.Lock(Below(path));
  }
  // Another view of this one: what a derived class does is done for the directory, too.
  Result<std::unique_ptr<FileSystem>> OpenDirectory(const std::string& directory) override {
    STRATA_TRY(List(directory));
    return std::unique_ptr<FileSystem>(
        std::make_unique<ForwardingFileSystem>(static_cast<FileSystem&>(*this)));
  }

 protected:
  FileSystem& below() { return below_; }
  // What a path is called below.
  virtual std::string Below(const std::string& path) { return path; }

 private:
  FileSystem& below_;
};

}  // namespace strata
