#include "auth/grant.h"

#include "auth/needs.h"
#include "base/escape.h"

namespace strata::auth {

Status Check(const Grant& grant) {
  constexpr std::size_t kNameMax = 255;
  if (grant.actions.empty()) return InvalidArgument("a grant needs an action: see `strata grant`");
  const std::size_t star = grant.table.find('*');
  if (star != std::string::npos && star + 1 != grant.table.size()) {
    return InvalidArgument("the table \"" + grant.table +
                           "\" has a * that isn't its last character: a grant is for a name, or "
                           "for all names that begin alike");
  }
  if (grant.table.empty() || grant.table.size() > kNameMax) {
    return InvalidArgument("a table's name has 1 to 255 bytes");
  }
  if (IsReserved(grant.table)) {
    return InvalidArgument("the table " + grant.table +
                           " is the server's own: administrators may read it, and nobody else");
  }
  if (grant.keys.is_empty()) {
    return InvalidArgument("no key is in the range: its end must come after its beginning");
  }
  return {};
}

std::string ToText(const Grant& grant) {
  if (grant.is_everything()) return "everything";
  return ToText(grant.actions) + " table=" + Escape(grant.table) + " " + ToText(grant.keys);
}

}  // namespace strata::auth
