// Runs a part of a test in a process made by fork(): what it does to its descriptors, its working
// directory or a store that it inherited, the test's process doesn't feel.
//
// Thread safety: no other thread of the test may hold a lock that `run` needs.

#pragma once

#include <csignal>
#include <functional>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"

namespace strata::testing {

// The child's exit code: what `run` returns, or 256 and more when a signal ended it. Catch's macros
// don't work in there.
inline int InChild(const std::function<int()>& run) {
  const pid_t child = ::fork();
  STRATA_CHECK(child >= 0);
  if (child == 0) ::_exit(run());
  int status = 0;
  STRATA_CHECK(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

// Ends the process as kill -9 does; for the end of `run`.
[[noreturn]] inline void KillThisProcess() {
  static_cast<void>(::raise(SIGKILL));
  ::_exit(1);
}

}  // namespace strata::testing
