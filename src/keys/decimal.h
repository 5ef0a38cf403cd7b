// Numbers as JSON and people write them, to the last digit: 12, -1.50, 1E+2.
//
// Thread safety: pure functions.

#pragma once

#include <optional>
#include <string_view>

#include "strata/keys/tuple.h"

namespace strata::keys {

// The whole number that `text` is, however it is spelled: 100 for 100, 100.0 and 1e2. Nothing when
// it isn't a decimal number, isn't whole, or needs more than Integer::kMagnitudeSizeMax bytes.
std::optional<Integer> WholeNumber(std::string_view text);

// What an index over JSON, where a number has no type, holds for `element`: an integer for each
// whole number, a double for each other one; all else as it is. A float or double stands for the
// shortest decimal that reads back as it.
Element AsJsonNumber(const Element& element);

}  // namespace strata::keys
