#include "resp/login.h"

#include <utility>

#include "auth/token.h"
#include "resp/client_list.h"
#include "resp/command_table.h"

namespace strata::resp {
namespace {

std::optional<auth::Identity> Identify(Call& call, std::string_view user, std::string_view password,
                                       auth::Refusal* refusal) {
  auth::Authority& authority = *call.shared.authority;
  const std::string& from = call.client.seat.from;
  if (!auth::LooksLikeToken(password)) return authority.LogIn(user, password, from, refusal);
  auto identity = authority.LogInByToken(password, from, refusal);
  if (identity && identity->user != user) {
    *refusal = {.why = auth::Refusal::Why::kWrong};
    return std::nullopt;
  }
  return identity;
}

}  // namespace

bool LogIn(Call& call, std::string_view user, std::string_view password) {
  if (!call.shared.authority->on()) {
    if (user == kDefaultUser) return true;  // Nobody has a password.
    call.reply.Error(kWrongPassword);
    return false;
  }
  auth::Refusal refusal;
  auto identity = Identify(call, user, password, &refusal);
  if (!identity) {
    call.reply.Error(RefusalText(refusal));
    return false;
  }
  call.client.seat.identity = *std::move(identity);
  return true;
}

namespace {

// AUTH [user] password
Status Auth(Call& call) {
  if (call.words.size() > 3) return call.FailSyntax();
  const bool is_named = call.words.size() == 3;
  if (!is_named && !call.shared.authority->on()) {
    return call.Fail(
        "ERR AUTH <password> called without any password configured for the default user. Are you "
        "sure your configuration is correct?");
  }
  const std::string_view user = is_named ? call.word(1) : kDefaultUser;
  if (LogIn(call, user, call.words.back())) call.reply.Ok();
  return {};
}

void ReplyHello(Call& call) {
  call.reply.Map(7);
  call.reply.Bulk("server");
  call.reply.Bulk("redis");
  call.reply.Bulk("version");
  call.reply.Bulk(kRedisVersion);
  call.reply.Bulk("proto");
  call.reply.Integer(call.client.version);
  call.reply.Bulk("id");
  call.reply.Integer(static_cast<std::int64_t>(call.client.card->peer.id));
  call.reply.Bulk("mode");
  call.reply.Bulk("standalone");
  call.reply.Bulk("role");
  call.reply.Bulk("master");
  call.reply.Bulk("modules");
  call.reply.Array(0);
}

// HELLO [version [AUTH user password] [SETNAME name]]
Status Hello(Call& call) {
  int version = call.client.version;
  if (call.words.size() > 1) {
    const auto number = ParseInteger(call.word(1));
    if (!number) {
      return call.Fail("ERR Protocol version is not an integer or out of range");
    }
    if (*number != 2 && *number != 3) return call.Fail("NOPROTO unsupported protocol version");
    version = static_cast<int>(*number);
  }
  std::optional<std::string_view> name;
  std::size_t user = 0;  // Its place among the words; 0: none.
  for (std::size_t i = 2; i < call.words.size(); ++i) {
    if (EqualsIgnoringCase(call.word(i), "auth") && i + 2 < call.words.size()) {
      user = i + 1;
      i += 2;
    } else if (EqualsIgnoringCase(call.word(i), "setname") && i + 1 < call.words.size()) {
      name = call.word(++i);
      if (!IsClientName(*name)) return call.Fail(kBadClientName);
    } else {
      return call.Fail("ERR Syntax error in HELLO option '" + std::string(call.word(i)) + "'");
    }
  }
  if (user != 0 && !LogIn(call, call.word(user), call.word(user + 1))) return {};
  if (call.shared.authority->on() && call.client.seat.identity.is_nobody()) {
    return call.Fail(
        "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO "
        "<proto> AUTH <user> <pass> option can be used to authenticate the client and select the "
        "RESP protocol version at the same time");
  }
  if (name) NameClient(call.client.card.get(), *name);
  call.client.version = version;
  call.client.card->version = version;
  call.reply.SetVersion(version);
  ReplyHello(call);
  return {};
}

constexpr Command kCommands[] = {
    {"auth",
     -2,
     kFast | kControl,
     {},
     "connection",
     "1.0.0",
     "Says who the client is.",
     Auth,
     kAnybody},
    {"hello",
     -1,
     kFast | kNoMulti | kLogsIn | kSecret,
     {},
     "connection",
     "6.0.0",
     "Chooses the version of the protocol.",
     Hello,
     kAnybody},
};

}  // namespace

std::span<const Command> LoginCommands() {
  return kCommands;
}

}  // namespace strata::resp
