// Writes JSON. Bytes that aren't UTF-8 are never bent into it: they go out as base64 under a name
// of their own.
//
// Thread safety: pure functions.

#pragma once

#include <string>
#include <string_view>

namespace strata::cli {

// Appends `text` as a JSON string with its quotes. REQUIRES: valid UTF-8.
void AppendJsonString(std::string* out, std::string_view text);

// Appends `"name":"..."` when `bytes` are UTF-8 and `"name_b64":"..."` when they aren't.
void AppendJsonBytes(std::string* out, std::string_view name, std::string_view bytes);

}  // namespace strata::cli
