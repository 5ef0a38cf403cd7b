// Switches a mutant on for a scope. Test builds have mutants compiled in; in others the cases that
// need them are left out: put them inside #if defined(STRATA_MUTANTS).
//
// Thread safety: none.

#pragma once

#include <string_view>

#include "base/mutant.h"

#if defined(STRATA_MUTANTS)
namespace strata::testing {

class MutantGuard {
 public:
  explicit MutantGuard(std::string_view name) { mutant::Enable(name); }
  MutantGuard(const MutantGuard&) = delete;
  MutantGuard& operator=(const MutantGuard&) = delete;
  ~MutantGuard() { mutant::Enable(""); }
};

}  // namespace strata::testing
#endif
