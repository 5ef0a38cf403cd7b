// DEBUG: what test suites need.

#include <utility>

#include "resp/call.h"
#include "resp/command_table.h"

namespace strata::resp {
namespace {

Status DebugSleep(Call& call) {
  const auto seconds = ParseFloat(call.word(2));
  if (!seconds || *seconds < 0 || *seconds > 3600) return call.Fail("ERR invalid time to sleep");
  call.shared.environment.clock->SleepMicros(static_cast<std::uint64_t>(*seconds * 1'000'000));
  call.reply.Ok();
  return {};
}

// Expired keys are never seen, and go with the next merge, whatever is said.
Status DebugIgnored(Call& call) {
  call.reply.Ok();
  return {};
}

Status DebugStringMatch(Call& call) {
  const auto size = ParseInteger(call.word(2));
  if (!size || *size < 0 || *size > (1 << 20)) return call.FailInteger();
  const std::string text(static_cast<std::size_t>(*size), 'a');
  call.reply.Integer(MatchesGlob(call.word(3), text) ? 1 : 0);
  return {};
}

// Everything in memory goes to the disk, and reads find it there.
Status DebugReload(Call& call) {
  STRATA_TRY(call.keyspace.Commit());
  STRATA_TRY(call.shared.db.Flush());
  call.reply.Ok();
  return {};
}

// There are no functions, so there are none to forget.
Status FunctionFlush(Call& call) {
  call.reply.Ok();
  return {};
}

Status FunctionList(Call& call) {
  call.reply.Array(0);
  return {};
}

constexpr Command kCommands[] = {
    {"function",
     -2,
     kContainer,
     {},
     "server",
     "7.0.0",
     "Commands about functions, of which there are none.",
     nullptr,
     kAnyUser},
    {"function|flush",
     -2,
     kFast,
     {},
     "server",
     "7.0.0",
     "Changes nothing here.",
     FunctionFlush,
     kOperates},
    {"function|list", -2, kFast, {}, "server", "7.0.0", "Returns none.", FunctionList, kAnyUser},
    {"debug",
     -2,
     kContainer | kAdmin,
     {},
     "server",
     "1.0.0",
     "Commands for tests.",
     nullptr,
     kAnyUser},
    {"debug|sleep",
     3,
     kAdmin | kSlow,
     {},
     "server",
     "1.0.0",
     "Replies after so many seconds; others aren't held up.",
     DebugSleep,
     kOperates},
    {"debug|set-active-expire",
     3,
     kAdmin,
     {},
     "server",
     "1.0.0",
     "Changes nothing here.",
     DebugIgnored,
     kOperates},
    {"debug|jmap",
     2,
     kAdmin,
     {},
     "server",
     "1.0.0",
     "Changes nothing here.",
     DebugIgnored,
     kOperates},
    {"debug|stringmatch-len",
     4,
     kAdmin | kSlow,
     {},
     "server",
     "1.0.0",
     "Matches a long text with a pattern.",
     DebugStringMatch,
     kOperates},
    {"debug|reload",
     -2,
     kAdmin | kWrite,
     {},
     "server",
     "1.0.0",
     "Flushes the memtables.",
     DebugReload,
     kOperates},
};

}  // namespace

std::span<const Command> DebugCommands() {
  return kCommands;
}

}  // namespace strata::resp
