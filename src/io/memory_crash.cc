// What tests ask of a disk in memory: what a power cut leaves, damage, and a limit of space.

#include <algorithm>

#include "base/check.h"
#include "io/memory_file_system_impl.h"

namespace strata {

std::unique_ptr<MemoryFileSystem> MemoryFileSystemImpl::Crash(CrashKind kind,
                                                              Random& random) const {
  MutexLock lock(mutex_);
  return std::make_unique<MemoryFileSystemImpl>(disk_.AfterPowerCut(kind, random), capacity_);
}

std::unique_ptr<MemoryFileSystem> MemoryFileSystemImpl::Clone() const {
  MutexLock lock(mutex_);
  return std::make_unique<MemoryFileSystemImpl>(disk_.Copy(), capacity_);
}

void MemoryFileSystemImpl::ForgetUnsynced(const std::string& path, FailedSync how) {
  MutexLock lock(mutex_);
  const auto found = FindFile(path, "syncing");
  if (!found) return;
  MemoryNode& file = **found;
  std::string bytes = how == FailedSync::kRevertsData ? file.content.Flatten() : std::string();
  for (UnsyncedWrite& write : file.unsynced) {
    if (write.fate != UnsyncedWrite::Fate::kWaits) continue;
    write.fate =
        how == FailedSync::kKeepsData ? UnsyncedWrite::Fate::kIgnored : UnsyncedWrite::Fate::kLost;
    if (!bytes.empty()) std::fill_n(&bytes[write.begin], write.end - write.begin, '\0');
  }
  if (!bytes.empty()) file.content = MemoryContent(bytes);
}

Result<std::string> MemoryFileSystemImpl::Contents(const std::string& path) const {
  MutexLock lock(mutex_);
  STRATA_TRY_ASSIGN(const MemoryNodePtr node, FindFile(path, "opening"));
  return node->content.Flatten();
}

void MemoryFileSystemImpl::SetContents(const std::string& path, std::string contents) {
  MutexLock lock(mutex_);
  MemoryNodePtr directory = nullptr;
  MemoryNodePtr node = disk_.root;
  const std::vector<std::string> names = SplitPath(path);
  for (std::size_t i = 0; i < names.size(); ++i) {
    directory = node;
    std::erase_if(disk_.journal, [&](const NameChange& change) {
      return change.directory == directory && change.name == names[i];
    });
    MemoryNodePtr& child = directory->entries[names[i]];
    if (child == nullptr) {
      child = std::make_shared<MemoryNode>(/*directory=*/i + 1 < names.size());
    }
    directory->durable_entries[names[i]] = child;
    node = child;
  }
  STRATA_CHECK(!node->is_directory);
  used_ += contents.size() - node->content.size();
  node->content = MemoryContent(contents);
  node->durable_size = contents.size();
  node->unsynced.clear();
}

void MemoryFileSystemImpl::SetCapacity(std::uint64_t bytes) {
  MutexLock lock(mutex_);
  capacity_ = bytes;
}

}  // namespace strata
