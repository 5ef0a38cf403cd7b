// The program under test: as a process of its own (golden scripts) or inside the test (Run).

#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/format/report.h"
#include "io/environment.h"

namespace strata::cli {

// Runs tests/scripts/cli/`name` in an empty directory with `strata` on the PATH. A result is
// stdout, stderr with "2> " before each line, and "exit N" when N isn't 0; an empty line is shown
// as "~".
void RunCliScript(const std::string& name);

struct Outputs {
  int code = 0;
  std::string out;
  std::string err;
};

// The program with these arguments, input and environment variables, and no terminal.
Outputs Run(const std::vector<std::string>& args, const std::string& input = "",
            const std::map<std::string, std::string>& variables = {},
            const Environment& environment = RealEnvironment());

// What a report looks like in a format.
std::string Printed(const Report& report, OutputFormat format);

}  // namespace strata::cli
