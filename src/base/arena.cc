#include "base/arena.h"

#include <algorithm>
#include <new>

#include "base/check.h"

namespace strata {
namespace {

constexpr std::size_t kAlignment = 8;  // Of every piece.
constexpr std::size_t kBlockSizeMin = 4 << 10;
constexpr std::size_t kBlockSizeMax = 1 << 20;
constexpr std::size_t kAloneMin = kBlockSizeMax / 4;  // A larger piece gets a block of its own.

char* AlignUp(char* pointer, std::size_t align) {
  const auto address = reinterpret_cast<std::uintptr_t>(pointer);
  return pointer + ((align - address % align) % align);
}

// What a piece takes from a block, wherever in it that is.
std::size_t BytesTaken(std::size_t bytes, std::size_t align) {
  const std::size_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  return align > kAlignment ? rounded + align - kAlignment : rounded;
}

}  // namespace

Arena::~Arena() {
  for (Block* block = all_.load(std::memory_order_acquire); block != nullptr;) {
    Block* const next = block->next;
    ::operator delete(block);
    block = next;
  }
}

char* Arena::Allocate(std::size_t bytes, std::size_t align) {
  STRATA_DCHECK(align > 0 && (align & (align - 1)) == 0);
  allocations_.fetch_add(1, std::memory_order_relaxed);
  const std::size_t wanted = BytesTaken(bytes, align);
  if (wanted > kAloneMin) {  // So that the rest of the current block isn't wasted.
    Block* const own = NewBlock(wanted, wanted);
    Own(own);
    return AlignUp(own->bytes(), align);
  }

  Block* block = current_.load(std::memory_order_acquire);
  while (true) {
    if (block != nullptr) {
      const std::size_t start = block->used.fetch_add(wanted, std::memory_order_relaxed);
      if (start + wanted <= block->size) return AlignUp(block->bytes() + start, align);
    }
    const std::size_t doubled = block == nullptr ? kBlockSizeMin : 2 * block->size;
    const std::size_t size = std::min(std::max(doubled, 4 * wanted), kBlockSizeMax);
    Block* const fresh = NewBlock(size, wanted);
    if (current_.compare_exchange_strong(block, fresh, std::memory_order_acq_rel)) {
      Own(fresh);
      return AlignUp(fresh->bytes(), align);
    }
    ::operator delete(fresh);  // Another thread was first; `block` is its block.
  }
}

char* Arena::AllocateAlone(std::size_t bytes, std::size_t align) {
  Block* const block = current_.load(std::memory_order_relaxed);
  const std::size_t wanted = BytesTaken(bytes, align);
  const std::size_t start = block == nullptr ? 0 : block->used.load(std::memory_order_relaxed);
  if (block == nullptr || start + wanted > block->size) return Allocate(bytes, align);
  block->used.store(start + wanted, std::memory_order_relaxed);
  allocations_.store(allocations() + 1, std::memory_order_relaxed);
  return AlignUp(block->bytes() + start, align);
}

Arena::Block* Arena::NewBlock(std::size_t size, std::size_t used) const {
  auto* const block = static_cast<Block*>(::operator new(sizeof(Block) + size));
  return new (block) Block{.next = nullptr, .size = size, .used = used};
}

void Arena::Own(Block* block) {
  bytes_reserved_.fetch_add(sizeof(Block) + block->size, std::memory_order_relaxed);
  Block* head = all_.load(std::memory_order_relaxed);
  do {
    block->next = head;
  } while (!all_.compare_exchange_weak(head, block, std::memory_order_release,
                                       std::memory_order_relaxed));
}

}  // namespace strata
