#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace strata::internal {

void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "strata: %s:%d: check failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace strata::internal
