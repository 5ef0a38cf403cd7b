// The file that says that a restore is filling a directory, or was cut off there. Until CURRENT is
// there as well it is no store, and nobody makes an empty one of it.

#pragma once

#include <string_view>

namespace strata {

inline constexpr std::string_view kRestoringFileName = "RESTORING";

}  // namespace strata
