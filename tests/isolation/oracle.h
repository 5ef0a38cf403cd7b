// Isolation levels by their definition: tries every order of a few transactions and carries them
// out. Slow and simple, so that the checker can be compared with it.
//
// Thread safety: pure functions.

#pragma once

#include "isolation/anomaly.h"
#include "isolation/history.h"

namespace strata::isolation {

// Whether some order of the transactions (those of unknown outcome being left out or not) explains
// all that they read. REQUIRES: at most six transactions.
bool OracleAllows(const History& history, Level level);

}  // namespace strata::isolation
