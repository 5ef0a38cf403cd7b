// STRATA_CHECK: a broken promise inside the program ends it, with the place and the condition.
// Failures of the world (files, input) are Results instead; see base/result.h.

#pragma once

namespace strata::internal {

[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);

}  // namespace strata::internal

// Always on, in release builds too.
#define STRATA_CHECK(condition)                        \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::strata::internal::CheckFailed(__FILE__, __LINE__, #condition))

// On in debug, test and sanitizer builds; for hot paths.
#if defined(NDEBUG) && !defined(STRATA_MUTANTS)
#define STRATA_DCHECK(condition) static_cast<void>(sizeof(static_cast<bool>(condition)))
#else
#define STRATA_DCHECK(condition) STRATA_CHECK(condition)
#endif
