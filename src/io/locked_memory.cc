#include "io/locked_memory.h"

#include <cstring>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/check.h"

namespace strata {
namespace {

constexpr std::size_t kPage = 4096;

}  // namespace

LockedMemory::LockedMemory(std::size_t size) : size_(size) {
  STRATA_CHECK(size > 0 && size <= kPage);
  void* const page =
      ::mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  STRATA_CHECK(page != MAP_FAILED);
  data_ = static_cast<char*>(page);
  is_locked_ = ::mlock(page, kPage) == 0;
  (void)::madvise(page, kPage, MADV_DONTDUMP);
  (void)::madvise(page, kPage, MADV_WIPEONFORK);  // A child has no business with it.
}

LockedMemory::~LockedMemory() {
  if (data_ == nullptr) return;
  explicit_bzero(data_, size_);
  ::munmap(data_, kPage);
}

void ForbidCoreDumps() {
  const struct rlimit none = {0, 0};
  (void)::setrlimit(RLIMIT_CORE, &none);
  STRATA_CHECK(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0);
}

}  // namespace strata
