// Reads a configuration file, a part of TOML 1.0: lines `key = value` and `[section]`, comments,
// and values that are text in quotes, whole numbers, true or false. Other tools read such a file,
// too. What the keys mean is in cli/settings.h.
//
// Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace strata::cli {

struct ConfigEntry {
  std::string section;  // Empty above the first [section].
  std::string key;
  std::string value;  // Of text without its quotes.
  std::size_t line = 0;
};

// "strata.toml:3", for errors and for what shows where a value is from.
std::string ConfigPlace(std::string_view name, std::size_t line);

// In the order of the file; no key comes twice in a section. Errors: kInvalidArgument that begins
// with the place and says what to write instead.
Result<std::vector<ConfigEntry>> ParseConfig(std::string_view text, std::string_view name);

// `text` in quotes, so that ParseConfig gives it back.
std::string QuotedConfig(std::string_view text);

}  // namespace strata::cli
