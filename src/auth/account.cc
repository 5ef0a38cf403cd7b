#include "auth/account.h"

#include <algorithm>
#include <utility>

namespace strata::auth {
namespace {

bool IsOfName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == '@';
}

Status CheckGrants(const std::vector<Grant>& grants) {
  if (grants.size() > kGrantsMax) {
    return InvalidArgument("more than " + std::to_string(kGrantsMax) +
                           " grants: give ranges or patterns instead of single keys");
  }
  for (const Grant& grant : grants) STRATA_TRY(Check(grant));
  return {};
}

Status CheckUser(const Accounts& accounts, const User& user) {
  STRATA_TRY(CheckGrants(user.grants));
  if (user.passwords.size() > kPasswordsMax || user.roles.size() > kGrantsMax) {
    return InvalidArgument("too many passwords or roles: at most " + std::to_string(kPasswordsMax) +
                           " and " + std::to_string(kGrantsMax));
  }
  for (const std::string& role : user.roles) {
    if (!accounts.roles.contains(role)) {
      return InvalidArgument("there is no role " + role + ": `strata role list` has all");
    }
  }
  return {};
}

bool MayDoEverything(const Accounts& accounts, const User& user) {
  const auto has = [](const std::vector<Grant>& grants) {
    return std::any_of(grants.begin(), grants.end(),
                       [](const Grant& grant) { return grant.is_everything(); });
  };
  return user.enabled &&
         (has(user.grants) ||
          std::any_of(user.roles.begin(), user.roles.end(), [&](const std::string& role) {
            const auto at = accounts.roles.find(role);
            return at != accounts.roles.end() && has(at->second.grants);
          }));
}

}  // namespace

Status CheckName(std::string_view name) {
  constexpr std::size_t kNameMax = 64;
  const bool is_name =
      !name.empty() && name.size() <= kNameMax && std::all_of(name.begin(), name.end(), IsOfName);
  if (is_name) return {};
  return InvalidArgument(
      "a name of a user or role has 1 to 64 characters of a-z, A-Z, 0-9, '_', '-', '.' and '@'");
}

Status Check(const Accounts& accounts) {
  if (accounts.users.size() > kUsersMax || accounts.roles.size() > kUsersMax ||
      accounts.tokens.size() > kTokensMax) {
    return InvalidArgument("more than " + std::to_string(kUsersMax) + " users, roles or tokens");
  }
  for (const auto& [name, role] : accounts.roles) {
    STRATA_TRY(CheckName(name));
    STRATA_TRY(Annotate(CheckGrants(role.grants), "role " + name));
  }
  for (const auto& [id, token] : accounts.tokens) {
    if (!accounts.users.contains(token.user)) return InvalidArgument("a token is of no user");
  }
  bool any_administrator = accounts.users.empty();
  for (const auto& [name, user] : accounts.users) {
    STRATA_TRY(CheckName(name));
    STRATA_TRY(Annotate(CheckUser(accounts, user), "user " + name));
    any_administrator = any_administrator || MayDoEverything(accounts, user);
  }
  if (any_administrator) return {};
  return InvalidArgument(
      "no user that is enabled would be left who may do everything: make another administrator "
      "first");
}

// --- changes -------------------------------------------------------------------------------------

Status AddUser(Accounts* accounts, std::string_view name, bool administrator) {
  STRATA_TRY(CheckName(name));
  User user{.since = accounts->version + 1};
  if (administrator) user.grants.push_back(Grant::Everything());
  if (accounts->users.emplace(name, std::move(user)).second) return {};
  return InvalidArgument("there is a user " + std::string(name) + " already");
}

Status RemoveUser(Accounts* accounts, std::string_view name) {
  STRATA_TRY(FindUser(accounts, name));
  accounts->users.erase(accounts->users.find(name));
  std::erase_if(accounts->tokens, [&](const auto& one) { return one.second.user == name; });
  return {};
}

Result<User*> FindUser(Accounts* accounts, std::string_view name) {
  const auto at = accounts->users.find(name);
  if (at != accounts->users.end()) return &at->second;
  return InvalidArgument("there is no user " + std::string(name.substr(0, 64)) +
                         ": `strata user list` has all");
}

Status SetPassword(Accounts* accounts, std::string_view name, std::string hash) {
  STRATA_TRY_ASSIGN(User* const user, FindUser(accounts, name));
  user->passwords.clear();
  if (!hash.empty()) user->passwords.push_back(std::move(hash));
  user->since = accounts->version + 1;
  return {};
}

namespace {

Result<std::vector<Grant>*> GrantsOf(Accounts* accounts, std::string_view name, bool is_role) {
  if (is_role) {
    STRATA_TRY(CheckName(name));
    return &accounts->roles[std::string(name)].grants;
  }
  STRATA_TRY_ASSIGN(User* const user, FindUser(accounts, name));
  return &user->grants;
}

}  // namespace

Status AddGrant(Accounts* accounts, std::string_view name, bool is_role, Grant grant) {
  STRATA_TRY(Check(grant));
  STRATA_TRY_ASSIGN(std::vector<Grant>* const grants, GrantsOf(accounts, name, is_role));
  for (Grant& there : *grants) {
    if (there.table != grant.table || there.keys != grant.keys) continue;
    there.actions = there.actions | grant.actions;
    return {};
  }
  grants->push_back(std::move(grant));
  return {};
}

Status RevokeGrant(Accounts* accounts, std::string_view name, bool is_role, const Grant& grant) {
  STRATA_TRY_ASSIGN(std::vector<Grant>* const grants, GrantsOf(accounts, name, is_role));
  for (Grant& there : *grants) {
    if (there.table != grant.table || there.keys != grant.keys) continue;
    there.actions = there.actions.Without(grant.actions);
    std::erase_if(*grants, [](const Grant& one) { return one.actions.empty(); });
    return {};
  }
  return InvalidArgument(std::string(name) + " has no grant for table=" + grant.table + " " +
                         ToText(grant.keys) + ": what is taken away must be named as it was given");
}

}  // namespace strata::auth
