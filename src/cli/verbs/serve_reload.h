// The settings of `strata serve`, read again while it serves.
//
// Thread safety: none.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/session.h"

namespace strata::cli {

struct Reloaded {
  struct Left {
    std::string option;
    std::string now;   // What it is,
    std::string then;  // and what it will be when the server is started again.
  };
  std::vector<std::string> taken;  // Names of flags that have another value now.
  std::vector<Left> left;          // Those that can't be changed while it serves.
};

// Asks everything again (flags, environment, file) with `fresh`, a verb of the same kind that holds
// its defaults, and sets the flags of the running verb that are reloadable to what came out.
// Errors: kInvalidArgument, and nothing is changed.
Result<Reloaded> ReadAgain(Session& session, Verb& fresh, std::string_view verb);

}  // namespace strata::cli
