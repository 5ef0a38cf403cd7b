// How verbs tell that a condition didn't hold.
//
// Thread safety: none.

#pragma once

#include "cli/session.h"
#include "strata/conditions.h"

namespace strata::cli {

// kExitOk, or kExitCondition after a line on stderr that says what is there.
Result<ExitCode> Tell(Session& session, const WriteOutcome& outcome);

}  // namespace strata::cli
