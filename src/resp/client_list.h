// Clients as CLIENT LIST shows them, and as CLIENT KILL finds them.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "resp/call.h"
#include "resp/client.h"

namespace strata::resp {

// The version of Redis whose commands and replies these are.
inline constexpr std::string_view kRedisVersion = "7.2.0";

// Names of clients and libraries: nothing that would end a line or a word of CLIENT LIST.
bool IsClientName(std::string_view name);
inline constexpr std::string_view kBadClientName =
    "ERR Client names cannot contain spaces, newlines or special characters.";
// False: it is no name for one.
bool NameClient(ClientCard* card, std::string_view name);

// One line of CLIENT LIST, without its end.
std::string DescribeClient(ClientCard& card, std::uint64_t now_us);

enum class ClientType : std::uint8_t { kNormal, kReplica, kPubSub };
std::optional<ClientType> ClientTypeOf(std::string_view word);

struct KillFilter {
  std::optional<server::ConnectionId> id;
  std::optional<std::string_view> address;
  std::optional<std::string_view> local_address;
  std::optional<std::int64_t> age_s;  // At least.
  std::optional<ClientType> type;
  bool skip_me = true;

  bool Matches(const ClientCard& card, server::ConnectionId me, std::uint64_t now_us) const;
};

// Of CLIENT KILL filter value ... False: it has replied.
bool ParseKillFilter(Call& call, KillFilter* filter);

}  // namespace strata::resp
