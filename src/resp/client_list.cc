#include "resp/client_list.h"

#include "resp/command_table.h"

namespace strata::resp {
namespace {

std::uint64_t SecondsSince(std::uint64_t then_us, std::uint64_t now_us) {
  return now_us > then_us ? (now_us - then_us) / 1'000'000 : 0;
}

std::string FlagsOf(const ClientCard& card) {
  std::string flags;
  if (card.monitors) flags += 'O';
  if (card.queued >= 0) flags += 'x';
  if (card.no_touch) flags += 'T';
  return flags.empty() ? "N" : flags;
}

}  // namespace

// Fields that mean nothing here are there as well, as tools look for them.
std::string DescribeClient(ClientCard& card, std::uint64_t now_us) {
  const MutexLock lock(card.mutex);
  const Command* const last = card.last.load();
  std::string line = "id=" + std::to_string(card.peer.id);
  line += " addr=" + ToString(card.peer.address);
  line += " laddr=" + ToString(card.peer.local);
  line += " fd=" + std::to_string(card.peer.id % 1'000'000);
  line += " name=" + card.name;
  line += " age=" + std::to_string(SecondsSince(card.peer.since_us, now_us));
  line += " idle=" + std::to_string(SecondsSince(card.last_us, now_us));
  line += " flags=" + FlagsOf(card);
  line += " db=" + std::to_string(card.db);
  line += " sub=0 psub=0 ssub=0";
  line += " multi=" + std::to_string(card.queued);
  line += " watch=" + std::to_string(card.watched);
  line += " qbuf=" + std::to_string(card.waiting);
  line += " qbuf-free=0 argv-mem=0 multi-mem=0 rbs=1024 rbp=0 obl=0 oll=0 omem=0 tot-mem=0";
  line += " events=r cmd=" + (last == nullptr ? "NULL" : std::string(last->name));
  line += " user=default redir=-1 resp=" + std::to_string(card.version);
  line += " lib-name=" + card.library;
  line += " lib-ver=" + card.library_version;
  line += " tot-net-in=" + std::to_string(card.bytes_in);
  line += " tot-net-out=" + std::to_string(card.bytes_out);
  line += " tot-cmds=" + std::to_string(card.requests);
  return line;
}

bool IsClientName(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= '!' && c <= '~'; });
}

bool NameClient(ClientCard* card, std::string_view name) {
  if (!IsClientName(name)) return false;
  const MutexLock lock(card->mutex);
  card->name = name;
  return true;
}

std::optional<ClientType> ClientTypeOf(std::string_view word) {
  if (EqualsIgnoringCase(word, "normal")) return ClientType::kNormal;
  if (EqualsIgnoringCase(word, "master") || EqualsIgnoringCase(word, "replica") ||
      EqualsIgnoringCase(word, "slave")) {
    return ClientType::kReplica;
  }
  if (EqualsIgnoringCase(word, "pubsub")) return ClientType::kPubSub;
  return std::nullopt;
}

bool KillFilter::Matches(const ClientCard& card, server::ConnectionId me,
                         std::uint64_t now_us) const {
  if (skip_me && card.peer.id == me) return false;
  if (id && *id != card.peer.id) return false;
  if (address && *address != ToString(card.peer.address)) return false;
  if (local_address && *local_address != ToString(card.peer.local)) return false;
  if (type && *type != ClientType::kNormal) return false;
  const auto age = static_cast<std::int64_t>(SecondsSince(card.peer.since_us, now_us));
  return !age_s || age >= *age_s;
}

namespace {

// One filter; what is wrong with it, or nothing.
std::optional<std::string> AddFilter(std::string_view name, std::string_view value,
                                     KillFilter* filter) {
  if (EqualsIgnoringCase(name, "id")) {
    const auto id = ParseInteger(value);
    if (!id || *id < 1) return "ERR client-id should be greater than 0";
    filter->id = static_cast<server::ConnectionId>(*id);
  } else if (EqualsIgnoringCase(name, "addr")) {
    filter->address = value;
  } else if (EqualsIgnoringCase(name, "laddr")) {
    filter->local_address = value;
  } else if (EqualsIgnoringCase(name, "maxage")) {
    const auto age = ParseInteger(value);
    if (!age) return "ERR maxage is not an integer or out of range";
    if (*age < 1) return "ERR maxage should be greater than 0";
    filter->age_s = age;
  } else if (EqualsIgnoringCase(name, "type")) {
    filter->type = ClientTypeOf(value);
    if (!filter->type) return "ERR Unknown client type '" + std::string(value) + "'";
  } else if (EqualsIgnoringCase(name, "user")) {
    if (value != "default") return "ERR No such user '" + std::string(value) + "'";
  } else if (EqualsIgnoringCase(name, "skipme")) {
    if (!EqualsIgnoringCase(value, "yes") && !EqualsIgnoringCase(value, "no")) {
      return "ERR syntax error";
    }
    filter->skip_me = EqualsIgnoringCase(value, "yes");
  } else {
    return "ERR syntax error";
  }
  return std::nullopt;
}

}  // namespace

bool ParseKillFilter(Call& call, KillFilter* filter) {
  for (std::size_t i = 2; i < call.words.size(); i += 2) {
    const auto wrong = i + 1 == call.words.size()
                           ? std::optional<std::string>("ERR syntax error")
                           : AddFilter(call.word(i), call.word(i + 1), filter);
    if (!wrong) continue;
    call.reply.Error(*wrong);
    return false;
  }
  return true;
}

}  // namespace strata::resp
