// One verb of the program. Each lives in a file of its own, src/cli/verbs/<name>.cc; adding one is
// that file and a line in commands.cc.
//
// Thread safety: the list of commands is constant; a Verb belongs to one run.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/flags.h"

namespace strata::cli {

class Session;

class Verb {
 public:
  Verb() = default;
  Verb(const Verb&) = delete;
  Verb& operator=(const Verb&) = delete;
  virtual ~Verb() = default;

  // Declares flags and arguments; the variables they fill live in the object.
  virtual void Declare(Flags& flags) { (void)flags; }

  // Does the work. Failures that end it are Errors; a verb that has said what was wrong itself
  // returns the exit code.
  virtual Result<ExitCode> Run(Session& session) = 0;
};

struct Command {
  std::string_view name;
  std::string_view alias;     // Empty for none.
  std::string_view group;     // The heading in `strata help`.
  std::string_view summary;   // Half a line.
  std::string_view examples;  // Lines that one can type, without "strata"; shown first in --help.
  std::unique_ptr<Verb> (*make)();
};

template <typename V>
std::unique_ptr<Verb> MakeVerb() {
  return std::make_unique<V>();
}

// In the order of `strata help`.
const std::vector<Command>& AllCommands();
// By name or alias, or null.
const Command* FindCommand(std::string_view name);
// Names and aliases.
std::vector<std::string> CommandNames();

}  // namespace strata::cli
