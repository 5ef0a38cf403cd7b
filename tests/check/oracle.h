// Linearizability by its definition: tries every order of a few operations and carries them out on
// a map. Slow and simple, so that the checker can be compared with it.
//
// Thread safety: a pure function.

#pragma once

#include "check/history.h"

namespace strata::check {

// REQUIRES: few operations, about eight.
bool OracleAllows(const History& history);

}  // namespace strata::check
