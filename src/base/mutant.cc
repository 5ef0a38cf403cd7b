#include "base/mutant.h"

#if defined(STRATA_MUTANTS)

#include <atomic>
#include <cstdlib>
#include <string>
#include <utility>

namespace strata::mutant {
namespace {

std::atomic<bool> any_on{false};

std::string& CurrentName() {
  static std::string name;
  return name;
}

std::atomic<bool> any_pause{false};
using PauseHook = void (*)();
constinit thread_local PauseHook pause_hook = nullptr;

struct PausePlace {
  std::string name;
  std::function<void()> hook;
};
PausePlace& CurrentPause() {
  static PausePlace pause;
  return pause;
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

void SetPause(std::string_view place, std::function<void()> hook) {
  CurrentPause() = {std::string(place), std::move(hook)};
  any_pause.store(!place.empty(), std::memory_order_release);
}

void SetPauseHook(void (*hook)()) {
  pause_hook = hook;
}

void Pause(std::string_view place) {
  if (pause_hook != nullptr && !place.empty()) pause_hook();
  if (!any_pause.load(std::memory_order_acquire) || CurrentPause().name != place) return;
  any_pause.store(false, std::memory_order_release);
  const std::function<void()> hook = std::move(CurrentPause().hook);  // It may set the next pause.
  hook();
}

}  // namespace strata::mutant

#endif
