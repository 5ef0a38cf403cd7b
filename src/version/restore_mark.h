// The file that says that a directory holds half a store: src/backup/restore.h writes it first and
// removes it last. Where it is and CURRENT isn't, nobody may open or make a store.

#pragma once

#include <string_view>

namespace strata {

inline constexpr std::string_view kRestoreMarkName = "RESTORING";

}  // namespace strata
