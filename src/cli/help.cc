#include "cli/help.h"

#include <algorithm>

namespace strata::cli {
namespace {

std::string Padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size() + 1, width), ' ');
  return text;
}

constexpr std::size_t kHelpColumn = 30;
constexpr std::size_t kHelpWidth = 100;

// Broken between words at the right margin, each further line under the first.
std::string Wrapped(std::string_view text) {
  std::string out;
  std::size_t column = kHelpColumn;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (column > kHelpColumn && column + 1 + end > kHelpWidth) {
      out += "\n" + std::string(kHelpColumn, ' ');
      column = kHelpColumn;
    } else if (column > kHelpColumn) {
      out += " ";
      ++column;
    }
    out += text.substr(0, end);
    column += end;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + "\n";
}

std::string FlagLine(const Flag& flag) {
  std::string left = flag.is_argument ? "  " + flag.name : "  --" + flag.name;
  if (flag.short_name != '\0') left += std::string(", -") + flag.short_name;
  if (!flag.is_argument && !flag.metavar.empty()) left += " " + flag.metavar;
  if (left.size() + 2 > kHelpColumn) {
    return left + "\n" + std::string(kHelpColumn, ' ') + Wrapped(flag.help);
  }
  return Padded(std::move(left), kHelpColumn) + Wrapped(flag.help);
}

std::string Examples(std::string_view lines) {
  std::string out;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    out += "  strata " + std::string(lines.substr(0, end)) + "\n";
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
  }
  return out;
}

}  // namespace

std::string GeneralHelp() {
  std::string out =
      "Strata, a key-value store.\n\n"
      "Examples:\n"
      "  strata --db cities put london 8900000\n"
      "  strata --db cities get london\n"
      "  strata --db cities scan --prefix lon --limit 10 -o json\n"
      "  strata --db cities import cities.tsv\n"
      "  strata --db cities                      opens the shell\n";
  std::string_view group;
  for (const Command& command : AllCommands()) {
    if (command.group != group) out += "\n" + std::string(command.group) + ":\n";
    group = command.group;
    out += Padded("  " + std::string(command.name), 20) + std::string(command.summary) + "\n";
  }
  out +=
      "\nFlags for all verbs (`strata help flags` lists the rest; STRATA_<FLAG> sets any of "
      "them):\n"
      "  --db DIR            the store's directory\n"
      "  --output, -o F      table, plain, json, jsonl, csv or raw\n"
      "  --help, -h          help for a verb\n"
      "\nExit codes: 0 ok; 1 the request failed or the key isn't there; 2 wrong usage; 6 damaged "
      "data;\n"
      "7 files can't be used (I/O error, disk full, store in use); 130 interrupted.\n";
  return out;
}

std::string GlobalFlagsHelp(const Flags& globals) {
  std::string out =
      "Flags for all verbs. The variable STRATA_<FLAG> sets the same: --key-format is\n"
      "STRATA_KEY_FORMAT. Sizes take KiB, MiB, GiB, TiB (or kB, MB, GB, TB); counts k, M, G;\n"
      "times ms, s, m, h, d.\n";
  std::string_view group;
  for (const Flag& flag : globals.all()) {
    if (flag.group != group) out += "\n" + flag.group + ":\n";
    group = flag.group;
    out += FlagLine(flag);
  }
  return out;
}

std::string Usage(const Command& command, const Flags& own) {
  std::string out(command.name);
  const auto is_flag = [](const Flag& flag) { return !flag.is_argument; };
  if (std::any_of(own.all().begin(), own.all().end(), is_flag)) out += " [flags]";
  for (const Flag& flag : own.all()) {
    if (!flag.is_argument) continue;
    const std::string name = flag.name + (flag.is_repeated ? "..." : "");
    out += flag.is_required ? " " + name : " [" + name + "]";
  }
  return out;
}

std::string CommandHelp(const Command& command, const Flags& own) {
  std::string out = "Examples:\n" + Examples(command.examples) + "\nUsage: strata " +
                    Usage(command, own) + "\n  " + std::string(command.summary) + "\n";
  if (!command.alias.empty()) out += "  Short: " + std::string(command.alias) + "\n";
  for (const bool arguments : {true, false}) {
    bool has_heading = false;
    for (const Flag& flag : own.all()) {
      if (flag.is_argument != arguments) continue;
      if (!has_heading) out += arguments ? "\nArguments:\n" : "\nFlags:\n";
      has_heading = true;
      out += FlagLine(flag);
    }
  }
  return out + "\nFlags for all verbs: strata help flags\n";
}

}  // namespace strata::cli
