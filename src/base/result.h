// Result, Status, Error and the two STRATA_TRY macros, under the name the modules use, with the
// helpers that build errors.

#pragma once

#include <string>
#include <string_view>

#include "strata/status.h"

namespace strata {

inline Error Corruption(std::string message) {
  return Error(ErrorCode::kCorruption, std::move(message));
}
inline Error InvalidArgument(std::string message) {
  return Error(ErrorCode::kInvalidArgument, std::move(message));
}

// Nothing was done, for want of room on the disk or of file descriptors: it may be tried again.
inline bool MayPass(const Error& error) {
  return error.code() == ErrorCode::kNoSpace || error.code() == ErrorCode::kNoDescriptors;
}

// Adds context to a failure and passes success through:
// `return Annotate(file.Sync(), "syncing 000007.wal");`
template <typename T>
Result<T> Annotate(Result<T> result, std::string_view context) {
  if (result.has_value()) return result;
  return std::move(result).error().WithContext(context);
}

}  // namespace strata
