#include "io/faulty_file_system.h"

#include <cerrno>

#include "io/mutex.h"
#include "io/os_error.h"

namespace strata {
namespace {

bool IsSyncFault(Fault fault) {
  return fault == Fault::kSyncKeepsData || fault == Fault::kSyncRevertsData ||
         fault == Fault::kSyncLosesOnCrash;
}

bool IsOneOf(FileOperation operation, std::initializer_list<FileOperation> operations) {
  for (const FileOperation candidate : operations) {
    if (operation == candidate) return true;
  }
  return false;
}

bool CanHave(FileOperation operation, Fault fault) {
  using enum FileOperation;
  switch (fault) {
    case Fault::kEio:
      return true;
    case Fault::kEnospc:
    case Fault::kEdquot:
      return IsOneOf(operation,
                     {kCreate, kAppend, kSync, kClose, kCreateDirectories, kRename, kLock});
    case Fault::kEmfile:
      return IsOneOf(operation, {kCreate, kOpen, kReadFile, kList, kSyncDirectory, kLock});
    case Fault::kErofs:
      return IsOneOf(operation, {kCreate, kAppend, kCreateDirectories, kRemove, kRename, kLock});
    case Fault::kShortWrite:
      return operation == kAppend;
    case Fault::kSyncKeepsData:
    case Fault::kSyncRevertsData:
    case Fault::kSyncLosesOnCrash:
      return operation == kSync;
    case Fault::kDirectoryNotSynced:
      return operation == kSyncDirectory;
    case Fault::kFullDisk:
      return IsOneOf(operation, {kCreate, kAppend, kCreateDirectories, kRename});
  }
  return false;
}

int ErrnoOf(Fault fault) {
  switch (fault) {
    case Fault::kEnospc:
    case Fault::kFullDisk:
      return ENOSPC;
    case Fault::kEdquot:
      return EDQUOT;
    case Fault::kEmfile:
      return EMFILE;
    case Fault::kErofs:
      return EROFS;
    default:
      return EIO;
  }
}

FailedSync FailedSyncOf(Fault fault) {
  if (fault == Fault::kSyncRevertsData) return FailedSync::kRevertsData;
  if (fault == Fault::kSyncLosesOnCrash) return FailedSync::kLosesOnCrash;
  return FailedSync::kKeepsData;
}

// What an operation must do instead of itself.
struct Verdict {
  bool fails = false;
  Fault fault = Fault::kEio;
  bool crashed = false;
};

class FaultyFileSystemImpl final : public FaultyFileSystem {
 public:
  explicit FaultyFileSystemImpl(FileSystem& below) : below_(below) {}
  // A directory of `root`, which plans and counts for it.
  FaultyFileSystemImpl(std::unique_ptr<FileSystem> directory, FaultyFileSystemImpl& root)
      : owned_(std::move(directory)), below_(*owned_), root_(&root) {}

  void SetPlan(const FaultPlan& plan) override {
    MutexLock lock(mutex_);
    plan_ = plan;
    events_.clear();
    fired_ = false;
  }
  std::uint64_t operations() const override {
    MutexLock lock(mutex_);
    return events_.size();
  }
  bool fired() const override {
    MutexLock lock(mutex_);
    return fired_;
  }
  std::uint64_t fired_at() const override {
    MutexLock lock(mutex_);
    return fired_at_;
  }
  std::vector<FileEvent> events() const override {
    MutexLock lock(mutex_);
    return events_;
  }

  Result<std::unique_ptr<WritableFile>> Create(const std::string& path,
                                               const WritableFileOptions& options) override;
  Result<std::unique_ptr<RandomAccessFile>> Open(const std::string& path, ReadMode mode) override;

  Result<std::string> ReadFile(const std::string& path, std::uint64_t size_max) override {
    STRATA_TRY(Check(FileOperation::kReadFile, path));
    return below_.ReadFile(path, size_max);
  }
  Result<bool> Exists(const std::string& path) override {
    STRATA_TRY(Check(FileOperation::kExists, path));
    return below_.Exists(path);
  }
  Result<std::uint64_t> FileSize(const std::string& path) override {
    STRATA_TRY(Check(FileOperation::kFileSize, path));
    return below_.FileSize(path);
  }
  Result<std::vector<std::string>> List(const std::string& directory) override {
    STRATA_TRY(Check(FileOperation::kList, directory));
    return below_.List(directory);
  }
  Status CreateDirectories(const std::string& directory) override {
    STRATA_TRY(Check(FileOperation::kCreateDirectories, directory));
    return below_.CreateDirectories(directory);
  }
  Status Remove(const std::string& path) override {
    STRATA_TRY(Check(FileOperation::kRemove, path));
    return below_.Remove(path);
  }
  Status RemoveDirectory(const std::string& directory) override {
    STRATA_TRY(Check(FileOperation::kRemove, directory));
    return below_.RemoveDirectory(directory);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    STRATA_TRY(Check(FileOperation::kRename, from));
    return below_.Rename(from, to);
  }
  Status SyncDirectory(const std::string& directory) override {
    const Verdict verdict = Judge(FileOperation::kSyncDirectory, directory);
    if (verdict.fails && verdict.fault == Fault::kDirectoryNotSynced) return {};
    if (verdict.fails) return ErrorOf(verdict, FileOperation::kSyncDirectory, directory);
    return below_.SyncDirectory(directory);
  }
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    STRATA_TRY(Check(FileOperation::kLock, path));
    return below_.Lock(path);
  }
  Result<std::unique_ptr<FileSystem>> OpenDirectory(const std::string& directory) override {
    STRATA_TRY(Check(FileOperation::kOpen, directory));
    STRATA_TRY_ASSIGN(auto below, below_.OpenDirectory(directory));
    return std::unique_ptr<FileSystem>(
        std::make_unique<FaultyFileSystemImpl>(std::move(below), *this));
  }

  // --- for the files opened here ---

  // Counts the operation. A sync fault has already happened below when this returns.
  Verdict Judge(FileOperation operation, const std::string& path);

  // As Judge, for operations that fail without having done anything.
  Status Check(FileOperation operation, const std::string& path) {
    const Verdict verdict = Judge(operation, path);
    if (verdict.fails) return ErrorOf(verdict, operation, path);
    return {};
  }

  static Error ErrorOf(const Verdict& verdict, FileOperation operation, const std::string& path) {
    const std::string doing = "injected fault: " + std::string(FileOperationName(operation));
    if (verdict.crashed) return Error(ErrorCode::kIo, doing + " " + path + ": after the crash");
    return OsError(ErrnoOf(verdict.fault), doing, path);
  }

 private:
  const std::unique_ptr<FileSystem> owned_;
  FileSystem& below_;
  FaultyFileSystemImpl* const root_ = nullptr;

  mutable Mutex mutex_;
  FaultPlan plan_ STRATA_GUARDED_BY(mutex_);
  std::vector<FileEvent> events_ STRATA_GUARDED_BY(mutex_);
  bool fired_ STRATA_GUARDED_BY(mutex_) = false;
  std::uint64_t fired_at_ STRATA_GUARDED_BY(mutex_) = 0;
};

class FaultyWritableFile final : public WritableFile {
 public:
  FaultyWritableFile(FaultyFileSystemImpl& files, std::unique_ptr<WritableFile> below,
                     std::string path)
      : files_(files), below_(std::move(below)), path_(std::move(path)) {}

  Status Append(std::string_view data) override {
    const Verdict verdict = files_.Judge(FileOperation::kAppend, path_);
    if (!verdict.fails) return below_->Append(data);
    if (verdict.fault == Fault::kShortWrite) {
      STRATA_TRY(below_->Append(data.substr(0, data.size() / 2)));
    }
    return FaultyFileSystemImpl::ErrorOf(verdict, FileOperation::kAppend, path_);
  }
  Status Sync() override {
    STRATA_TRY(files_.Check(FileOperation::kSync, path_));
    return below_->Sync();
  }
  Status Close() override {
    STRATA_TRY(files_.Check(FileOperation::kClose, path_));
    return below_->Close();
  }
  std::uint64_t size() const override { return below_->size(); }

 private:
  FaultyFileSystemImpl& files_;
  const std::unique_ptr<WritableFile> below_;
  const std::string path_;
};

class FaultyRandomAccessFile final : public RandomAccessFile {
 public:
  FaultyRandomAccessFile(FaultyFileSystemImpl& files, std::unique_ptr<RandomAccessFile> below,
                         std::string path)
      : files_(files), below_(std::move(below)), path_(std::move(path)) {}

  Result<std::string_view> Read(std::uint64_t offset, std::size_t size,
                                char* scratch) const override {
    STRATA_TRY(files_.Check(FileOperation::kRead, path_));
    return below_->Read(offset, size, scratch);
  }
  std::uint64_t size() const override { return below_->size(); }

 private:
  FaultyFileSystemImpl& files_;
  const std::unique_ptr<RandomAccessFile> below_;
  const std::string path_;
};

Verdict FaultyFileSystemImpl::Judge(FileOperation operation, const std::string& path) {
  if (root_ != nullptr) return root_->Judge(operation, path);
  MutexLock lock(mutex_);
  const std::uint64_t index = events_.size();
  const bool crashed = plan_.crash && fired_;
  if (!crashed) events_.push_back({.operation = operation, .path = path});
  if (crashed) return {.fails = true, .crashed = true};
  if (index < plan_.fail_at || index >= plan_.heals_at || (fired_ && !plan_.sticky)) return {};
  if (!CanHave(operation, plan_.fault)) return {};
  if (!path.ends_with(plan_.only)) return {};
  if (!fired_) fired_at_ = index;
  fired_ = true;
  if (operation == FileOperation::kSync && IsSyncFault(plan_.fault)) {
    if (auto* memory = dynamic_cast<MemoryFileSystem*>(&below_)) {
      memory->ForgetUnsynced(path, FailedSyncOf(plan_.fault));
    }
  }
  return {.fails = true, .fault = plan_.fault, .crashed = plan_.crash};
}

Result<std::unique_ptr<WritableFile>> FaultyFileSystemImpl::Create(
    const std::string& path, const WritableFileOptions& options) {
  STRATA_TRY(Check(FileOperation::kCreate, path));
  STRATA_TRY_ASSIGN(auto file, below_.Create(path, options));
  return std::unique_ptr<WritableFile>(
      std::make_unique<FaultyWritableFile>(*this, std::move(file), path));
}

Result<std::unique_ptr<RandomAccessFile>> FaultyFileSystemImpl::Open(const std::string& path,
                                                                     ReadMode mode) {
  STRATA_TRY(Check(FileOperation::kOpen, path));
  STRATA_TRY_ASSIGN(auto file, below_.Open(path, mode));
  return std::unique_ptr<RandomAccessFile>(
      std::make_unique<FaultyRandomAccessFile>(*this, std::move(file), path));
}

}  // namespace

std::string_view FileOperationName(FileOperation operation) {
  switch (operation) {
    case FileOperation::kCreate:
      return "create";
    case FileOperation::kOpen:
      return "open";
    case FileOperation::kAppend:
      return "append";
    case FileOperation::kSync:
      return "sync";
    case FileOperation::kClose:
      return "close";
    case FileOperation::kRead:
      return "read";
    case FileOperation::kReadFile:
      return "read file";
    case FileOperation::kExists:
      return "exists";
    case FileOperation::kFileSize:
      return "file size";
    case FileOperation::kList:
      return "list";
    case FileOperation::kCreateDirectories:
      return "create directories";
    case FileOperation::kRemove:
      return "remove";
    case FileOperation::kRename:
      return "rename";
    case FileOperation::kSyncDirectory:
      return "sync directory";
    case FileOperation::kLock:
      return "lock";
  }
  return "unknown";
}

std::unique_ptr<FaultyFileSystem> NewFaultyFileSystem(FileSystem& below) {
  return std::make_unique<FaultyFileSystemImpl>(below);
}

}  // namespace strata
