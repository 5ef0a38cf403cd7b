// All commands, by name.
//
// Thread safety: constant after the first call.

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "resp/command.h"

namespace strata::resp {

// Each file of commands has its part of the table.
std::span<const Command> StringCommands();
std::span<const Command> BitCommands();
std::span<const Command> LcsCommands();
std::span<const Command> CounterCommands();
std::span<const Command> KeyCommands();
std::span<const Command> ExpiryCommands();
std::span<const Command> ScanCommands();
std::span<const Command> TransactionCommands();
std::span<const Command> ConnectionCommands();
std::span<const Command> ServerCommands();
std::span<const Command> LatencyCommands();
std::span<const Command> ConfigCommands();
std::span<const Command> IntrospectionCommands();
std::span<const Command> DebugCommands();
std::span<const Command> LoginCommands();
std::span<const Command> AclCommands();

// By name, subcommands after their container.
const std::vector<const Command*>& AllCommands();
// In any mix of capitals; null: there is none.
const Command* FindCommand(std::string_view name);
// The one that a request asks for: of a container, that which its second word names. Null: none.
// `*container` is the container if the first word names one.
const Command* FindCommand(std::span<const std::string_view> words, const Command** container);

bool FitsArity(const Command& command, std::size_t words);
// The reply to a request with too many or too few.
std::string WrongArity(const Command& command);

// "GET" -> "get".
std::string LowerCase(std::string_view text);
bool EqualsIgnoringCase(std::string_view text, std::string_view lower);

}  // namespace strata::resp
