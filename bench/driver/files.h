// Files and programs, for the driver: the only place of the report that touches them.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace strata::report {

// Errors: kNotFound, kIo.
Result<std::string> ReadFile(const std::filesystem::path& path);
// Makes the folders that it needs. Errors: kIo.
Status WriteFile(const std::filesystem::path& path, const std::string& text);
// The first line of a file, without white space at its end; empty if there is none.
std::string FirstLine(const std::filesystem::path& path);

struct ProgramResult {
  int status = -1;  // Its exit status; 128 + n when signal n ended it.
  std::string output;
};
// Runs a program and waits for it; keeps what it prints if asked to, or else lets it through.
ProgramResult RunProgram(const std::vector<std::string>& words, bool keep_output);

}  // namespace strata::report
