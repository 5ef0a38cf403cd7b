// What the program's exit status means; `strata --help` and docs/cli.md say the same.
//
// Thread safety: pure functions.

#pragma once

#include "base/result.h"

namespace strata::cli {

enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,      // The request failed, or the key isn't there.
  kExitUsage = 2,       // The command line is wrong.
  kExitConnection = 3,  // No server answers, or none in time.
  kExitCondition = 5,   // A condition doesn't hold; nothing was written.
  kExitCorruption = 6,  // Stored bytes break their format.
  kExitIo = 7,          // Local files: unreadable, full, or the store is in use.
  kExitInterrupted = 130,
};

inline ExitCode ExitCodeOf(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kInvalidArgument:
      return kExitUsage;
    case ErrorCode::kCorruption:
      return kExitCorruption;
    case ErrorCode::kIo:
    case ErrorCode::kNoSpace:
    case ErrorCode::kNoDescriptors:
    case ErrorCode::kNotFound:
    case ErrorCode::kBusy:
    case ErrorCode::kReadOnly:
      return kExitIo;
    case ErrorCode::kConditionFailed:
    case ErrorCode::kConflict:
    case ErrorCode::kDeadlock:
      return kExitCondition;
    case ErrorCode::kUnavailable:
      return kExitConnection;
    case ErrorCode::kTimedOut:
    case ErrorCode::kUnsupported:
    case ErrorCode::kWouldWait:
    case ErrorCode::kAborted:
      break;
  }
  return kExitFailed;
}

}  // namespace strata::cli
