// What INFO shows.

#pragma once

#include <string>
#include <vector>

#include "resp/call.h"

namespace strata::resp {

// The sections asked for, by their names in lower case; none: the usual ones. "all", "everything"
// and "default" stand for many.
std::string InfoText(const Call& call, const std::vector<std::string>& sections);

}  // namespace strata::resp
