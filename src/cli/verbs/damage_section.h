// Damage as a table for people and programs.
//
// Thread safety: pure functions.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/format/report.h"
#include "strata/damage.h"

namespace strata::cli {

// A row for each piece; a bound that isn't known is empty.
Section DamageSection(const std::vector<Damage>& damage);
Cell BoundCell(const std::optional<std::string>& key);

}  // namespace strata::cli
