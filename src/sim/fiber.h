// A stack of its own and the place where its code has stopped: what a simulated thread runs on. A
// switch is a call of swapcontext (about 0.3 us) and returns when somebody switches back.
//
// AddressSanitizer and ThreadSanitizer are told of each switch, and the leak checker of each stack.
// The lowest page of a stack is a guard: an overflow is a SIGSEGV.
// Thread safety: none; all fibers that switch to each other belong to one thread of the machine.

#pragma once

#include <cstddef>
#include <functional>
#include <ucontext.h>

namespace strata::sim {

class Fiber {
 public:
  // The calling thread's own stack.
  Fiber();
  // `body` begins with the first switch here. It must not return: it ends with EndInto.
  explicit Fiber(std::function<void()> body);
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;
  // Nothing on the stack is destroyed. REQUIRES: it isn't running.
  ~Fiber();

  // REQUIRES: this is the fiber that is running.
  void SwitchTo(Fiber& to) { Switch(to, /*for_good=*/false); }
  [[noreturn]] void EndInto(Fiber& to);

  // It won't be switched to any more, and what its frames own isn't given back. The leak checker
  // goes on to look for pointers on the stack; where there is none, its memory is freed.
  void Abandon();

 private:
  void Switch(Fiber& to, bool for_good);
  void FinishSwitch();
  static void Enter();
  void Unmap();

  const std::function<void()> body_;
  ucontext_t context_ = {};
  char* mapping_ = nullptr;  // The guard page, then the stack. Null: the thread's own.
  // What the sanitizers want to know.
  const void* stack_bottom_ = nullptr;
  std::size_t stack_bytes_ = 0;
  [[maybe_unused]] void* fake_stack_ = nullptr;
  [[maybe_unused]] void* tsan_fiber_ = nullptr;
};

}  // namespace strata::sim
