// Who there is, as it is kept: users with their passwords' hashes and grants, roles, tokens. What
// decides is made of it: see rules.h.
//
// Thread safety: values.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "auth/grant.h"
#include "base/result.h"

namespace strata::auth {

struct Role {
  std::vector<Grant> grants = {};

  bool operator==(const Role&) const = default;
};

struct User {
  bool enabled = true;
  // The version of the change that made it, or took a password away: who was let in before that is
  // not let in any more.
  std::uint64_t since = 0;
  std::vector<std::string> passwords = {};     // Hashes: see password.h. Each of them is right.
  std::vector<std::string> certificates = {};  // Names in certificates that stand for this user.
  std::vector<std::string> roles = {};
  std::vector<Grant> grants = {};

  bool operator==(const User&) const = default;
};

// What stands for a user until it expires; see token.h.
struct Token {
  std::string user = {};
  std::string digest = {};          // Of the secret.
  std::uint64_t expires_at_us = 0;  // Wall clock.

  bool operator==(const Token&) const = default;
};

// All of it, as of one change.
struct Accounts {
  std::map<std::string, User, std::less<>> users;
  std::map<std::string, Role, std::less<>> roles;
  std::map<std::string, Token, std::less<>> tokens;  // By id.
  std::uint64_t version = 0;                         // Of the last change; 0: there was none.
  std::string head;                                  // The hash of its record; see audit_record.h.

  bool operator==(const Accounts&) const = default;
};

// Of users and roles: 1 to 64 of a-z, A-Z, 0-9, '_', '-', '.', '@'. Errors: kInvalidArgument.
Status CheckName(std::string_view name);
// All that is asked of a change before it is kept: names, grants, roles that are there, limits, and
// that somebody who is enabled may still do everything, if there are users at all. Errors:
// kInvalidArgument.
Status Check(const Accounts& accounts);

// --- changes, which are kept only if Check finds nothing against them ---
// Errors of all: kInvalidArgument.
Status AddUser(Accounts* accounts, std::string_view name, bool administrator);
Status RemoveUser(Accounts* accounts, std::string_view name);  // With its tokens.
Result<User*> FindUser(Accounts* accounts, std::string_view name);
// In the place of those that it has. `hash`: "": it has none any more.
Status SetPassword(Accounts* accounts, std::string_view name, std::string hash);
// Of a user, or with `is_role` of a role, which is made if it isn't there. To revoke is to take
// away a grant as it was given, or of that the actions that are named.
Status AddGrant(Accounts* accounts, std::string_view name, bool is_role, Grant grant);
Status RevokeGrant(Accounts* accounts, std::string_view name, bool is_role, const Grant& grant);

inline constexpr std::size_t kUsersMax = 10'000;
inline constexpr std::size_t kTokensMax = 10'000;
inline constexpr std::size_t kGrantsMax = 1'000;  // Of one user or role; roles of one user, too.
inline constexpr std::size_t kPasswordsMax = 8;   // As many hashes may be made for one attempt.

}  // namespace strata::auth
