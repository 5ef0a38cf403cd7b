// COMMAND: the table of commands, as clients and tools read it.

#include <utility>

#include "resp/call.h"
#include "resp/command_table.h"

namespace strata::resp {
namespace {

std::vector<std::string> FlagsOf(const Command& command) {
  std::vector<std::string> flags;
  if ((command.flags & kWrite) != 0) flags.emplace_back("write");
  if ((command.flags & (kRead | kSlow)) != 0) flags.emplace_back("readonly");
  if ((command.flags & kAdmin) != 0) flags.emplace_back("admin");
  if ((command.flags & kFast) != 0) flags.emplace_back("fast");
  if ((command.flags & kNoMulti) != 0) flags.emplace_back("no_multi");
  return flags;
}

std::vector<std::string> CategoriesOf(const Command& command) {
  std::vector<std::string> categories;
  const std::string group(command.group == "generic"        ? "keyspace"
                          : command.group == "server"       ? "admin"
                          : command.group == "transactions" ? "transaction"
                                                            : command.group);
  categories.push_back(group);
  if ((command.flags & kWrite) != 0) categories.emplace_back("write");
  if ((command.flags & (kRead | kSlow)) != 0) categories.emplace_back("read");
  categories.emplace_back((command.flags & kFast) != 0 ? "fast" : "slow");
  if ((command.flags & kDangerous) != 0) categories.emplace_back("dangerous");
  return categories;
}

bool IsSubcommand(const Command& command) {
  return command.name.find('|') != std::string_view::npos;
}

std::vector<const Command*> SubcommandsOf(const Command& container) {
  std::vector<const Command*> found;
  for (const Command* command : AllCommands()) {
    if (command->name.starts_with(std::string(container.name) + "|")) found.push_back(command);
  }
  return found;
}

std::vector<const Command*> TopCommands() {
  std::vector<const Command*> found;
  for (const Command* command : AllCommands()) {
    if (!IsSubcommand(*command)) found.push_back(command);
  }
  return found;
}

void ReplyInfo(Call& call, const Command& command) {
  call.reply.Array(10);
  call.reply.Bulk(command.name);
  call.reply.Integer(command.arity);
  const auto flags = FlagsOf(command);
  call.reply.Set(flags.size());
  for (const std::string& flag : flags) call.reply.Simple(flag);
  call.reply.Integer(command.keys.first);
  call.reply.Integer(command.keys.last);
  call.reply.Integer(command.keys.step);
  const auto categories = CategoriesOf(command);
  call.reply.Set(categories.size());
  for (const std::string& category : categories) call.reply.Simple("@" + category);
  call.reply.Array(0);  // Tips.
  call.reply.Array(0);  // Key specifications: the places above say all.
  const auto subcommands = SubcommandsOf(command);
  call.reply.Array(subcommands.size());
  for (const Command* subcommand : subcommands) ReplyInfo(call, *subcommand);
}

Status CommandAll(Call& call) {
  const auto all = TopCommands();
  call.reply.Array(all.size());
  for (const Command* command : all) ReplyInfo(call, *command);
  return {};
}

Status CommandCount(Call& call) {
  call.reply.Integer(static_cast<std::int64_t>(TopCommands().size()));
  return {};
}

Status CommandInfo(Call& call) {
  if (call.words.size() == 2) return CommandAll(call);
  call.reply.Array(call.words.size() - 2);
  for (const std::string_view name : call.words.subspan(2)) {
    if (const Command* const command = FindCommand(name)) {
      ReplyInfo(call, *command);
    } else {
      call.reply.Null();
    }
  }
  return {};
}

void ReplyDocs(Call& call, const Command& command) {
  const auto subcommands = SubcommandsOf(command);
  call.reply.Bulk(command.name);
  call.reply.Map(subcommands.empty() ? 3 : 4);
  call.reply.Bulk("summary");
  call.reply.Bulk(command.summary);
  call.reply.Bulk("since");
  call.reply.Bulk(command.since);
  call.reply.Bulk("group");
  call.reply.Bulk(command.group);
  if (subcommands.empty()) return;
  call.reply.Bulk("subcommands");
  call.reply.Map(subcommands.size());
  for (const Command* subcommand : subcommands) ReplyDocs(call, *subcommand);
}

Status CommandDocs(Call& call) {
  std::vector<const Command*> found;
  for (const std::string_view name : call.words.subspan(2)) {
    if (const Command* const command = FindCommand(name)) found.push_back(command);
  }
  if (call.words.size() == 2) found = TopCommands();
  call.reply.Map(found.size());
  for (const Command* command : found) ReplyDocs(call, *command);
  return {};
}

// COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN pattern]
Status CommandList(Call& call) {
  const bool filters = call.words.size() == 5 && EqualsIgnoringCase(call.word(2), "filterby");
  if (call.words.size() != 2 && !filters) return call.FailSyntax();
  const std::string by = filters ? LowerCase(call.word(3)) : "";
  if (filters && by != "module" && by != "aclcat" && by != "pattern") return call.FailSyntax();
  std::vector<std::string_view> names;
  for (const Command* command : AllCommands()) {
    bool matches = !filters;
    if (by == "pattern") matches = MatchesGlob(call.word(4), command->name, true);
    if (by == "aclcat") {
      for (const std::string& category : CategoriesOf(*command)) {
        matches = matches || EqualsIgnoringCase(call.word(4), category);
      }
    }
    if (matches) names.push_back(command->name);
  }
  call.reply.Array(names.size());
  for (const std::string_view name : names) call.reply.Bulk(name);
  return {};
}

// The places of its keys among the words of a request. Nothing: it is no request.
std::optional<std::vector<std::size_t>> KeysOf(std::span<const std::string_view> words) {
  const Command* container = nullptr;
  const Command* const command = FindCommand(words, &container);
  if (command == nullptr || !FitsArity(*command, words.size())) return std::nullopt;
  std::vector<std::size_t> places;
  const KeyPlaces& keys = command->keys;
  if (keys.first == 0) return places;
  const auto size = static_cast<int>(words.size());
  const int last = keys.last < 0 ? size + keys.last : keys.last;
  for (int i = keys.first; i <= last; i += keys.step) places.push_back(static_cast<std::size_t>(i));
  return places;
}

Status CommandGetKeys(Call& call) {
  const auto words = call.words.subspan(2);
  const Command* container = nullptr;
  if (FindCommand(words, &container) == nullptr) return call.Fail("ERR Invalid command specified");
  const auto places = KeysOf(words);
  if (!places) return call.Fail("ERR Invalid number of arguments specified for command");
  if (places->empty()) return call.Fail("ERR The command has no key arguments");
  call.reply.Array(places->size());
  for (const std::size_t place : *places) call.reply.Bulk(words[place]);
  return {};
}

Status CommandHelp(Call& call) {
  call.reply.Array(2);
  call.reply.Simple("COMMAND <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
  call.reply.Simple("(none), COUNT, DOCS, GETKEYS, HELP, INFO, LIST");
  return {};
}

// The word alone lists all.
Status CommandAlone(Call& call) {
  return CommandAll(call);
}

constexpr Command kCommands[] = {
    {"command",
     -1,
     kContainer,
     {},
     "server",
     "2.8.13",
     "Returns all commands.",
     CommandAlone,
     kAnyUser},
    {"command|count", 2, 0, {}, "server", "2.8.13", "Counts the commands.", CommandCount, kAnyUser},
    {"command|info", -2, 0, {}, "server", "2.8.13", "Describes commands.", CommandInfo, kAnyUser},
    {"command|docs", -2, 0, {}, "server", "7.0.0", "Documents commands.", CommandDocs, kAnyUser},
    {"command|list",
     -2,
     0,
     {},
     "server",
     "7.0.0",
     "Lists the names of commands.",
     CommandList,
     kAnyUser},
    {"command|getkeys",
     -3,
     0,
     {},
     "server",
     "2.8.13",
     "Returns the keys of a request.",
     CommandGetKeys,
     kAnyUser},
    {"command|help", 2, 0, {}, "server", "5.0.0", "Lists the subcommands.", CommandHelp, kAnyUser},
};

}  // namespace

std::span<const Command> IntrospectionCommands() {
  return kCommands;
}

}  // namespace strata::resp
