// Where a simulated world (sim/world.h) comes in between a Mutex and the machine: a thread that
// runs inside one asks the world for locks, so that a simulated thread that has to wait lets others
// run.
//
// Only in builds of a test kind (STRATA_SIMULATION): elsewhere there is no hook, as a constant, and
// a mutex costs what the machine's costs.
// Thread safety: each thread has a hook of its own, or none.

#pragma once

#if defined(STRATA_MUTANTS) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STRATA_SIMULATION 1
#endif

namespace strata {

class Mutex;

class LockHook {
 public:
  LockHook() = default;
  LockHook(const LockHook&) = delete;
  LockHook& operator=(const LockHook&) = delete;

  // What Mutex::Lock and Mutex::Unlock do in the thread whose hook this is.
  virtual void Lock(Mutex& mutex) = 0;
  virtual void Unlock(Mutex& mutex) = 0;

 protected:
  ~LockHook() = default;
};

#if defined(STRATA_SIMULATION)
inline constinit thread_local LockHook* lock_hook_of_thread = nullptr;

inline void SetLockHook(LockHook* hook) {
  lock_hook_of_thread = hook;
}
inline bool HasLockHook() {
  return lock_hook_of_thread != nullptr;
}
// Each true if there is a hook: then it has done it.
inline bool LockByHook(Mutex& mutex) {
  if (lock_hook_of_thread == nullptr) return false;
  lock_hook_of_thread->Lock(mutex);
  return true;
}
inline bool UnlockByHook(Mutex& mutex) {
  if (lock_hook_of_thread == nullptr) return false;
  lock_hook_of_thread->Unlock(mutex);
  return true;
}
#else
constexpr void SetLockHook(LockHook* /*hook*/) {}
constexpr bool HasLockHook() {
  return false;
}
constexpr bool LockByHook(Mutex& /*mutex*/) {
  return false;
}
constexpr bool UnlockByHook(Mutex& /*mutex*/) {
  return false;
}
#endif

}  // namespace strata
