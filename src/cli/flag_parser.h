// Fills the variables behind Flags from a command line; CLI11 does the reading and is seen by the
// .cc alone.
//
// Thread safety: none.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/flags.h"

namespace strata::cli {

// The value of an environment variable, or nothing.
using EnvironmentLookup = std::function<std::optional<std::string>(const std::string&)>;

// The place of the verb in `args`: the first word that is neither a flag nor a flag's value.
// args.size() when there is none. Errors: kInvalidArgument for a flag that isn't known, when
// no verb stands before it.
Result<std::size_t> FindVerb(const std::vector<std::string>& args, const Flags& globals);

// Reads `args` (without the verb): flags of both sets in any place, then the verb's arguments.
// Errors: kInvalidArgument that names the flag, what is wrong with it and what was perhaps meant.
Status ParseFlags(const std::vector<std::string>& args, const Flags& globals, const Flags& own);

// STRATA_<FLAG> for each flag: --key-format is STRATA_KEY_FORMAT; those of a verb have its name in
// between, as STRATA_BENCH_NUM. Called before ParseFlags, so the command line wins.
// Errors: kInvalidArgument that names the variable.
Status ApplyEnvironment(const Flags& flags, const EnvironmentLookup& lookup,
                        std::string_view verb = "");

}  // namespace strata::cli
