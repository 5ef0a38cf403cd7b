#include "resp/acl_rules.h"

#include <algorithm>
#include <array>
#include <utility>

#include "resp/command_table.h"

namespace strata::resp {
namespace {

using auth::Action;
using auth::ActionSet;

struct Category {
  std::string_view name;
  ActionSet actions;
};
constexpr std::array<Category, 6> kCategories = {{
    {"read", Action::kRead},
    {"write", Action::kWrite | Action::kDelete},
    {"keyspace", Action::kScan},
    {"admin", Action::kObserve | ActionSet(Action::kOperate) | ActionSet(Action::kUsers)},
    {"dangerous", Action::kObserve | Action::kOperate},
    {"all", ActionSet::All()},
}};
constexpr ActionSet kOfKeys = Action::kRead | ActionSet(Action::kScan) | ActionSet(Action::kWatch) |
                              ActionSet(Action::kWrite) | ActionSet(Action::kDelete);
// The tables that clients of this protocol see.
constexpr std::array<std::string_view, 2> kTables = {"default", "redis.*"};

Error Refused(std::string_view rule, std::string_view instead) {
  return InvalidArgument("Error in ACL SETUSER modifier '" + std::string(rule.substr(0, 64)) +
                         "': " + std::string(instead));
}

Result<auth::KeyRange> ParsePattern(std::string_view rule, std::string_view pattern) {
  const std::size_t special = pattern.find_first_of("*?[\\");
  if (special == std::string_view::npos) return auth::KeyRange::Key(pattern);
  if (pattern[special] == '*' && special + 1 == pattern.size()) {
    return auth::KeyRange::Prefix(pattern.substr(0, special));
  }
  return Refused(rule, "a pattern is a key, or the beginning of keys and one * at its end");
}

// +@read, -@all, allcommands, nocommands. False: it is no such rule.
Result<bool> ParseCategory(std::string_view rule, const std::string& word, AclChange* change) {
  if (word == "allcommands") change->added = ActionSet::All();
  if (word == "nocommands" || word == "-@all") change->reset_grants = true;
  if (word == "allcommands" || word == "nocommands" || word == "-@all") return true;
  if (word.front() != '+' && word.front() != '-') return false;
  if (!word.starts_with("+@") && !word.starts_with("-@")) {
    return Refused(rule,
                   "roles are of actions, not of single commands: use categories, see ACL CAT");
  }
  const std::string_view name = std::string_view(word).substr(2);
  if (name == "connection" || name == "transaction") return true;  // Every user may.
  const auto* const at =
      std::find_if(kCategories.begin(), kCategories.end(),
                   [&](const Category& category) { return category.name == name; });
  if (at == kCategories.end()) return Refused(rule, "it stands for no action: see ACL CAT");
  ActionSet& actions = word.front() == '+' ? change->added : change->removed;
  actions = actions | at->actions;
  return true;
}

// What isn't about commands or keys. False: it is no such rule.
bool ParseSwitch(const std::string& word, AclChange* change) {
  if (word == "on") change->enabled = true;
  if (word == "off") change->enabled = false;
  if (word == "reset") change->reset = true;
  if (word == "resetpass") change->reset_passwords = true;
  if (word == "resetkeys") change->reset_grants = true;
  constexpr std::array<std::string_view, 8> kWords = {
      "on", "off", "reset", "resetpass", "resetkeys", "allchannels", "resetchannels", "&*"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

Status ParseRule(std::string_view rule, AclChange* change) {
  if (rule.empty()) return Refused(rule, "it is empty");
  const std::string word = LowerCase(rule);
  if (ParseSwitch(word, change)) return {};
  if (rule.front() == '>') {
    change->passwords.emplace_back(rule.substr(1));
    return {};
  }
  if (word == "allkeys") rule = "~*";
  if (rule.front() == '~') {
    STRATA_TRY_ASSIGN(change->keys.emplace_back(), ParsePattern(rule, rule.substr(1)));
    return {};
  }
  STRATA_TRY_ASSIGN(const bool is_category, ParseCategory(rule, word, change));
  if (is_category) return {};
  if (word == "nopass") return Refused(rule, "every user has a password, a token or a certificate");
  if (rule.front() == '#' || rule.front() == '!') {
    return Refused(rule, "hashes are kept as scrypt makes them: give the password, as >password");
  }
  if (rule.front() == '<') return Refused(rule, "use resetpass, and > for those that stay");
  if (rule.front() == '%') return Refused(rule, "use +@read or +@write with ~");
  if (rule.front() == '(') return Refused(rule, "use one ACL SETUSER for each selector");
  return Refused(rule, "it is no rule");
}

}  // namespace

Result<AclChange> ParseAclRules(std::span<const std::string_view> rules) {
  AclChange change;
  for (const std::string_view rule : rules) STRATA_TRY(ParseRule(rule, &change));
  const bool of_keys = change.added.Without(ActionSet::All().Without(kOfKeys)) != ActionSet();
  if (of_keys && change.keys.empty()) {
    return Refused("+@...", "say on which keys, in the same ACL SETUSER: +@read ~a*");
  }
  if (!of_keys && !change.keys.empty()) {
    return Refused("~...", "say what may be done with them, in the same ACL SETUSER: +@read ~a*");
  }
  return change;
}

Status ApplyAclChange(const AclChange& change, const std::vector<std::string>& hashes,
                      std::string_view name, auth::Accounts* accounts) {
  if (!accounts->users.contains(name)) {
    STRATA_TRY(auth::AddUser(accounts, name, /*administrator=*/false));
    accounts->users.find(name)->second.enabled = false;  // As Redis makes them.
  }
  auth::User& user = accounts->users.find(name)->second;
  if (change.reset) user = {.enabled = false, .since = accounts->version + 1};
  if (change.reset_passwords) STRATA_TRY(auth::SetPassword(accounts, name, ""));
  if (change.reset_grants) user.grants.clear();
  if (change.enabled) user.enabled = *change.enabled;
  user.passwords.insert(user.passwords.end(), hashes.begin(), hashes.end());
  for (auth::Grant& grant : user.grants) grant.actions = grant.actions.Without(change.removed);
  std::erase_if(user.grants, [](const auth::Grant& grant) { return grant.actions.empty(); });
  const ActionSet added = change.added.Without(change.removed);
  const ActionSet of_server = added.Without(kOfKeys);
  for (const auth::KeyRange& keys : change.keys) {
    if (added == ActionSet::All() && keys == auth::KeyRange::All()) {
      STRATA_TRY(auth::AddGrant(accounts, name, false, auth::Grant::Everything()));
      continue;
    }
    for (const std::string_view table : kTables) {
      const ActionSet of_keys = added.Without(of_server);
      if (of_keys.empty()) continue;
      STRATA_TRY(auth::AddGrant(accounts, name, false,
                                {.actions = of_keys, .table = std::string(table), .keys = keys}));
    }
  }
  if (of_server.empty() || added == ActionSet::All()) return {};
  return auth::AddGrant(accounts, name, false, {.actions = of_server});
}

std::string DescribeUser(std::string_view name, const auth::User& user) {
  std::string text = "user " + std::string(name) + (user.enabled ? " on " : " off ") +
                     std::to_string(user.passwords.size()) +
                     (user.passwords.size() == 1 ? " password" : " passwords");
  for (const std::string& role : user.roles) text += "; role " + role;
  for (const auth::Grant& grant : user.grants) text += "; " + ToText(grant);
  return text;
}

std::vector<std::string_view> AclCategories() {
  std::vector<std::string_view> names;
  for (const Category& category : kCategories) names.push_back(category.name);
  return names;
}

}  // namespace strata::resp
