// What the store needs of JSON: is a text one, where isn't it, and what stands at a path.
//
// Thread safety: pure functions.

#pragma once

#include <string_view>
#include <vector>

#include "strata/keys/tuple.h"
#include "strata/status.h"

namespace strata::keys {

// Success iff `text` is one JSON value. Errors: kInvalidArgument with line, column and what is
// wrong.
Status CheckJson(std::string_view text);

// The scalars at `path` of a JSON text, as elements: "address.city" is the member "city" of the
// member "address". Arrays on the way, or at the end, stand for all that they hold. Whole numbers
// become integers of as many bytes as they need, however they are spelled (1, 1.0, 1e0), others
// doubles; null, objects, and what isn't there become nothing, and so does a text that isn't JSON.
// Known limit: member names with a dot can't be named.
std::vector<Element> JsonAt(std::string_view text, std::string_view path);

}  // namespace strata::keys
