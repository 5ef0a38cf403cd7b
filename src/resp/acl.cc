// ACL: users and what they may, in the words of Redis as far as they fit (acl_rules.h).

#include <array>

#include "auth/digest.h"
#include "auth/password.h"
#include "base/coding.h"
#include "resp/acl_rules.h"
#include "resp/call.h"
#include "resp/command_table.h"
#include "resp/login.h"

namespace strata::resp {
namespace {

std::string RandomBytes(const Environment& environment, std::size_t bytes) {
  std::string made;
  while (made.size() < bytes) AppendFixed64(&made, environment.entropy());
  made.resize(bytes);
  return made;
}

std::string_view WhoAsks(const Call& call) {
  const std::string& user = call.client.seat.identity.user;
  return user.empty() ? kDefaultUser : std::string_view(user);
}

const auth::Accounts& AccountsOf(const Call& call, std::shared_ptr<const auth::Rules>* rules) {
  static const auth::Accounts none;
  *rules = call.shared.authority->rules();
  return *rules == nullptr ? none : (*rules)->accounts();
}

Status Change(Call& call, std::string_view what,
              const std::function<Status(auth::Accounts*)>& edit) {
  const Status changed =
      call.shared.authority->Change(WhoAsks(call), call.client.seat.from, what, edit);
  if (!changed) return call.Fail("ERR " + changed.error().message());
  return {};
}

Status AclWhoAmI(Call& call) {
  call.reply.Bulk(WhoAsks(call));
  return {};
}

Status AclUsers(Call& call) {
  std::shared_ptr<const auth::Rules> rules;
  const auth::Accounts& accounts = AccountsOf(call, &rules);
  call.reply.Array(accounts.users.size());
  for (const auto& [name, user] : accounts.users) call.reply.Bulk(name);
  return {};
}

Status AclList(Call& call) {
  std::shared_ptr<const auth::Rules> rules;
  const auth::Accounts& accounts = AccountsOf(call, &rules);
  call.reply.Array(accounts.users.size());
  for (const auto& [name, user] : accounts.users) call.reply.Bulk(DescribeUser(name, user));
  return {};
}

Status AclGetUser(Call& call) {
  std::shared_ptr<const auth::Rules> rules;
  const auth::Accounts& accounts = AccountsOf(call, &rules);
  const auto at = accounts.users.find(call.word(2));
  if (at == accounts.users.end()) {
    call.reply.Null();
    return {};
  }
  const auth::User& user = at->second;
  call.reply.Map(4);
  call.reply.Bulk("flags");
  call.reply.Array(1);
  call.reply.Bulk(user.enabled ? "on" : "off");
  call.reply.Bulk("passwords");  // Nobody is told their hashes.
  call.reply.Array(user.passwords.size());
  for (std::size_t i = 0; i < user.passwords.size(); ++i) call.reply.Bulk("(scrypt)");
  call.reply.Bulk("roles");
  call.reply.Array(user.roles.size());
  for (const std::string& role : user.roles) call.reply.Bulk(role);
  call.reply.Bulk("grants");
  call.reply.Array(user.grants.size());
  for (const auth::Grant& grant : user.grants) call.reply.Bulk(ToText(grant));
  return {};
}

Status AclSetUser(Call& call) {
  const auto change = ParseAclRules(call.words.subspan(3));
  if (!change) return call.Fail("ERR " + change.error().message());
  std::vector<std::string> hashes;
  for (const std::string& password : change->passwords) {
    auto hash =
        auth::HashPassword(password, RandomBytes(call.shared.environment, auth::kSaltBytes));
    if (!hash) return call.Fail("ERR " + hash.error().message());
    hashes.push_back(*std::move(hash));
  }
  const std::string name(call.word(2));
  const std::uint64_t errors = call.reply.errors();
  STRATA_TRY(Change(call, "set user " + name, [&](auth::Accounts* accounts) {
    return ApplyAclChange(*change, hashes, name, accounts);
  }));
  if (call.reply.errors() == errors) call.reply.Ok();
  return {};
}

Status AclDelUser(Call& call) {
  std::int64_t count = 0;
  const std::uint64_t errors = call.reply.errors();
  STRATA_TRY(Change(call, "remove users", [&](auth::Accounts* accounts) -> Status {
    count = 0;  // It may be tried again.
    for (const std::string_view name : call.words.subspan(2)) {
      if (!accounts->users.contains(name)) continue;
      STRATA_TRY(auth::RemoveUser(accounts, name));
      ++count;
    }
    return {};
  }));
  if (call.reply.errors() == errors) call.reply.Integer(count);
  return {};
}

// ACL DRYRUN user command [argument ...]
Status AclDryRun(Call& call) {
  const auto rules = call.shared.authority->rules();
  const auto words = call.words.subspan(3);
  const Command* container = nullptr;
  const Command* const command = FindCommand(words, &container);
  if (rules == nullptr || !rules->accounts().users.contains(call.word(2))) {
    return call.Fail("ERR User '" + std::string(call.word(2)) + "' not found");
  }
  if (command == nullptr || !FitsArity(*command, words.size())) {
    return call.Fail("ERR Command '" + std::string(words[0]) + "' not found, or not so");
  }
  auth::Needs needs;
  command->access.AddTo({.command = *command, .words = words, .db = call.client.db}, &needs);
  const auth::Identity identity = rules->As(call.word(2), auth::Identity::Shown::kPassword);
  const bool may =
      rules->Knows(identity, call.now_us()) &&
      (needs.list().empty() || !rules->FirstDenied(identity, call.now_us(), needs.list()));
  if (may) {
    call.reply.Ok();
  } else {
    call.reply.Bulk("User " + std::string(call.word(2)) + " may not do this");
  }
  return {};
}

Status AclCat(Call& call) {
  const auto categories = AclCategories();
  call.reply.Array(categories.size());
  for (const std::string_view category : categories) call.reply.Bulk(category);
  return {};
}

// ACL GENPASS [bits]
Status AclGenPass(Call& call) {
  std::int64_t bits = 256;
  if (call.words.size() > 3) return call.FailSyntax();
  if (call.words.size() == 3) {
    const auto number = ParseInteger(call.word(2));
    if (!number || *number < 1 || *number > 4'096) {
      return call.Fail(
          "ERR ACL GENPASS argument must be the number of bits for the output "
          "password, a positive number up to 4096");
    }
    bits = *number;
  }
  const auto digits = static_cast<std::size_t>((bits + 3) / 4);
  const std::string hex = auth::Hex(RandomBytes(call.shared.environment, (digits + 1) / 2));
  call.reply.Bulk(std::string_view(hex).substr(0, digits));
  return {};
}

Status AclHelp(Call& call) {
  constexpr std::array<std::string_view, 3> kLines = {
      "ACL <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
      "CAT, DELUSER, DRYRUN, GENPASS, GETUSER, LIST, SETUSER, USERS, WHOAMI",
      "HELP",
  };
  call.reply.Array(kLines.size());
  for (const std::string_view line : kLines) call.reply.Simple(line);
  return {};
}

constexpr std::uint32_t kSets = kAdmin | kDangerous | kWaits | kNoMulti | kSecret;
constexpr std::uint32_t kTells = kAdmin | kDangerous;

constexpr Command kCommands[] = {
    {"acl", -2, kContainer, {}, "server", "6.0.0", "Commands about users.", nullptr, kAnyUser},
    {"acl|whoami", 2, 0, {}, "server", "6.0.0", "Returns who one is.", AclWhoAmI, kAnyUser},
    {"acl|users", 2, kTells, {}, "server", "6.0.0", "Returns the users.", AclUsers, kOfUsers},
    {"acl|list", 2, kTells, {}, "server", "6.0.0", "Describes the users.", AclList, kOfUsers},
    {"acl|getuser", 3, kTells, {}, "server", "6.0.0", "Describes a user.", AclGetUser, kOfUsers},
    {"acl|setuser", -3, kSets, {}, "server", "6.0.0", "Changes a user.", AclSetUser, kOfUsers},
    {"acl|deluser", -3, kSets, {}, "server", "6.0.0", "Removes users.", AclDelUser, kOfUsers},
    {"acl|dryrun", -4, kTells, {}, "server", "7.0.0", "Says whether one may.", AclDryRun, kOfUsers},
    {"acl|cat", 2, 0, {}, "server", "6.0.0", "Lists the categories.", AclCat, kAnyUser},
    {"acl|genpass", -2, 0, {}, "server", "6.0.0", "Makes a password.", AclGenPass, kAnyUser},
    {"acl|help", 2, 0, {}, "server", "6.0.0", "Lists the subcommands.", AclHelp, kAnyUser},
};

}  // namespace

std::span<const Command> AclCommands() {
  return kCommands;
}

}  // namespace strata::resp
