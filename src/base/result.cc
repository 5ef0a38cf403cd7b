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

// Failures are out of line and cold, so that they take no room among the instructions of what
// succeeds.

Error::Error(ErrorCode code, std::string message)
    : rep_(std::make_unique<Rep>(Rep{code, std::move(message)}).release()) {}

Error::OwnedRep Error::CopyRep() const {
  return OwnedRep(std::make_unique<Rep>(*rep_).release());
}

void Error::DeleteRep::operator()(Rep* rep) const {
  const std::unique_ptr<Rep> owned(rep);
}

Error Error::WithContext(std::string_view context) && {
  rep_->message.insert(0, std::string(context) + ": ");
  return std::move(*this);
}

}  // namespace strata
