#include "sim/fiber.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace strata::sim {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kStackBytes = 1 << 20;  // Frames are much larger there.
#else
constexpr std::size_t kStackBytes = 256 << 10;
#endif

std::size_t GuardBytes() {
  return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// The two ends of the switch that is under way in this thread.
constinit thread_local Fiber* leaving = nullptr;
constinit thread_local Fiber* arriving = nullptr;

}  // namespace

Fiber::Fiber() {
#if defined(__SANITIZE_THREAD__)
  tsan_fiber_ = __tsan_get_current_fiber();
#endif
}

Fiber::Fiber(std::function<void()> body) : body_(std::move(body)), stack_bytes_(kStackBytes) {
  void* const mapped = ::mmap(nullptr, GuardBytes() + kStackBytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
  STRATA_CHECK(mapped != MAP_FAILED);
  mapping_ = static_cast<char*>(mapped);
  STRATA_CHECK(::mprotect(mapping_, GuardBytes(), PROT_NONE) == 0);
  char* const bottom = mapping_ + GuardBytes();
  stack_bottom_ = bottom;
  STRATA_CHECK(::getcontext(&context_) == 0);
  context_.uc_stack.ss_sp = bottom;
  context_.uc_stack.ss_size = kStackBytes;
  context_.uc_link = nullptr;
  ::makecontext(&context_, &Fiber::Enter, 0);
#if defined(__SANITIZE_ADDRESS__)
  __lsan_register_root_region(bottom, kStackBytes);
#endif
#if defined(__SANITIZE_THREAD__)
  tsan_fiber_ = __tsan_create_fiber(0);
#endif
}

Fiber::~Fiber() {
  if (mapping_ == nullptr) return;
#if defined(__SANITIZE_ADDRESS__)
  __lsan_unregister_root_region(stack_bottom_, stack_bytes_);
#endif
  Unmap();
}

void Fiber::Abandon() {
#if !defined(__SANITIZE_ADDRESS__)
  if (mapping_ != nullptr) Unmap();
#endif
}

void Fiber::Unmap() {
#if defined(__SANITIZE_THREAD__)
  __tsan_destroy_fiber(tsan_fiber_);
#endif
  STRATA_CHECK(::munmap(mapping_, GuardBytes() + stack_bytes_) == 0);
  mapping_ = nullptr;
}

void Fiber::EndInto(Fiber& to) {
  Switch(to, /*for_good=*/true);
  STRATA_CHECK(false);  // Somebody switched to a fiber that had ended.
}

void Fiber::Switch(Fiber& to, [[maybe_unused]] bool for_good) {
  leaving = this;
  arriving = &to;
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(for_good ? nullptr : &fake_stack_, to.stack_bottom_,
                                 to.stack_bytes_);
#endif
#if defined(__SANITIZE_THREAD__)
  __tsan_switch_to_fiber(to.tsan_fiber_, 0);
#endif
  STRATA_CHECK(::swapcontext(&context_, &to.context_) == 0);
  FinishSwitch();
}

// On the stack that was switched to; the one that was left says how large the thread's own is.
void Fiber::FinishSwitch() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(fake_stack_, &leaving->stack_bottom_, &leaving->stack_bytes_);
#endif
}

void Fiber::Enter() {
  Fiber& self = *arriving;
  self.FinishSwitch();
  self.body_();
  STRATA_CHECK(false);  // A body must end with EndInto.
}

}  // namespace strata::sim
