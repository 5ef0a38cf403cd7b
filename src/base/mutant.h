// Seeded bugs: real mistakes of other engines that the tests must be able to find. In test builds
// `STRATA_MUTANT(name)` is true while the mutant of that name is switched on (by
// mutant::Enable, or by the environment variable STRATA_MUTANT of a process); in release builds it
// is the constant false and the mistake isn't compiled in.
//
// Thread safety: Enable and Disable before threads start; reading is free of races.

#pragma once

#include <functional>
#include <string_view>

namespace strata::mutant {

#if defined(STRATA_MUTANTS)
// Switches one mutant on; the empty name switches all off.
void Enable(std::string_view name);

bool IsOn(std::string_view name);

// A place between two lines where a test can do what another thread might do there.
// SetPause: at `place` (empty: nowhere) `hook` runs, once. Call it before threads start.
void SetPause(std::string_view place, std::function<void()> hook);
void Pause(std::string_view place);
// In the calling thread `hook` also runs at every place that has a name; null: no more.
void SetPauseHook(void (*hook)());

#define STRATA_MUTANT(name) (::strata::mutant::IsOn(#name))
#define STRATA_PAUSE_POINT(place) (::strata::mutant::Pause(#place))
#else
#define STRATA_MUTANT(name) false
#define STRATA_PAUSE_POINT(place) static_cast<void>(0)
#endif

}  // namespace strata::mutant
