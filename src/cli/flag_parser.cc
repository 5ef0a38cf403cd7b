#include "cli/flag_parser.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "cli/suggest.h"

namespace strata::cli {
namespace {

std::string Display(const Flag& flag) {
  return flag.is_argument ? flag.name : "--" + flag.name;
}

bool LooksLikeFlag(std::string_view word) {
  return word.size() > 1 && word[0] == '-';
}

// The name in a word such as --limit, --limit=3, -o or -ojson.
std::string_view NameIn(std::string_view word) {
  if (word.starts_with("--")) return word.substr(2, word.find('=') - 2);
  return word.substr(1, 1);
}

Error UnknownFlag(std::string_view word, const Flags& globals, const Flags& own) {
  std::vector<std::string> names;
  for (const Flags* flags : {&own, &globals}) {
    for (const Flag& flag : flags->all()) {
      if (!flag.is_argument) names.push_back("--" + flag.name);
    }
  }
  const std::string_view name = word.substr(0, word.find('='));
  return InvalidArgument("unknown flag " + std::string(name) + DidYouMean(name, names));
}

const Flag* FindIn(std::string_view word, const Flags& globals, const Flags& own) {
  const Flag* flag = own.Find(NameIn(word));
  return flag != nullptr ? flag : globals.Find(NameIn(word));
}

struct Line {
  std::vector<std::string> words;
  int arguments = 0;  // Words that are neither flags nor their values.
};

// CLI11 takes `--flag=` for a flag whose value comes next; so every `--flag=value` is cut in two.
Result<Line> Normalized(const std::vector<std::string>& args, const Flags& globals,
                        const Flags& own) {
  Line line;
  std::vector<std::string>& out = line.words;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string& word = args[i];
    if (word == "--") {
      out.insert(out.end(), args.begin() + static_cast<std::ptrdiff_t>(i), args.end());
      line.arguments += static_cast<int>(args.size() - i - 1);
      break;
    }
    if (!LooksLikeFlag(word)) {
      out.push_back(word);
      ++line.arguments;
      continue;
    }
    const Flag* flag = FindIn(word, globals, own);
    if (flag == nullptr) return UnknownFlag(word, globals, own);
    const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    if (flag->metavar.empty() || equals == std::string::npos) {
      out.push_back(word);
      if (!flag->metavar.empty() && word.size() == NameIn(word).size() + (word[1] == '-' ? 2 : 1)) {
        if (i + 1 == args.size()) {
          return InvalidArgument(Display(*flag) + " needs a value: " + Display(*flag) + " " +
                                 flag->metavar);
        }
        out.push_back(args[++i]);
      }
      continue;
    }
    out.push_back(word.substr(0, equals));
    out.push_back(word.substr(equals + 1));
  }
  return line;
}

CLI::Option* AddToApp(CLI::App& app, const Flag& flag, int arguments) {
  if (flag.is_argument) {
    CLI::Option* option = app.add_option(flag.name);
    // An exact number: of an open one CLI11 would take "[a,b]" for two arguments.
    if (flag.is_repeated && arguments > 0) option->expected(arguments);
    return option;
  }
  std::string names = "--" + flag.name;
  if (flag.short_name != '\0') names += std::string(",-") + flag.short_name;
  if (flag.metavar.empty()) return app.add_flag(names);
  return app.add_option(names)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

Status Assign(const Flag& flag, const std::vector<std::string>& values) {
  if (values.empty()) {
    if (!flag.is_required) return {};
    return InvalidArgument("the argument " + flag.name + " is missing");
  }
  for (const std::string& value : values) {
    if (!flag.is_repeated && &value != &values.back()) continue;
    if (Status set = flag.set(value); !set)
      return std::move(set).error().WithContext(Display(flag));
  }
  flag.from = Display(flag);
  return {};
}

}  // namespace

Result<std::size_t> FindVerb(const std::vector<std::string>& args, const Flags& globals) {
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (!LooksLikeFlag(args[i])) return i;
    if (args[i] == "--") return std::min(i + 1, args.size());
    const Flag* flag = globals.Find(NameIn(args[i]));
    if (flag == nullptr) return UnknownFlag(args[i], globals, Flags());
    const bool has_value =
        args[i].starts_with("--") ? args[i].find('=') != std::string::npos : args[i].size() > 2;
    if (!flag->metavar.empty() && !has_value) ++i;
  }
  return args.size();
}

Status ParseFlags(const std::vector<std::string>& args, const Flags& globals, const Flags& own) {
  STRATA_TRY_ASSIGN(Line line, Normalized(args, globals, own));
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::vector<std::pair<const Flag*, CLI::Option*>> options;
  for (const Flags* flags : {&globals, &own}) {  // --help counts although an argument is missing.
    for (const Flag& flag : flags->all()) {
      options.emplace_back(&flag, AddToApp(app, flag, line.arguments));
    }
  }
  std::reverse(line.words.begin(), line.words.end());  // As CLI11 wants them.
  try {
    app.parse(line.words);
  } catch (const CLI::Error& error) {
    return InvalidArgument(error.what());
  }
  for (const std::string& extra : app.remaining()) {
    if (extra == "--") continue;  // CLI11 keeps it.
    return InvalidArgument("unexpected argument '" + extra + "'");
  }
  for (const auto& [flag, option] : options) STRATA_TRY(Assign(*flag, option->results()));
  return {};
}

Status ApplyEnvironment(const Flags& flags, const EnvironmentLookup& lookup,
                        std::string_view verb) {
  for (const Flag& flag : flags.all()) {
    if (flag.is_argument) continue;
    std::string name = "STRATA_" + std::string(verb) + (verb.empty() ? "" : "_") + flag.name;
    for (char& letter : name) {
      if (letter == '-') letter = '_';
      if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    }
    const std::optional<std::string> value = lookup(name);
    if (!value) continue;
    if (Status set = flag.set(*value); !set) return std::move(set).error().WithContext(name);
    flag.from = name;
  }
  return {};
}

}  // namespace strata::cli
