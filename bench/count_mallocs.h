// Counts every allocation of a program. It replaces operator new: one file of it includes this.

#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

inline std::atomic<std::uint64_t> mallocs{0};

// Not inlined: GCC 12 would see a free() of memory that it takes for new's.
[[gnu::noinline]] void* operator new(std::size_t size) {
  mallocs.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
