// How many files a process has open for reading at once: a file that has not been read from for
// long gives its descriptor back, and is opened again when it is read. So a store may have more
// tables than the system allows descriptors.
//
// Thread safety: any thread. Which one goes is decided by CLOCK: the first that wasn't read from
// since the hand passed it last (Corbató, A Paging Experiment with the Multics System, 1968).

#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <list>

#include "base/result.h"
#include "io/mutex.h"
#include "io/posix_descriptor.h"

namespace strata {

class PooledDescriptor;

class DescriptorPool {
 public:
  // So many are open at most, but for those in use.
  explicit DescriptorPool(std::size_t open_max) : open_max_(open_max) {}
  DescriptorPool(const DescriptorPool&) = delete;
  DescriptorPool& operator=(const DescriptorPool&) = delete;

  // The one for this process, with what its limit of descriptors leaves; lives for ever.
  static DescriptorPool& OfProcess();

  // Closes up to `count` that nobody uses. Returns how many it found.
  std::size_t Close(std::size_t count);

  std::size_t open() const;

 private:
  friend class PooledDescriptor;

  std::size_t CloseLocked(std::size_t count) STRATA_REQUIRES(mutex_);
  // Opens it, unless somebody else was quicker. The file system is asked without the mutex.
  Result<int> Reopen(PooledDescriptor& file);
  void Remove(PooledDescriptor& file);

  const std::size_t open_max_;
  mutable Mutex mutex_;
  std::list<PooledDescriptor*> open_ STRATA_GUARDED_BY(mutex_);  // The hand is at the front.
};

// The descriptor of one file.
class PooledDescriptor {
 public:
  using Opener = std::function<Result<Descriptor>()>;

  // `opener` opens the same file again. The pool must outlive this.
  PooledDescriptor(DescriptorPool& pool, Descriptor fd, Opener opener);
  ~PooledDescriptor() { pool_.Remove(*this); }
  PooledDescriptor(const PooledDescriptor&) = delete;
  PooledDescriptor& operator=(const PooledDescriptor&) = delete;

  // Stays open until Release. Errors: the opener's; nothing is to be released then.
  Result<int> Acquire();
  void Release() { users_.fetch_sub(1); }

 private:
  friend class DescriptorPool;

  DescriptorPool& pool_;
  const Opener opener_;
  std::atomic<int> fd_;  // -1: closed.
  std::atomic<int> users_{0};
  std::atomic<bool> used_{true};                  // Since the hand passed.
  std::list<PooledDescriptor*>::iterator place_;  // In the pool's list, while open.
};

}  // namespace strata
