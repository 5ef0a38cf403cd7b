// The text of `strata help` and `strata VERB --help`: examples first, one screen each.
//
// Thread safety: pure functions.

#pragma once

#include <string>

#include "cli/command.h"
#include "cli/flags.h"

namespace strata::cli {

// All verbs in their groups, the most used flags and the exit codes.
std::string GeneralHelp();

// All global flags.
std::string GlobalFlagsHelp(const Flags& globals);

// One verb: examples, what it does, its arguments and flags.
std::string CommandHelp(const Command& command, const Flags& own);

// "get KEY", "scan [flags]".
std::string Usage(const Command& command, const Flags& own);

}  // namespace strata::cli
