// Memory that is handed out in pieces and freed all at once: a piece costs one atomic addition, and
// neighbours in time are neighbours in memory. Blocks double from 4 KiB to 1 MiB.
//
// Thread safety: any thread may call any member, without a lock, unless the member says otherwise.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace strata {

class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena();

  // `bytes` uninitialised bytes, which live as long as the arena. Never null.
  // REQUIRES: `align` is a power of two.
  char* Allocate(std::size_t bytes, std::size_t align = 8);

  // The same without atomic additions. REQUIRES: nobody else allocates meanwhile.
  char* AllocateAlone(std::size_t bytes, std::size_t align = 8);

  // Taken from the system: what the arena costs.
  std::uint64_t bytes_reserved() const { return bytes_reserved_.load(std::memory_order_relaxed); }

  // Pieces handed out.
  std::uint64_t allocations() const { return allocations_.load(std::memory_order_relaxed); }

 private:
  struct Block {
    Block* next;                    // Of all blocks, newest first.
    std::size_t size;               // Bytes after this header.
    std::atomic<std::size_t> used;  // Past `size` once the block is full.

    char* bytes() { return reinterpret_cast<char*>(this + 1); }
  };

  Block* NewBlock(std::size_t size, std::size_t used) const;
  void Own(Block* block);

  std::atomic<Block*> current_{nullptr};  // Where small pieces come from.
  std::atomic<Block*> all_{nullptr};
  std::atomic<std::uint64_t> bytes_reserved_{0};
  std::atomic<std::uint64_t> allocations_{0};
};

}  // namespace strata
