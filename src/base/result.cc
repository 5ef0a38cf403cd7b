#include "base/result.h"

namespace strata {

std::string_view ErrorCodeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kCorruption:
      return "corruption";
    case ErrorCode::kInvalidArgument:
      return "invalid argument";
    case ErrorCode::kIo:
      return "i/o error";
    case ErrorCode::kNoSpace:
      return "no space";
    case ErrorCode::kNoDescriptors:
      return "no descriptors";
    case ErrorCode::kNotFound:
      return "not found";
    case ErrorCode::kBusy:
      return "busy";
    case ErrorCode::kReadOnly:
      return "read-only";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kConditionFailed:
      return "condition failed";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kDeadlock:
      return "deadlock";
    case ErrorCode::kTimedOut:
      return "timed out";
    case ErrorCode::kWouldWait:
      return "would wait";
    case ErrorCode::kAborted:
      return "aborted";
    case ErrorCode::kUnavailable:
      return "unavailable";
  }
  return "unknown";
}

}  // namespace strata
