#include "testing/watched_file_system.h"

#include <utility>

namespace strata::testing {
namespace {

using Before = std::function<void(const FileEvent&)>;

class WatchedWritableFile final : public WritableFile {
 public:
  WatchedWritableFile(const Before& before, std::unique_ptr<WritableFile> below, std::string path)
      : before_(before), below_(std::move(below)), path_(std::move(path)) {}

  Status Append(std::string_view data) override {
    before_({FileOperation::kAppend, path_});
    return below_->Append(data);
  }
  Status Sync() override {
    before_({FileOperation::kSync, path_});
    return below_->Sync();
  }
  Status Close() override {
    before_({FileOperation::kClose, path_});
    return below_->Close();
  }
  std::uint64_t size() const override { return below_->size(); }

 private:
  const Before& before_;
  const std::unique_ptr<WritableFile> below_;
  const std::string path_;
};

class WatchedFileSystem final : public FileSystem {
 public:
  WatchedFileSystem(FileSystem& below, Before before) : below_(below), before_(std::move(before)) {}

  Result<std::unique_ptr<WritableFile>> Create(const std::string& path,
                                               const WritableFileOptions& options) override {
    before_({FileOperation::kCreate, path});
    STRATA_TRY_ASSIGN(auto file, below_.Create(path, options));
    return std::unique_ptr<WritableFile>(
        std::make_unique<WatchedWritableFile>(before_, std::move(file), path));
  }
  Status CreateDirectories(const std::string& directory) override {
    before_({FileOperation::kCreateDirectories, directory});
    return below_.CreateDirectories(directory);
  }
  Status Remove(const std::string& path) override {
    before_({FileOperation::kRemove, path});
    return below_.Remove(path);
  }
  Status RemoveDirectory(const std::string& directory) override {
    before_({FileOperation::kRemove, directory});
    return below_.RemoveDirectory(directory);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    before_({FileOperation::kRename, from});
    return below_.Rename(from, to);
  }
  Status SyncDirectory(const std::string& directory) override {
    before_({FileOperation::kSyncDirectory, directory});
    return below_.SyncDirectory(directory);
  }
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    before_({FileOperation::kLock, path});
    return below_.Lock(path);
  }

  // These change nothing.
  Result<std::unique_ptr<RandomAccessFile>> Open(const std::string& path, ReadMode mode) override {
    return below_.Open(path, mode);
  }
  Result<std::string> ReadFile(const std::string& path, std::uint64_t size_max) override {
    return below_.ReadFile(path, size_max);
  }
  Result<bool> Exists(const std::string& path) override { return below_.Exists(path); }
  Result<std::uint64_t> FileSize(const std::string& path) override { return below_.FileSize(path); }
  Result<std::vector<std::string>> List(const std::string& directory) override {
    return below_.List(directory);
  }

 private:
  FileSystem& below_;
  const Before before_;
};

}  // namespace

std::unique_ptr<FileSystem> NewWatchedFileSystem(FileSystem& below, Before before) {
  return std::make_unique<WatchedFileSystem>(below, std::move(before));
}

}  // namespace strata::testing
