#include "io/memory_file_system.h"

#include <cerrno>

#include "io/forwarding_file_system.h"
#include "io/memory_content.h"
#include "io/memory_file_system_impl.h"
#include "io/os_error.h"

namespace strata {
namespace {

class MemoryWritableFile final : public WritableFile {
 public:
  MemoryWritableFile(MemoryFileSystemImpl& files, MemoryNodePtr node, std::string path)
      : files_(files), node_(std::move(node)), path_(std::move(path)) {}

  Status Append(std::string_view data) override {
    STRATA_TRY(files_.AppendTo(*node_, path_, data));
    size_ += data.size();
    return {};
  }
  Status Sync() override {
    files_.SyncFile(*node_);
    return {};
  }
  Status Close() override { return {}; }
  std::uint64_t size() const override { return size_; }

 private:
  MemoryFileSystemImpl& files_;
  const MemoryNodePtr node_;
  const std::string path_;
  std::uint64_t size_ = 0;
};

class MemoryFileLock final : public FileLock {
 public:
  MemoryFileLock(MemoryFileSystemImpl& files, MemoryNodePtr node)
      : files_(files), node_(std::move(node)) {}
  ~MemoryFileLock() override { files_.Unlock(*node_); }

 private:
  MemoryFileSystemImpl& files_;
  const MemoryNodePtr node_;
};

}  // namespace

// --- finding and changing names ----------------------------------------------------------------

Result<MemoryPlace> MemoryFileSystemImpl::Find(const std::string& path,
                                               std::string_view doing) const {
  MemoryPlace place{.directory = nullptr, .name = "", .node = disk_.root};
  for (std::string& name : SplitPath(path)) {
    if (place.node == nullptr) return OsError(ENOENT, doing, path);
    if (!place.node->is_directory) return OsError(ENOTDIR, doing, path);
    place.directory = place.node;
    place.name = std::move(name);
    const auto entry = place.directory->entries.find(place.name);
    place.node = entry == place.directory->entries.end() ? nullptr : entry->second;
  }
  return place;
}

Result<MemoryNodePtr> MemoryFileSystemImpl::FindFile(const std::string& path,
                                                     std::string_view doing) const {
  STRATA_TRY_ASSIGN(MemoryPlace place, Find(path, doing));
  if (place.node == nullptr) return OsError(ENOENT, doing, path);
  if (place.node->is_directory) return OsError(EISDIR, doing, path);
  return std::move(place.node);
}

Result<MemoryNodePtr> MemoryFileSystemImpl::FindDirectory(const std::string& path,
                                                          std::string_view doing) const {
  STRATA_TRY_ASSIGN(MemoryPlace place, Find(path, doing));
  if (place.node == nullptr) return OsError(ENOENT, doing, path);
  if (!place.node->is_directory) return OsError(ENOTDIR, doing, path);
  return std::move(place.node);
}

void MemoryFileSystemImpl::ChangeName(NameChange change) {
  change.sequence = disk_.next_sequence++;
  ApplyChange(change, [](const MemoryNodePtr& directory) -> MemoryNode::Entries& {
    return directory->entries;
  });
  disk_.journal.push_back(std::move(change));
}

void MemoryFileSystemImpl::Unlink(MemoryNode& file) {
  file.is_linked = false;
  used_ -= file.content.size();
}

Result<MemoryNodePtr> MemoryFileSystemImpl::CreateFile(const std::string& path,
                                                       const MemoryPlace& at) {
  if (capacity_ != 0 && used_ >= capacity_) return OsError(ENOSPC, "creating", path);
  auto node = std::make_shared<MemoryNode>(/*directory=*/false);
  ChangeName({.sequence = 0, .directory = at.directory, .name = at.name, .target = node});
  return node;
}

// --- files -------------------------------------------------------------------------------------

Result<std::unique_ptr<WritableFile>> MemoryFileSystemImpl::Create(
    const std::string& path, const WritableFileOptions& options) {
  MutexLock lock(mutex_);
  STRATA_TRY_ASSIGN(MemoryPlace place, Find(path, "creating"));
  if (place.node != nullptr) return OsError(EEXIST, "creating", path);
  STRATA_TRY_ASSIGN(MemoryNodePtr node, CreateFile(path, place));
  node->has_zeros_ahead = options.mapped;
  return std::unique_ptr<WritableFile>(
      std::make_unique<MemoryWritableFile>(*this, std::move(node), path));
}

Status MemoryFileSystemImpl::AppendTo(MemoryNode& file, const std::string& path,
                                      std::string_view data) {
  MutexLock lock(mutex_);
  const std::uint64_t room = capacity_ == 0 ? UINT64_MAX : capacity_ - std::min(capacity_, used_);
  if (data.size() > room) {
    file.refused = data.substr(0, room);
    return OsError(ENOSPC, "writing", path);
  }
  if (data.empty()) return {};
  file.refused.clear();
  const std::uint64_t begin = file.content.size();
  file.content.Append(data);
  file.unsynced.push_back(
      {.begin = begin, .end = file.content.size(), .sequence = disk_.next_sequence++});
  if (file.is_linked) used_ += data.size();
  return {};
}

void MemoryFileSystemImpl::SyncFile(MemoryNode& file) {
  MutexLock lock(mutex_);
  std::erase_if(file.unsynced, [](const UnsyncedWrite& write) {
    return write.fate == UnsyncedWrite::Fate::kWaits;
  });
  file.durable_size = file.content.size();
  file.refused.clear();
}

Result<std::unique_ptr<RandomAccessFile>> MemoryFileSystemImpl::Open(const std::string& path,
                                                                     ReadMode mode) {
  MutexLock lock(mutex_);
  STRATA_TRY_ASSIGN(const MemoryNodePtr node, FindFile(path, "opening"));
  if (mode == ReadMode::kMapped && !node->content.contiguous()) {
    node->content = MemoryContent(node->content.Flatten());
  }
  const std::shared_ptr<const MemoryContent> live(node, &node->content);
  if (mode == ReadMode::kGrowing) return NewGrowingMemoryReader(mutex_, live, path);
  return NewMemoryReader(node->content, path, mode);
}

Result<std::string> MemoryFileSystemImpl::ReadFile(const std::string& path,
                                                   std::uint64_t size_max) {
  MutexLock lock(mutex_);
  STRATA_TRY_ASSIGN(const MemoryNodePtr node, FindFile(path, "opening"));
  if (node->content.size() > size_max) return FileTooLarge(path, size_max);
  return node->content.Flatten();
}

Result<bool> MemoryFileSystemImpl::Exists(const std::string& path) {
  MutexLock lock(mutex_);
  const auto place = Find(path, "looking for");
  return place.has_value() && place->node != nullptr;
}

Result<std::uint64_t> MemoryFileSystemImpl::FileSize(const std::string& path) {
  MutexLock lock(mutex_);
  STRATA_TRY_ASSIGN(const MemoryNodePtr node, FindFile(path, "reading the size of"));
  return node->content.size();
}

// --- names -------------------------------------------------------------------------------------

Result<std::vector<std::string>> MemoryFileSystemImpl::List(const std::string& directory) {
  MutexLock lock(mutex_);
  STRATA_TRY_ASSIGN(const MemoryNodePtr node, FindDirectory(directory, "listing"));
  std::vector<std::string> names;
  for (const auto& [name, child] : node->entries) names.push_back(name);
  return names;
}

Status MemoryFileSystemImpl::CreateDirectories(const std::string& directory) {
  MutexLock lock(mutex_);
  MemoryNodePtr node = disk_.root;
  for (const std::string& name : SplitPath(directory)) {
    if (!node->is_directory) return OsError(ENOTDIR, "creating", directory);
    MemoryNodePtr child = nullptr;
    if (const auto entry = node->entries.find(name); entry != node->entries.end()) {
      child = entry->second;
    } else {
      child = std::make_shared<MemoryNode>(/*directory=*/true);
      ChangeName({.sequence = 0, .directory = node, .name = name, .target = child});
    }
    node = std::move(child);
  }
  if (!node->is_directory) return OsError(ENOTDIR, "creating", directory);
  return {};
}

Status MemoryFileSystemImpl::Remove(const std::string& path) {
  MutexLock lock(mutex_);
  STRATA_TRY_ASSIGN(const MemoryPlace place, Find(path, "removing"));
  if (place.node == nullptr) return OsError(ENOENT, "removing", path);
  if (place.node->is_directory) return OsError(EISDIR, "removing", path);
  ChangeName({.sequence = 0, .directory = place.directory, .name = place.name, .target = nullptr});
  Unlink(*place.node);
  return {};
}

Status MemoryFileSystemImpl::RemoveDirectory(const std::string& directory) {
  MutexLock lock(mutex_);
  STRATA_TRY_ASSIGN(const MemoryPlace place, Find(directory, "removing"));
  if (place.node == nullptr) return OsError(ENOENT, "removing", directory);
  if (!place.node->is_directory) return OsError(ENOTDIR, "removing", directory);
  if (place.directory == nullptr) return OsError(EBUSY, "removing", directory);
  if (!place.node->entries.empty()) return OsError(ENOTEMPTY, "removing", directory);
  ChangeName({.sequence = 0, .directory = place.directory, .name = place.name, .target = nullptr});
  return {};
}

Status MemoryFileSystemImpl::Rename(const std::string& from, const std::string& to) {
  MutexLock lock(mutex_);
  const std::string both = from + " to " + to;
  STRATA_TRY_ASSIGN(const MemoryPlace source, Find(from, "renaming"));
  STRATA_TRY_ASSIGN(const MemoryPlace target, Find(to, "renaming"));
  if (source.node == nullptr) return OsError(ENOENT, "renaming", both);
  if (source.node == target.node) return {};
  if (target.node != nullptr) {
    if (target.node->is_directory && !source.node->is_directory) {
      return OsError(EISDIR, "renaming", both);
    }
    if (source.node->is_directory && !target.node->is_directory) {
      return OsError(ENOTDIR, "renaming", both);
    }
    if (!target.node->entries.empty()) return OsError(ENOTEMPTY, "renaming", both);
    if (!target.node->is_directory) Unlink(*target.node);
  }
  ChangeName({.sequence = 0,
              .directory = target.directory,
              .name = target.name,
              .target = source.node,
              .from_directory = source.directory,
              .from_name = source.name});
  return {};
}

Status MemoryFileSystemImpl::SyncDirectory(const std::string& directory) {
  MutexLock lock(mutex_);
  STRATA_TRY_ASSIGN(const MemoryNodePtr node, FindDirectory(directory, "opening"));
  disk_.SyncNames(node);
  return {};
}

Result<std::unique_ptr<FileLock>> MemoryFileSystemImpl::Lock(const std::string& path) {
  MutexLock lock(mutex_);
  STRATA_TRY_ASSIGN(MemoryPlace place, Find(path, "creating"));
  MemoryNodePtr node = place.node;
  if (node == nullptr) {
    STRATA_TRY_ASSIGN(node, CreateFile(path, place));
  }
  if (node->is_directory) return OsError(EISDIR, "creating", path);
  if (node->is_locked) {
    return Error(ErrorCode::kBusy, "locking " + path +
                                       ": this process already has the store open; close that "
                                       "handle first, or share it");
  }
  node->is_locked = true;
  return std::unique_ptr<FileLock>(std::make_unique<MemoryFileLock>(*this, std::move(node)));
}

void MemoryFileSystemImpl::Unlock(MemoryNode& file) {
  MutexLock lock(mutex_);
  file.is_locked = false;
}

namespace {

// Paths in one directory, wherever it has got to.
class MemoryDirectory final : public ForwardingFileSystem {
 public:
  MemoryDirectory(MemoryFileSystemImpl& files, MemoryNodePtr directory, std::string path)
      : ForwardingFileSystem(files),
        files_(files),
        directory_(std::move(directory)),
        path_(std::move(path)) {}

 protected:
  std::string Below(const std::string& path) override {
    const std::string prefix = JoinPath(path_, "");
    const std::string now = files_.PathOf(directory_, path_);
    return path.size() <= prefix.size() ? now : JoinPath(now, path.substr(prefix.size()));
  }

 private:
  MemoryFileSystemImpl& files_;
  const MemoryNodePtr directory_;
  const std::string path_;
};

}  // namespace

Result<std::unique_ptr<FileSystem>> MemoryFileSystemImpl::OpenDirectory(
    const std::string& directory) {
  MutexLock lock(mutex_);
  STRATA_TRY_ASSIGN(MemoryNodePtr node, FindDirectory(directory, "opening"));
  return std::unique_ptr<FileSystem>(
      std::make_unique<MemoryDirectory>(*this, std::move(node), directory));
}

std::string MemoryFileSystemImpl::PathOf(const MemoryNodePtr& directory,
                                         const std::string& path) const {
  MutexLock lock(mutex_);
  const auto found = Find(path, "looking for");
  if (found && found->node == directory) return path;
  return disk_.PathOf(directory).value_or("/a directory that was removed/" + path);
}

std::unique_ptr<MemoryFileSystem> NewMemoryFileSystem() {
  return std::make_unique<MemoryFileSystemImpl>();
}

}  // namespace strata
