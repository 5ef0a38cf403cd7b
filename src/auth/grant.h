// One line of a rule: these actions, on these tables, on these keys.
//
// Thread safety: values.

#pragma once

#include <string>
#include <string_view>

#include "auth/action.h"
#include "auth/key_range.h"

namespace strata::auth {

struct Grant {
  ActionSet actions;
  // A name, or the beginning of names and '*'. The server's own tables belong to no pattern.
  std::string table = "*";
  KeyRange keys = {};

  // All, everywhere: what an administrator has.
  static Grant Everything() { return {.actions = ActionSet::All()}; }

  bool is_everything() const { return *this == Everything(); }
  bool operator==(const Grant&) const = default;
};

// Errors: kInvalidArgument for a '*' that isn't the last character, for a name of the server's own
// tables, and for no action.
Status Check(const Grant& grant);
// "read,scan table=users prefix=a/".
std::string ToText(const Grant& grant);

}  // namespace strata::auth
