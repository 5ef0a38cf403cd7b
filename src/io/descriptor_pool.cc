#include "io/descriptor_pool.h"

#include <algorithm>
#include <sys/resource.h>
#include <utility>

namespace strata {
namespace {

// Of the process's descriptors so many are left to logs, to files being written, and to whatever
// else it does.
constexpr std::size_t kLeftToOthers = 64;

std::size_t OpenMaxOfProcess() {
  struct rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 256;
  const auto all = static_cast<std::size_t>(std::min<rlim_t>(limit.rlim_cur, 1 << 20));
  return all > 2 * kLeftToOthers ? all - kLeftToOthers : all / 2;
}

}  // namespace

// --- the pool ------------------------------------------------------------------------------------

DescriptorPool& DescriptorPool::OfProcess() {
  static auto* const pool = new DescriptorPool(OpenMaxOfProcess());
  return *pool;
}

std::size_t DescriptorPool::Close(std::size_t count) {
  MutexLock lock(mutex_);
  return CloseLocked(count);
}

std::size_t DescriptorPool::open() const {
  MutexLock lock(mutex_);
  return open_.size();
}

// The descriptor is taken away before anybody is asked whether it is in use, and users count
// themselves before they look for it: one of the two sees the other.
std::size_t DescriptorPool::CloseLocked(std::size_t count) {
  std::size_t closed = 0;
  for (std::size_t looks = 2 * open_.size(); looks > 0 && closed < count && !open_.empty();
       --looks) {
    PooledDescriptor* const file = open_.front();
    const bool was_used = file->used_.exchange(false);
    const int fd = was_used ? -1 : file->fd_.exchange(-1);
    if (!was_used && file->users_.load() == 0) {
      ::close(fd);
      open_.pop_front();
      ++closed;
      continue;
    }
    if (!was_used) file->fd_.store(fd);
    open_.splice(open_.end(), open_, open_.begin());
  }
  return closed;
}

Result<int> DescriptorPool::Reopen(PooledDescriptor& file) {
  {
    MutexLock lock(mutex_);
    if (open_.size() >= open_max_) CloseLocked(open_.size() + 1 - open_max_);
  }
  STRATA_TRY_ASSIGN(Descriptor opened, file.opener_());
  MutexLock lock(mutex_);
  if (const int fd = file.fd_.load(); fd >= 0) return fd;
  file.place_ = open_.insert(open_.end(), &file);
  file.used_.store(true);
  file.fd_.store(opened.Release());
  return file.fd_.load();
}

void DescriptorPool::Remove(PooledDescriptor& file) {
  MutexLock lock(mutex_);
  const int fd = file.fd_.exchange(-1);
  if (fd < 0) return;
  open_.erase(file.place_);
  ::close(fd);
}

// --- one file ------------------------------------------------------------------------------------

PooledDescriptor::PooledDescriptor(DescriptorPool& pool, Descriptor fd, Opener opener)
    : pool_(pool), opener_(std::move(opener)), fd_(fd.Release()) {
  MutexLock lock(pool_.mutex_);
  place_ = pool_.open_.insert(pool_.open_.end(), this);
  if (pool_.open_.size() > pool_.open_max_) {
    pool_.CloseLocked(pool_.open_.size() - pool_.open_max_);
  }
}

Result<int> PooledDescriptor::Acquire() {
  users_.fetch_add(1);
  if (const int fd = fd_.load(); fd >= 0) {
    if (!used_.load(std::memory_order_relaxed)) used_.store(true, std::memory_order_relaxed);
    return fd;
  }
  Result<int> reopened = pool_.Reopen(*this);
  if (!reopened) Release();
  return reopened;
}

}  // namespace strata
