// Seeded bugs: real mistakes of other engines that the tests must be able to find. In test builds
// `STRATA_MUTANT(name)` is true while the mutant of that name is switched on (by
// mutant::Enable, or by the environment variable STRATA_MUTANT of a process); in release builds it
// is the constant false and the mistake isn't compiled in.
//
// Thread safety: Enable and Disable before threads start; reading is free of races.

#pragma once

#include <string_view>

namespace strata::mutant {

#if defined(STRATA_MUTANTS)
// Switches one mutant on; the empty name switches all off.
void Enable(std::string_view name);

bool IsOn(std::string_view name);

#define STRATA_MUTANT(name) (::strata::mutant::IsOn(#name))
#else
#define STRATA_MUTANT(name) false
#endif

}  // namespace strata::mutant
