#include "testing/watched_file_system.h"

#include <utility>

#include "io/forwarding_file_system.h"

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

class WatchedFileSystem final : public ForwardingFileSystem {
 public:
  WatchedFileSystem(FileSystem& below, Before before)
      : ForwardingFileSystem(below), before_(std::move(before)) {}

  Result<std::unique_ptr<WritableFile>> Create(const std::string& path,
                                               const WritableFileOptions& options) override {
    before_({FileOperation::kCreate, path});
    STRATA_TRY_ASSIGN(auto file, below().Create(path, options));
    return std::unique_ptr<WritableFile>(
        std::make_unique<WatchedWritableFile>(before_, std::move(file), path));
  }
  Status CreateDirectories(const std::string& directory) override {
    before_({FileOperation::kCreateDirectories, directory});
    return below().CreateDirectories(directory);
  }
  Status Remove(const std::string& path) override {
    before_({FileOperation::kRemove, path});
    return below().Remove(path);
  }
  Status RemoveDirectory(const std::string& directory) override {
    before_({FileOperation::kRemove, directory});
    return below().RemoveDirectory(directory);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    before_({FileOperation::kRename, from});
    return below().Rename(from, to);
  }
  Status SyncDirectory(const std::string& directory) override {
    before_({FileOperation::kSyncDirectory, directory});
    return below().SyncDirectory(directory);
  }
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    before_({FileOperation::kLock, path});
    return below().Lock(path);
  }

 private:
  const Before before_;
};

}  // namespace

std::unique_ptr<FileSystem> NewWatchedFileSystem(FileSystem& below, Before before) {
  return std::make_unique<WatchedFileSystem>(below, std::move(before));
}

}  // namespace strata::testing
