// What a verb accepts: flags and arguments, each bound to a variable, with the text that --help
// shows. cli/flag_parser.h fills the variables from a command line.
//
// Thread safety: none; one thread declares, then parses.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "cli/suggest.h"

namespace strata::cli {

struct Flag {
  std::string name;        // "limit"; the metavariable ("KEY") of an argument.
  char short_name = '\0';  // 'o' for -o.
  std::string metavar;     // "N"; empty for a switch.
  std::string help;
  std::string group;  // The heading in --help.
  bool is_argument = false;
  bool is_required = false;
  bool is_repeated = false;
  bool in_file = true;         // A configuration file may set it.
  bool is_reloadable = false;  // A server that runs takes it over from the file: SIGHUP.
  std::function<Status(std::string_view)> set;  // Errors: kInvalidArgument.
  // What it is now, as `set` takes it; nothing: it has no value of its own.
  std::function<std::optional<std::string>()> show;
  // Who set it: "--cache", "STRATA_CACHE", "strata.toml:3"; empty: nobody.
  mutable std::string from;
};

template <typename T>
struct Named {
  std::string_view name;
  T value;
};

class Flags {
 public:
  // Flags declared from here on are listed under this heading.
  void Group(std::string group) { group_ = std::move(group); }

  // `names` is "limit" or "output,o". What `out` holds already is the default.
  void Switch(std::string_view names, bool* out, std::string_view help);
  void Text(std::string_view names, std::string* out, std::string_view metavar,
            std::string_view help);
  void Text(std::string_view names, std::optional<std::string>* out, std::string_view metavar,
            std::string_view help);
  void Number(std::string_view names, std::uint64_t* out, std::string_view help);
  void Number(std::string_view names, std::optional<std::uint64_t>* out, std::string_view help);
  // A whole number from `low` on that fits an int.
  void Integer(std::string_view names, int* out, int low, std::string_view help);
  // A number of bytes with a unit.
  void Size(std::string_view names, std::uint64_t* out, std::string_view help);
  void Size(std::string_view names, std::optional<std::uint64_t>* out, std::string_view help);
  void DurationMicros(std::string_view names, std::uint64_t* out, std::string_view help);

  // One of a few words; the metavariable lists them: tsv|csv|jsonl.
  template <typename T, typename Out>
  void Choice(std::string_view names, Out* out, std::vector<Named<T>> choices,
              std::string_view help) {
    std::string words;
    std::vector<std::string> list;
    for (const Named<T>& choice : choices) {
      words += (words.empty() ? "" : "|") + std::string(choice.name);
      list.emplace_back(choice.name);
    }
    const auto show = [out, choices]() -> std::optional<std::string> {
      for (const Named<T>& choice : choices) {
        if (*out == choice.value) return std::string(choice.name);
      }
      return std::nullopt;
    };
    Add(names, words, help,
        [out, choices = std::move(choices), list, words](std::string_view text) -> Status {
          for (const Named<T>& choice : choices) {
            if (choice.name != text) continue;
            *out = choice.value;
            return {};
          }
          return InvalidArgument("'" + std::string(text) + "' isn't one of " + words +
                                 DidYouMean(text, list));
        })
        .show = show;
  }

  // An argument that must be there, may be there, or may come any number of times.
  void Argument(std::string_view name, std::string* out, std::string_view help);
  void OptionalArgument(std::string_view name, std::optional<std::string>* out,
                        std::string_view help);
  void Arguments(std::string_view name, std::vector<std::string>* out, bool is_required,
                 std::string_view help);

  // The general form; everything above is made of it.
  Flag& Add(std::string_view names, std::string_view metavar, std::string_view help,
            std::function<Status(std::string_view)> set);

  // The one declared last, to be changed.
  Flag& last() { return flags_.back(); }

  const std::vector<Flag>& all() const { return flags_; }
  // The flag of this long or one-letter name (without dashes), or null.
  const Flag* Find(std::string_view name) const;

 private:
  std::string group_;
  std::vector<Flag> flags_;
};

}  // namespace strata::cli
