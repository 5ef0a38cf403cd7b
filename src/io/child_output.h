// What a command prints: for keys that another program keeps. And variables of this process.
//
// Thread safety: any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace strata {

struct ChildLimits {
  std::uint64_t timeout_ms = 10'000;
  std::size_t bytes_max = 4096;
};

// Runs `command` by /bin/sh, without input; what it says to stderr goes to ours. Errors: kTimedOut,
// the command is ended then; kIo when it can't be run, fails or prints more. No message tells what
// it printed.
Result<std::string> OutputOfCommand(const std::string& command, const ChildLimits& limits);

// Nothing when it isn't set.
std::optional<std::string> ProcessVariable(const std::string& name);

}  // namespace strata
