// Golden scripts: files of commands and what they must print. A block is
//
//   the lines of a command
//   ----
//   the text that it must give
//
// and blocks are separated by an empty line; lines that begin with # outside a result are
// comments. With STRATA_UPDATE_GOLDEN=1 in the environment the results are written instead of
// compared: commit only the changes that you understand.

#pragma once

#include <functional>
#include <string>

namespace strata::testing {

// Runs the blocks of tests/scripts/`path` in order and CHECKs each result. `run` is given the
// command's lines and returns text without empty lines in it.
void RunGoldenScript(const std::string& path,
                     const std::function<std::string(const std::string& command)>& run);

}  // namespace strata::testing
