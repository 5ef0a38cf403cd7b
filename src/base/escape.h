// Bytes as text that a terminal, an error message or a shell line can hold: printable ASCII stands
// for itself, the rest is written \n, \t, \r, \\, \" or \xNN. Escape and Unescape are inverse.
//
// Thread safety: pure functions.

#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace strata {

std::string Escape(std::string_view bytes);

// As Escape, and cut to about `length_max` characters with "..." so that messages stay short.
std::string EscapeShort(std::string_view bytes, std::size_t length_max = 64);

// Errors: kInvalidArgument that names the offset of an unknown or unfinished escape.
Result<std::string> Unescape(std::string_view text);

}  // namespace strata
