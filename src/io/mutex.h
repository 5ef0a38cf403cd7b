// A mutex and its guard with annotations that clang's -Wthread-safety checks: a field marked
// STRATA_GUARDED_BY(mutex_) can't be touched without the lock.
//
// Waiting for a condition goes through io/executor.h, so that a simulation can run the very jobs
// that the condition waits for.

#pragma once

#include <mutex>

#include "base/mutant.h"
#include "io/lock_hook.h"

#if defined(__clang__)
#define STRATA_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define STRATA_THREAD_ANNOTATION(x)
#endif

#define STRATA_CAPABILITY(x) STRATA_THREAD_ANNOTATION(capability(x))
#define STRATA_SCOPED_CAPABILITY STRATA_THREAD_ANNOTATION(scoped_lockable)
#define STRATA_GUARDED_BY(x) STRATA_THREAD_ANNOTATION(guarded_by(x))
#define STRATA_PT_GUARDED_BY(x) STRATA_THREAD_ANNOTATION(pt_guarded_by(x))
#define STRATA_REQUIRES(...) STRATA_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define STRATA_EXCLUDES(...) STRATA_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define STRATA_ACQUIRE(...) STRATA_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define STRATA_RELEASE(...) STRATA_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define STRATA_ASSERT_CAPABILITY(x) STRATA_THREAD_ANNOTATION(assert_capability(x))
#define STRATA_NO_THREAD_SAFETY_ANALYSIS STRATA_THREAD_ANNOTATION(no_thread_safety_analysis)

namespace strata {

class STRATA_CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  // In test builds Lock() begins with a pause point of this name (base/mutant.h).
  explicit Mutex([[maybe_unused]] const char* pause_place) {
#if defined(STRATA_MUTANTS)
    pause_place_ = pause_place;
#endif
  }
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() STRATA_ACQUIRE() {
#if defined(STRATA_MUTANTS)
    mutant::Pause(pause_place_);
#endif
    if (LockByHook(*this)) return;
    mutex_.lock();
  }
  // For what is only held for moments: tries for a microsecond or two before it sleeps, as to sleep
  // and be woken takes fifty.
  void LockSoon() STRATA_ACQUIRE() {
    if (LockByHook(*this)) return;
    for (int i = 0; i < kTries; ++i) {
      if (mutex_.try_lock()) return;
      for (int pause = 0; pause < kPauses; ++pause) CpuPause();
    }
    mutex_.lock();
  }
  void Unlock() STRATA_RELEASE() {
    if (UnlockByHook(*this)) return;
    mutex_.unlock();
  }

  // Tells the analysis that the caller has it, where it can't follow: at a call from another class.
  void AssertHeld() const STRATA_ASSERT_CAPABILITY(this) {}

  // For condition variables of executors, and for the hook.
  std::mutex& native() { return mutex_; }

 private:
  static constexpr int kTries = 20;
  static constexpr int kPauses = 8;
  static void CpuPause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }

#if defined(STRATA_MUTANTS)
  const char* pause_place_ = "";
#endif
  std::mutex mutex_;
};

class STRATA_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) STRATA_ACQUIRE(mutex) : mutex_(mutex) { mutex_.Lock(); }
  // With Mutex::LockSoon if `soon`.
  MutexLock(Mutex& mutex, bool soon) STRATA_ACQUIRE(mutex) : mutex_(mutex) {
    if (soon) {
      mutex_.LockSoon();
    } else {
      mutex_.Lock();
    }
  }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;
  ~MutexLock() STRATA_RELEASE() { mutex_.Unlock(); }

 private:
  Mutex& mutex_;
};

// Gives a mutex away until it is destroyed: for what takes long and needs nothing of what the mutex
// guards. REQUIRES: the caller has it locked; null: there is none.
class MutexGivenAway {
 public:
  explicit MutexGivenAway(Mutex* mutex) STRATA_NO_THREAD_SAFETY_ANALYSIS : mutex_(mutex) {
    if (mutex_ != nullptr) mutex_->Unlock();
  }
  MutexGivenAway(const MutexGivenAway&) = delete;
  MutexGivenAway& operator=(const MutexGivenAway&) = delete;
  ~MutexGivenAway() STRATA_NO_THREAD_SAFETY_ANALYSIS {
    if (mutex_ != nullptr) mutex_->Lock();
  }

 private:
  Mutex* const mutex_;
};
}  // namespace strata
