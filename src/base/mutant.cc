#include "base/mutant.h"

#if defined(STRATA_MUTANTS)

#include <atomic>
#include <cstdlib>
#include <string>

namespace strata::mutant {
namespace {

std::atomic<bool> any_on{false};

std::string& CurrentName() {
  static std::string name;
  return name;
}

// Reads the environment before main() so that a whole process can run with a mutant.
const bool environment_read = [] {
  if (const char* name = std::getenv("STRATA_MUTANT")) Enable(name);
  return true;
}();

}  // namespace

void Enable(std::string_view name) {
  CurrentName() = name;
  any_on.store(!name.empty(), std::memory_order_release);
}

bool IsOn(std::string_view name) {
  return any_on.load(std::memory_order_acquire) && CurrentName() == name;
}

}  // namespace strata::mutant

#endif
