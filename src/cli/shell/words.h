// Cuts a line of the shell into words.
//
// Thread safety: pure function.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace strata::cli {

// Words are separated by blanks. 'single' and "double" quotes keep blanks and are dropped; a
// backslash keeps a following blank or quote from counting. Every other backslash stays, for
// --key-format escaped to read. A word that starts with # begins a comment.
// Errors: kInvalidArgument: a quote is never closed.
Result<std::vector<std::string>> SplitWords(std::string_view line);

}  // namespace strata::cli
