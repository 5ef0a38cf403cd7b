#include "cli/settings.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "cli/command.h"

namespace strata::cli {
namespace {

constexpr std::uint64_t kFileBytesMax = 1 << 16;

// The flags of one section, bound to variables that nobody reads.
struct Scratch {
  explicit Scratch(const Command* command) : verb(command == nullptr ? nullptr : command->make()) {
    if (verb == nullptr) {
      DeclareOutputFlags(flags, &globals);
      DeclareStoreFlags(flags, &globals);
    } else {
      verb->Declare(flags);
    }
  }

  Globals globals;
  std::unique_ptr<Verb> verb;
  Flags flags;
};

std::vector<std::string> KeysOf(const Flags& flags) {
  std::vector<std::string> keys;
  for (const Flag& flag : flags.all()) {
    if (!flag.is_argument && flag.in_file) keys.push_back(flag.name);
  }
  return keys;
}

const Flag* FindKey(const Flags& flags, const std::string& key) {
  const auto& all = flags.all();
  const auto at = std::find_if(all.begin(), all.end(), [&](const Flag& flag) {
    return !flag.is_argument && flag.in_file && flag.name == key;
  });
  return at == all.end() ? nullptr : &*at;
}

bool HasKey(const Command* command, const std::string& key) {
  const Scratch scratch(command);
  return FindKey(scratch.flags, key) != nullptr;
}

// Where it would be right, or what was perhaps meant.
std::string Remedy(const ConfigEntry& entry, const Flags& flags) {
  if (!entry.section.empty() && HasKey(nullptr, entry.key)) {
    return "; it is for all verbs: put it above the first [section]";
  }
  for (const Command& command : AllCommands()) {
    if (command.name == entry.section || !HasKey(&command, entry.key)) continue;
    return "; it belongs in [" + std::string(command.name) + "]";
  }
  return DidYouMean(entry.key, KeysOf(flags));
}

Status Check(const ConfigEntry& entry) {
  const Command* const command = entry.section.empty() ? nullptr : FindCommand(entry.section);
  if (!entry.section.empty() && (command == nullptr || command->name != entry.section)) {
    const std::string remedy = command == nullptr ? DidYouMean(entry.section, CommandNames())
                                                  : "; write [" + std::string(command->name) + "]";
    return InvalidArgument("unknown section [" + entry.section + "]" + remedy);
  }
  const Scratch scratch(command);
  const Flag* const flag = FindKey(scratch.flags, entry.key);
  if (flag != nullptr) return Annotate(flag->set(entry.value), entry.key);
  return InvalidArgument("unknown key " + entry.key + Remedy(entry, scratch.flags));
}

std::string Line(const Flag& flag) {
  const std::optional<std::string> value = flag.show ? flag.show() : std::nullopt;
  const bool bare = flag.metavar.empty() || flag.metavar == "N";
  const std::string text = !value ? "\"\"" : bare ? *value : QuotedConfig(*value);
  return (value ? "" : "# ") + flag.name + " = " + text + "  # " +
         (flag.from.empty() ? "default" : flag.from) + "\n";
}

}  // namespace

Result<Settings> Settings::Parse(std::string_view text, const std::string& name) {
  Settings settings;
  settings.name_ = name;
  STRATA_TRY_ASSIGN(settings.entries_, ParseConfig(text, name));
  for (const ConfigEntry& entry : settings.entries_) {
    STRATA_TRY(Annotate(Check(entry), ConfigPlace(name, entry.line)));
  }
  return settings;
}

Result<Settings> Settings::Read(FileSystem& files, const std::string& path) {
  const auto text = files.ReadFile(path, kFileBytesMax);
  if (text) return Parse(*text, path);
  return InvalidArgument("--config " + path + " can't be read: " + text.error().message() +
                         "; name a file, or leave it out");
}

Status Settings::Fill(const Flags& flags, std::string_view section) const {
  for (const ConfigEntry& entry : entries_) {
    if (entry.section != section) continue;
    const Flag* const flag = FindKey(flags, entry.key);
    if (flag == nullptr || !flag->from.empty()) continue;
    const std::string place = ConfigPlace(name_, entry.line);
    STRATA_TRY(Annotate(flag->set(entry.value), place + ": " + entry.key));
    flag->from = place;
  }
  return {};
}

Status FillAll(const Asked& asked, Globals* globals, const Flags& global_flags, const Flags& own,
               std::string_view verb) {
  globals->setting = SetBy::kEnvironment;
  STRATA_TRY(ApplyEnvironment(global_flags, asked.lookup));
  STRATA_TRY(ApplyEnvironment(own, asked.lookup, verb));
  globals->setting = SetBy::kFlag;
  STRATA_TRY(ParseFlags(asked.args, global_flags, own));
  if (globals->config.empty()) return {};
  STRATA_TRY_ASSIGN(const Settings settings, Settings::Read(asked.files, globals->config));
  globals->setting = SetBy::kFile;
  STRATA_TRY(settings.Fill(global_flags, ""));
  return settings.Fill(own, verb);
}

std::string ShowSettings(const Flags& globals, const Flags& own, std::string_view verb) {
  constexpr std::string_view kForClients[] = {"server", "credentials", "timeout", "color"};
  std::string text;
  for (const Flag& flag : globals.all()) {
    const bool of_clients =
        std::count(std::begin(kForClients), std::end(kForClients), flag.name) > 0;
    if (flag.in_file && flag.group != "Output" && !of_clients) text += Line(flag);
  }
  text += "\n[" + std::string(verb) + "]\n";
  for (const Flag& flag : own.all()) {
    if (flag.in_file && !flag.is_argument) text += Line(flag);
  }
  return text;
}

}  // namespace strata::cli
