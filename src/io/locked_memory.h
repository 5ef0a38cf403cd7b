// A page of memory for what must not reach a disk: it isn't swapped out, a core dump leaves it out,
// and it is wiped before it is given back.
//
// Known limit: a process may lock little memory (`ulimit -l`); a page over that isn't locked, and
// is_locked() says so. Thread safety: as memory.

#pragma once

#include <cstddef>
#include <utility>

namespace strata {

class LockedMemory {
 public:
  // REQUIRES: 0 < size <= a page (4096 bytes). The bytes are zeros.
  explicit LockedMemory(std::size_t size);
  ~LockedMemory();
  LockedMemory(LockedMemory&& other) noexcept { swap(other); }
  LockedMemory& operator=(LockedMemory&& other) noexcept {
    swap(other);
    return *this;
  }

  // Null once it was moved from.
  char* data() const { return data_; }
  std::size_t size() const { return size_; }
  bool is_locked() const { return is_locked_; }

 private:
  void swap(LockedMemory& other) {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(is_locked_, other.is_locked_);
  }

  char* data_ = nullptr;
  std::size_t size_ = 0;
  bool is_locked_ = false;
};

// From now on this process leaves no core dump, and only root may look into its memory: it may hold
// keys, and what they open. For all of the process, and for good.
void ForbidCoreDumps();

}  // namespace strata
