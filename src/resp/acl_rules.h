// The rules of Redis's ACL SETUSER, as changes to a user of ours. Redis gives a user commands and
// keys apart from each other; here actions are granted on keys. So the categories and the patterns
// of one ACL SETUSER belong together: "+@read ~a*" grants to read what begins with a. What has no
// counterpart is refused by its name.
//
//   @read: read   @write: write, delete   @keyspace: scan   @admin: observe, operate, users
//   @all: all, and with ~* everything     ~*, ~key, ~prefix*, allkeys: in every database
//
// Thread safety: pure functions.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/account.h"

namespace strata::resp {

// What an ACL SETUSER asks for.
struct AclChange {
  bool reset = false;  // The user begins anew.
  bool reset_passwords = false;
  bool reset_grants = false;
  std::optional<bool> enabled = {};
  std::vector<std::string> passwords = {};  // To be hashed before the change is made.
  auth::ActionSet added = {};
  auth::ActionSet removed = {};
  std::vector<auth::KeyRange> keys = {};
};

// Errors: kInvalidArgument that names the rule, and what to do instead.
Result<AclChange> ParseAclRules(std::span<const std::string_view> rules);
// `hashes`: of AclChange::passwords. The user is made if it isn't there. Errors: kInvalidArgument.
Status ApplyAclChange(const AclChange& change, const std::vector<std::string>& hashes,
                      std::string_view name, auth::Accounts* accounts);
// "user ada on 1 password; read table=default prefix=a".
std::string DescribeUser(std::string_view name, const auth::User& user);

// The categories that stand for actions, in the order in which ACL CAT tells them.
std::vector<std::string_view> AclCategories();

}  // namespace strata::resp
