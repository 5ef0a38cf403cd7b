// The whole program but for main(): from arguments to an exit code.
//
// Thread safety: none; once a process, or once a test.

#pragma once

#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/flag_parser.h"
#include "io/environment.h"

namespace strata::cli {

// `args` without the program's name.
int RunProgram(const std::vector<std::string>& args, Console& console,
               const Environment& environment, const EnvironmentLookup& lookup);

}  // namespace strata::cli
