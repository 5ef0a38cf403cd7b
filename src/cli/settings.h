// Settings of a verb from a configuration file: the names of the flags, those for all verbs above
// the first section, a verb's own in a section of its name. A flag counts more than the
// environment, and that more than the file.
//
// Thread safety: none.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/config_file.h"
#include "cli/flag_parser.h"
#include "cli/flags.h"
#include "cli/session.h"
#include "io/file_system.h"

namespace strata::cli {

class Settings {
 public:
  Settings() = default;  // None.

  // Every key is known, and every value one that its flag takes, whichever verb is run. Errors:
  // kInvalidArgument that names file and line; also where the file can't be read.
  static Result<Settings> Read(FileSystem& files, const std::string& path);
  static Result<Settings> Parse(std::string_view text, const std::string& name);

  // Sets what nobody has set yet: `section` is empty, or a verb's name. Errors: kInvalidArgument.
  Status Fill(const Flags& flags, std::string_view section) const;

 private:
  std::string name_;
  std::vector<ConfigEntry> entries_;
};

// What a verb was asked: flags, then the environment, then the file that --config names. Fills
// variables that hold their defaults; `args` are without the verb. Errors: kInvalidArgument.
struct Asked {
  const std::vector<std::string>& args;
  const EnvironmentLookup& lookup;
  FileSystem& files;
};
Status FillAll(const Asked& asked, Globals* globals, const Flags& global_flags, const Flags& own,
               std::string_view verb);

// All settings of `serve` and of the store that it serves, with where each is from, as a file that
// --config reads. What has no value of its own is a comment.
std::string ShowSettings(const Flags& globals, const Flags& own, std::string_view verb);

}  // namespace strata::cli
