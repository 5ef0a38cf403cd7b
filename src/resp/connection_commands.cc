// Commands about the connection itself.

#include <array>
#include <utility>

#include "resp/call.h"
#include "resp/client_list.h"
#include "resp/command_table.h"

namespace strata::resp {
namespace {

Status Ping(Call& call) {
  if (call.words.size() > 2) return call.Fail(WrongArity(call.command));
  if (call.words.size() == 2) {
    call.reply.Bulk(call.word(1));
  } else {
    call.reply.Simple("PONG");
  }
  return {};
}

Status Echo(Call& call) {
  call.reply.Bulk(call.word(1));
  return {};
}

Status Quit(Call& call) {
  call.client.closing = true;
  call.reply.Ok();
  return {};
}

Status Select(Call& call) {
  const auto number = ParseInteger(call.word(1));
  if (!number) return call.Fail("ERR value is not an integer or out of range");
  if (*number < 0 || *number >= kDatabases) return call.Fail("ERR DB index is out of range");
  call.client.db = static_cast<int>(*number);
  call.client.card->db = call.client.db;
  call.reply.Ok();
  return {};
}

Status Reset(Call& call) {
  Client& client = call.client;
  call.shared.clients.SetMonitors(client.card.get(), false);
  const std::shared_ptr<ClientCard> card = client.card;
  client = Client{.card = card, .seat = {.from = client.seat.from}};
  card->db = 0;
  card->version = 2;
  card->queued = -1;
  card->watched = 0;
  card->no_touch = false;
  {
    const MutexLock lock(card->mutex);
    card->name.clear();
  }
  call.reply.SetVersion(2);
  call.reply.Simple("RESET");
  return {};
}

// --- CLIENT --------------------------------------------------------------------------------------

Status ClientId(Call& call) {
  call.reply.Integer(static_cast<std::int64_t>(call.client.card->peer.id));
  return {};
}

Status ClientSetName(Call& call) {
  if (!NameClient(call.client.card.get(), call.word(2))) return call.Fail(kBadClientName);
  call.reply.Ok();
  return {};
}

Status ClientGetName(Call& call) {
  const MutexLock lock(call.client.card->mutex);
  if (call.client.card->name.empty()) {
    call.reply.Null();
  } else {
    call.reply.Bulk(call.client.card->name);
  }
  return {};
}

Status ClientSetInfo(Call& call) {
  const bool is_name = EqualsIgnoringCase(call.word(2), "lib-name");
  if (!is_name && !EqualsIgnoringCase(call.word(2), "lib-ver")) {
    return call.Fail("ERR Unrecognized option '" + std::string(call.word(2)) + "'");
  }
  if (!IsClientName(call.word(3))) {
    return call.Fail("ERR " + LowerCase(call.word(2)) +
                     " cannot contain spaces, newlines or special characters.");
  }
  ClientCard& card = *call.client.card;
  const MutexLock lock(card.mutex);
  (is_name ? card.library : card.library_version) = call.word(3);
  call.reply.Ok();
  return {};
}

Status ClientInfo(Call& call) {
  call.reply.Verbatim("txt", DescribeClient(*call.client.card, call.now_us()) + "\n");
  return {};
}

Status ClientList(Call& call) {
  std::vector<std::shared_ptr<ClientCard>> cards;
  if (call.words.size() > 3 && EqualsIgnoringCase(call.word(2), "id")) {
    for (const std::string_view word : call.words.subspan(3)) {
      const auto id = ParseInteger(word);
      if (!id || *id < 1) return call.Fail("ERR Invalid client ID");
      auto card = call.shared.clients.Find(static_cast<server::ConnectionId>(*id));
      if (card != nullptr) cards.push_back(std::move(card));
    }
  } else if (call.words.size() == 4 && EqualsIgnoringCase(call.word(2), "type")) {
    const auto type = ClientTypeOf(call.word(3));
    if (!type) return call.Fail("ERR Unknown client type '" + std::string(call.word(3)) + "'");
    if (*type == ClientType::kNormal) cards = call.shared.clients.All();
  } else if (call.words.size() == 2) {
    cards = call.shared.clients.All();
  } else {
    return call.FailSyntax();
  }
  std::string text;
  for (const auto& card : cards) text += DescribeClient(*card, call.now_us()) + "\n";
  call.reply.Verbatim("txt", text);
  return {};
}

// CLIENT KILL address, or with filters: then the reply is how many it were.
Status ClientKill(Call& call) {
  const bool old_form = call.words.size() == 3;
  KillFilter filter;
  if (old_form) {
    filter.address = call.word(2);
    filter.skip_me = false;
  } else if (!ParseKillFilter(call, &filter)) {
    return {};
  }
  std::int64_t count = 0;
  for (const auto& card : call.shared.clients.All()) {
    if (!filter.Matches(*card, call.client.card->peer.id, call.now_us())) continue;
    ++count;
    if (card->peer.id == call.client.card->peer.id) {
      call.client.closing = true;  // After the reply.
    } else {
      card->peer.home->PutClose(card->peer.id);
    }
  }
  if (!old_form) {
    call.reply.Integer(count);
    return {};
  }
  if (count == 0) return call.Fail("ERR No such client");
  call.reply.Ok();
  return {};
}

Status ClientReply(Call& call) {
  if (EqualsIgnoringCase(call.word(2), "on")) {
    call.client.replies = ReplyMode::kOn;
    call.reply.Ok();
  } else if (EqualsIgnoringCase(call.word(2), "off")) {
    call.client.replies = ReplyMode::kOff;
  } else if (EqualsIgnoringCase(call.word(2), "skip")) {
    if (call.client.replies == ReplyMode::kOn) call.client.replies = ReplyMode::kSkipNext;
  } else {
    return call.FailSyntax();
  }
  return {};
}

// Keys aren't dropped for want of memory, nor is their last use noted: nothing changes.
Status ClientSwitch(Call& call) {
  const bool on = EqualsIgnoringCase(call.word(2), "on");
  if (!on && !EqualsIgnoringCase(call.word(2), "off")) return call.FailSyntax();
  if (call.command.name == "client|no-touch") call.client.card->no_touch = on;
  call.reply.Ok();
  return {};
}

Status ClientHelp(Call& call) {
  constexpr std::array<std::string_view, 3> kLines = {
      "CLIENT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
      "GETNAME, ID, INFO, KILL, LIST, NO-EVICT, NO-TOUCH, REPLY, SETINFO, SETNAME",
      "HELP",
  };
  call.reply.Array(kLines.size());
  for (const std::string_view line : kLines) call.reply.Simple(line);
  return {};
}

constexpr Command kCommands[] = {
    {"ping",
     -1,
     kFast,
     {},
     "connection",
     "1.0.0",
     "Returns PONG, or what it is given.",
     Ping,
     kAnyUser},
    {"echo", 2, kFast, {}, "connection", "1.0.0", "Returns what it is given.", Echo, kAnyUser},
    {"quit",
     -1,
     kFast | kControl,
     {},
     "connection",
     "1.0.0",
     "Closes the connection.",
     Quit,
     kAnybody},
    {"select", 2, kFast, {}, "connection", "1.0.0", "Chooses a database.", Select, kAnyUser},
    {"reset",
     1,
     kFast | kControl,
     {},
     "connection",
     "6.2.0",
     "Makes the connection as if new.",
     Reset,
     kAnybody},
    {"client",
     -2,
     kContainer,
     {},
     "connection",
     "2.4.0",
     "Commands about connections.",
     nullptr,
     kAnyUser},
    {"client|id",
     2,
     0,
     {},
     "connection",
     "5.0.0",
     "Returns the connection's id.",
     ClientId,
     kAnyUser},
    {"client|setname",
     3,
     0,
     {},
     "connection",
     "2.6.9",
     "Names the connection.",
     ClientSetName,
     kAnyUser},
    {"client|getname",
     2,
     0,
     {},
     "connection",
     "2.6.9",
     "Returns the connection's name.",
     ClientGetName,
     kAnyUser},
    {"client|setinfo",
     4,
     0,
     {},
     "connection",
     "7.2.0",
     "Tells the client's library.",
     ClientSetInfo,
     kAnyUser},
    {"client|info",
     2,
     0,
     {},
     "connection",
     "6.2.0",
     "Describes the connection.",
     ClientInfo,
     kAnyUser},
    {"client|list",
     -2,
     kAdmin,
     {},
     "connection",
     "2.4.0",
     "Describes all connections.",
     ClientList,
     kObserves},
    {"client|kill",
     -3,
     kAdmin,
     {},
     "connection",
     "2.4.0",
     "Closes connections.",
     ClientKill,
     kOperates},
    {"client|reply",
     3,
     0,
     {},
     "connection",
     "3.2.0",
     "Has the server reply, or not.",
     ClientReply,
     kAnyUser},
    {"client|no-evict",
     3,
     kAdmin,
     {},
     "connection",
     "7.0.0",
     "Changes nothing here.",
     ClientSwitch,
     kAnyUser},
    {"client|no-touch",
     3,
     0,
     {},
     "connection",
     "7.2.0",
     "Changes nothing here.",
     ClientSwitch,
     kAnyUser},
    {"client|help",
     2,
     0,
     {},
     "connection",
     "5.0.0",
     "Lists the subcommands.",
     ClientHelp,
     kAnyUser},
};

}  // namespace

std::span<const Command> ConnectionCommands() {
  return kCommands;
}

}  // namespace strata::resp
