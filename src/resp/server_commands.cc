// Commands about the server: INFO, SHUTDOWN, SLOWLOG, MONITOR, TIME.

#include <algorithm>
#include <array>
#include <utility>

#include "resp/call.h"
#include "resp/command_table.h"
#include "resp/info.h"

namespace strata::resp {
namespace {

Status Info(Call& call) {
  std::vector<std::string> sections;
  for (const std::string_view word : call.words.subspan(1)) sections.push_back(LowerCase(word));
  call.reply.Verbatim("txt", InfoText(call, sections));
  return {};
}

Status Time(Call& call) {
  call.reply.Array(2);
  call.reply.Bulk(std::to_string(call.now_us() / 1'000'000));
  call.reply.Bulk(std::to_string(call.now_us() % 1'000'000));
  return {};
}

// Everything acknowledged is where the store's sync mode says; no snapshot has to be saved.
Status LastSave(Call& call) {
  call.reply.Integer(static_cast<std::int64_t>(call.now_us() / 1'000'000));
  return {};
}

// There are no replicas to wait for.
Status Wait(Call& call) {
  if (!ParseInteger(call.word(1)) || !ParseInteger(call.word(2))) return call.FailInteger();
  call.reply.Integer(0);
  return {};
}

Status Role(Call& call) {
  call.reply.Array(3);
  call.reply.Bulk("master");
  call.reply.Integer(0);
  call.reply.Array(0);
  return {};
}

Status Monitor(Call& call) {
  call.shared.clients.SetMonitors(call.client.card.get(), true);
  call.reply.Ok();
  return {};
}

// All that was acknowledged is durable already, so SAVE and NOSAVE are the same, and with nothing
// that could hold it up or fail NOW and FORCE change nothing.
Status Shutdown(Call& call) {
  bool save = false;
  bool nosave = false;
  bool abort = false;
  for (const std::string_view word : call.words.subspan(1)) {
    save = save || EqualsIgnoringCase(word, "save");
    nosave = nosave || EqualsIgnoringCase(word, "nosave");
    abort = abort || EqualsIgnoringCase(word, "abort");
    const std::string option = LowerCase(word);
    if (option != "save" && option != "nosave" && option != "now" && option != "force" &&
        option != "abort") {
      return call.FailSyntax();
    }
  }
  if ((save && nosave) || (abort && call.words.size() > 2)) return call.FailSyntax();
  if (abort) return call.Fail("ERR No shutdown in progress.");
  if (!call.shared.on_shutdown) return call.Fail("ERR who started the server ends it");
  call.shared.on_shutdown();
  call.client.closing = true;
  return {};
}

// --- SLOWLOG -------------------------------------------------------------------------------------

Status SlowLogGet(Call& call) {
  std::int64_t count = 10;
  if (call.words.size() > 3) return call.FailSyntax();
  if (call.words.size() == 3) {
    const auto number = ParseInteger(call.word(2));
    if (!number || *number < -1)
      return call.Fail("ERR count should be greater than or equal to -1");
    count = *number == -1 ? std::numeric_limits<std::int32_t>::max() : *number;
  }
  const auto entries = call.shared.slow_log.Newest(static_cast<std::size_t>(count));
  call.reply.Array(entries.size());
  for (const SlowLog::Entry& entry : entries) {
    call.reply.Array(6);
    call.reply.Integer(static_cast<std::int64_t>(entry.id));
    call.reply.Integer(static_cast<std::int64_t>(entry.at_us / 1'000'000));
    call.reply.Integer(static_cast<std::int64_t>(entry.micros));
    call.reply.Array(entry.words.size());
    for (const std::string& word : entry.words) call.reply.Bulk(word);
    call.reply.Bulk(entry.peer);
    call.reply.Bulk(entry.client);
  }
  return {};
}

Status SlowLogLen(Call& call) {
  call.reply.Integer(static_cast<std::int64_t>(call.shared.slow_log.size()));
  return {};
}

Status SlowLogReset(Call& call) {
  call.shared.slow_log.Reset();
  call.reply.Ok();
  return {};
}

Status SlowLogHelp(Call& call) {
  call.reply.Array(2);
  call.reply.Simple("SLOWLOG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
  call.reply.Simple("GET [count], LEN, RESET, HELP");
  return {};
}

Status MemoryDoctor(Call& call) {
  call.reply.Verbatim("txt", "INFO memory shows what the store takes, and for what.\n");
  return {};
}

constexpr Command kCommands[] = {
    {"info",
     -1,
     kSlow,
     {},
     "server",
     "1.0.0",
     "Describes the server, in sections.",
     Info,
     kObserves},
    {"time", 1, kFast, {}, "server", "2.6.0", "Returns the server's clock.", Time, kAnyUser},
    {"lastsave",
     1,
     kFast,
     {},
     "server",
     "1.0.0",
     "Returns now: nothing waits to be saved.",
     LastSave,
     kAnyUser},
    {"wait",
     3,
     kFast,
     {},
     "generic",
     "3.0.0",
     "Returns how many replicas have all: 0.",
     Wait,
     kAnyUser},
    {"role", 1, kFast, {}, "server", "2.8.12", "Returns the server's role.", Role, kAnyUser},
    {"monitor",
     1,
     kAdmin | kNoMulti,
     {},
     "server",
     "1.0.0",
     "Sends the client each request that the server carries out.",
     Monitor,
     kOfUsers},
    {"shutdown",
     -1,
     kAdmin | kNoMulti | kDangerous,
     {},
     "server",
     "1.0.0",
     "Ends the server: requests under way are answered, this one isn't.",
     Shutdown,
     kOperates},
    {"slowlog",
     -2,
     kContainer,
     {},
     "server",
     "2.2.12",
     "Commands about what was slow.",
     nullptr,
     kAnyUser},
    {"slowlog|get",
     -2,
     kAdmin,
     {},
     "server",
     "2.2.12",
     "Returns the slowest requests of late.",
     SlowLogGet,
     kOfUsers},
    {"slowlog|len",
     2,
     kAdmin,
     {},
     "server",
     "2.2.12",
     "Returns how many are kept.",
     SlowLogLen,
     kObserves},
    {"slowlog|reset", 2, kAdmin, {}, "server", "2.2.12", "Forgets them.", SlowLogReset, kOperates},
    {"slowlog|help", 2, 0, {}, "server", "6.2.0", "Lists the subcommands.", SlowLogHelp, kAnyUser},
    {"memory", -2, kContainer, {}, "server", "4.0.0", "Commands about memory.", nullptr, kAnyUser},
    {"memory|doctor", 2, 0, {}, "server", "4.0.0", "Says where to look.", MemoryDoctor, kAnyUser},
};

}  // namespace

std::span<const Command> ServerCommands() {
  return kCommands;
}

}  // namespace strata::resp
