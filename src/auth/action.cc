#include "auth/action.h"

#include <algorithm>
#include <array>

namespace strata::auth {
namespace {

constexpr std::array<std::string_view, kActions> kNames = {
    "read", "scan", "watch", "write", "delete", "tables", "observe", "operate", "users"};

}  // namespace

std::string_view ActionName(Action action) {
  return kNames[static_cast<std::size_t>(action)];
}

std::string ToText(ActionSet actions) {
  if (actions == ActionSet::All()) return "all";
  std::string text;
  for (std::size_t i = 0; i < kActions; ++i) {
    if (!actions.Has(static_cast<Action>(i))) continue;
    if (!text.empty()) text += ',';
    text += kNames[i];
  }
  return text;
}

Result<ActionSet> ParseActions(std::string_view text) {
  ActionSet actions;
  while (true) {
    const std::string_view word = text.substr(0, text.find(','));
    const auto* const at = std::find(kNames.begin(), kNames.end(), word);
    if (word == "all") {
      actions = ActionSet::All();
    } else if (at == kNames.end()) {
      return InvalidArgument("\"" + std::string(word.substr(0, 32)) +
                             "\" is no action: there are " + ToText(ActionSet::FromBits(0xff)) +
                             ",users, and all");
    } else {
      actions = actions | static_cast<Action>(at - kNames.begin());
    }
    if (word.size() == text.size()) return actions;
    text.remove_prefix(word.size() + 1);
  }
}

}  // namespace strata::auth
