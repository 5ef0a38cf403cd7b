// "a,b,,c" -> a, b, c.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace strata::cli {

inline std::vector<std::string> SplitNames(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    if (comma != 0) names.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return names;
}

}  // namespace strata::cli
