// Tells a process from a child that fork() made of it. The child has a copy of all memory and
// shares every open file, yet none of it is its own: what it wrote, cut or unlocked would be the
// parent's. So what owns files remembers its process, and does nothing in any other.
//
// Known limit: vfork() and a bare clone() aren't noticed; what follows them is an exec.
// Thread safety: any thread.

#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace strata {

class OwnerProcess {
 public:
  OwnerProcess();  // This one.

  // Costs one load: no system call.
  bool IsThisProcess() const { return born_ == forks.load(std::memory_order_relaxed); }

  // Errors: kAborted in a child, naming `what`.
  Status Check(std::string_view what) const {
    return IsThisProcess() ? Status() : Status(ChildError(what));
  }

 private:
  static Error ChildError(std::string_view what);

  static std::atomic<std::uint64_t> forks;  // Between the first process and this one.
  std::uint64_t born_;
};

}  // namespace strata
