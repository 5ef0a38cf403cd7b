// `strata user ACTION [NAME] [WORD]`: who may use a server of this store, and for what.
//
// It works on the directory, and whoever may read the directory may do so: roles are the server's.
// The first administrator is made here, and a lost password is mended here.

#include <algorithm>

#include "auth/password.h"
#include "auth/rules_table.h"
#include "auth/token.h"
#include "base/coding.h"
#include "cli/session.h"
#include "cli/suggest.h"

namespace strata::cli {
namespace {

const std::vector<std::string>& Actions() {
  static const std::vector<std::string> actions = {"add",    "remove", "enable", "disable",
                                                   "passwd", "grant",  "revoke", "join",
                                                   "leave",  "token",  "list"};
  return actions;
}

class UserVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Argument(
        "ACTION", &action_,
        "add, remove, enable, disable, passwd, grant, revoke, join, leave, token or list");
    flags.OptionalArgument("NAME", &name_, "The user; with --role, the role");
    flags.OptionalArgument("WORD", &word_,
                           "grant, revoke: the actions, as read,scan; join, leave: the role");
    flags.Switch("admin", &admin_, "add: it may do everything");
    flags.Text("password-file", &password_file_, "FILE",
               "add, passwd: its first line is the password; otherwise that of the input");
    flags.Switch("role", &is_role_, "grant, revoke: NAME is a role");
    flags.Text("prefix", &prefix_, "TEXT", "grant, revoke: keys that begin so");
    flags.Text("key", &key_, "KEY", "grant, revoke: this key");
    flags.Text("from", &from_, "KEY", "grant, revoke: keys from this one on");
    flags.Text("to", &to_, "KEY", "grant, revoke: and before this one");
    flags.DurationMicros("expires", &expires_us_, "token: how long it holds (30d)");
  }

  Result<ExitCode> Run(Session& session) override {
    const auto& actions = Actions();
    if (std::find(actions.begin(), actions.end(), action_) == actions.end()) {
      return InvalidArgument("'" + action_ + "' is no action of `strata user`" +
                             DidYouMean(action_, actions));
    }
    STRATA_TRY_ASSIGN(const bool is_remote, session.IsRemote());
    if (is_remote) {
      return InvalidArgument(
          "users are changed on the machine of the store, with --db, or by "
          "`redis-cli ACL SETUSER`");
    }
    if (action_ == "list") return List(session);
    if (!name_) return InvalidArgument("whom? Give a NAME");
    STRATA_TRY_ASSIGN(const auto edit, Edit(session));
    const auto if_missing =
        action_ == "add" ? Session::IfMissing::kCreate : Session::IfMissing::kFail;
    STRATA_TRY_ASSIGN(DB* const db, session.Open(if_missing));
    STRATA_TRY(auth::ChangeAccounts(*db,
                                    {.time_us = session.clock().WallMicros(),
                                     .who = "operator",
                                     .from = "this machine",
                                     .what = "user " + action_,
                                     .note = *name_ + (word_ ? " " + *word_ : "")},
                                    edit));
    if (!token_.empty()) session.console().Out(token_ + "\n");
    return kExitOk;
  }

 private:
  using EditFunction = std::function<Status(auth::Accounts*)>;

  Result<EditFunction> Edit(Session& session) {
    const std::string name = *name_;
    if (action_ == "add") return Add(session);
    if (action_ == "passwd") {
      STRATA_TRY_ASSIGN(const std::string hash, ReadPassword(session));
      return EditFunction([name, hash](auth::Accounts* accounts) {
        return auth::SetPassword(accounts, name, hash);
      });
    }
    if (action_ == "grant" || action_ == "revoke") return GrantOrRevoke(session);
    if (action_ == "join" || action_ == "leave") return JoinOrLeave();
    if (action_ == "token") return MakeToken(session);
    if (action_ == "remove") {
      return EditFunction(
          [name](auth::Accounts* accounts) { return auth::RemoveUser(accounts, name); });
    }
    const bool enabled = action_ == "enable";
    return EditFunction([name, enabled](auth::Accounts* accounts) -> Status {
      STRATA_TRY_ASSIGN(auth::User* const user, auth::FindUser(accounts, name));
      user->enabled = enabled;
      return {};
    });
  }

  Result<EditFunction> Add(Session& session) {
    STRATA_TRY(auth::CheckName(*name_));  // Before a password is asked for.
    STRATA_TRY_ASSIGN(const std::string hash, ReadPassword(session));
    return EditFunction([name = *name_, hash, admin = admin_](auth::Accounts* accounts) -> Status {
      STRATA_TRY(auth::AddUser(accounts, name, admin));
      return auth::SetPassword(accounts, name, hash);
    });
  }

  Result<EditFunction> GrantOrRevoke(Session& session) {
    if (!word_) return InvalidArgument("what? Give actions, as read,scan");
    auth::Grant grant;
    STRATA_TRY_ASSIGN(grant.actions, auth::ParseActions(*word_));
    grant.table = session.TableName();
    STRATA_TRY_ASSIGN(grant.keys, Keys(session));
    STRATA_TRY(auth::Check(grant));
    const bool is_grant = action_ == "grant";
    return EditFunction(
        [name = *name_, is_grant, is_role = is_role_, grant](auth::Accounts* accounts) {
          return is_grant ? auth::AddGrant(accounts, name, is_role, grant)
                          : auth::RevokeGrant(accounts, name, is_role, grant);
        });
  }

  Result<auth::KeyRange> Keys(Session& session) const {
    const int ways = (prefix_ ? 1 : 0) + (key_ ? 1 : 0) + (from_ || to_ ? 1 : 0);
    if (ways > 1) return InvalidArgument("give --prefix, --key, or --from and --to");
    if (prefix_) {
      STRATA_TRY_ASSIGN(const std::string prefix, session.DecodeKey(*prefix_));
      return auth::KeyRange::Prefix(prefix);
    }
    if (key_) {
      STRATA_TRY_ASSIGN(const std::string key, session.DecodeKey(*key_));
      return auth::KeyRange::Key(key);
    }
    auth::KeyRange range;
    if (from_) STRATA_TRY_ASSIGN(range.lower, session.DecodeKey(*from_));
    if (to_) STRATA_TRY_ASSIGN(range.upper, session.DecodeKey(*to_));
    return range;
  }

  Result<EditFunction> JoinOrLeave() const {
    if (!word_) return InvalidArgument("which role? Give its name");
    return EditFunction([name = *name_, role = *word_,
                         join = action_ == "join"](auth::Accounts* accounts) -> Status {
      STRATA_TRY_ASSIGN(auth::User* const user, auth::FindUser(accounts, name));
      const bool was_in = std::erase(user->roles, role) > 0;
      if (join) user->roles.push_back(role);
      if (!join && !was_in) return InvalidArgument(name + " hasn't the role " + role);
      return {};
    });
  }

  Result<EditFunction> MakeToken(Session& session) {
    constexpr std::uint64_t kUsualUs = std::uint64_t{30} * 24 * 3'600 * 1'000'000;
    const std::uint64_t until_us =
        session.clock().WallMicros() + (expires_us_ != 0 ? expires_us_ : kUsualUs);
    const auth::NewToken made = auth::MakeToken(*name_, until_us, session.environment().entropy);
    token_ = made.text;
    return EditFunction([made, now_us = session.clock().WallMicros()](auth::Accounts* accounts) {
      std::erase_if(accounts->tokens,
                    [&](const auto& one) { return one.second.expires_at_us <= now_us; });
      accounts->tokens[made.id] = made.token;
      return Status();
    });
  }

  // The hash of it.
  Result<std::string> ReadPassword(Session& session) const {
    std::string password;
    if (password_file_) {
      constexpr std::uint64_t kFileMax = 4'096;
      STRATA_TRY_ASSIGN(password, session.files().ReadFile(*password_file_, kFileMax));
      password.resize(std::min(password.find('\n'), password.size()));
    } else {
      if (session.console().in_is_tty()) session.Note("the password, and return:");
      STRATA_TRY_ASSIGN(auto line, session.console().ReadLine());
      if (!line) return InvalidArgument("no password: give it as a line, or --password-file");
      password = *std::move(line);
    }
    std::string salt;
    while (salt.size() < auth::kSaltBytes) AppendFixed64(&salt, session.environment().entropy());
    return auth::HashPassword(password, salt);
  }

  static Result<ExitCode> List(Session& session) {
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    STRATA_TRY_ASSIGN(const auth::Accounts accounts, auth::LoadAccounts(*db));
    RowPrinter printer(session.console(), session.style(), {"name", "kind", "roles", "grants"});
    const auto add = [&](const std::string& name, const std::string& kind,
                         const std::vector<std::string>& roles,
                         const std::vector<auth::Grant>& grants) {
      std::string role_text;
      for (const std::string& role : roles) role_text += (role_text.empty() ? "" : ",") + role;
      std::string grant_text;
      for (const auth::Grant& grant : grants) {
        grant_text += (grant_text.empty() ? "" : "; ") + ToText(grant);
      }
      return printer.Add(
          {Cell::Text(name), Cell::Text(kind), Cell::Text(role_text), Cell::Text(grant_text)});
    };
    for (const auto& [name, role] : accounts.roles) STRATA_TRY(add(name, "role", {}, role.grants));
    for (const auto& [name, user] : accounts.users) {
      STRATA_TRY(add(name, user.enabled ? "user" : "disabled user", user.roles, user.grants));
    }
    printer.Finish();
    return kExitOk;
  }

  std::string action_;
  std::optional<std::string> name_;
  std::optional<std::string> word_;
  std::optional<std::string> password_file_;
  std::optional<std::string> prefix_;
  std::optional<std::string> key_;
  std::optional<std::string> from_;
  std::optional<std::string> to_;
  std::uint64_t expires_us_ = 0;
  bool admin_ = false;
  bool is_role_ = false;
  std::string token_;
};

}  // namespace

Command UserCommand() {
  return {.name = "user",
          .alias = "",
          .group = "Servers",
          .summary = "Say who may use a server of the store, and for what",
          .examples =
              "--db cities user add ada --admin\n"
              "--db cities --table users user grant ben read,scan --prefix de/\n"
              "--db cities user token ben --expires 7d",
          .make = MakeVerb<UserVerb>};
}

}  // namespace strata::cli
