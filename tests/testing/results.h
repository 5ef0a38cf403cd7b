// Results as text, so that a failed check shows the message:
// CHECK(Outcome(file->Sync()) == "ok"), CHECK(Outcome(db.Get(key)) == "corruption: bad checksum").

#pragma once

#include <string>

#include "base/result.h"

namespace strata::testing {

template <typename T>
std::string Outcome(const Result<T>& result) {
  if (result.has_value()) return "ok";
  return std::string(ErrorCodeName(result.error().code())) + ": " + result.error().message();
}

// "ok", or the name of the error's code.
template <typename T>
std::string CodeOf(const Result<T>& result) {
  return result.has_value() ? "ok" : std::string(ErrorCodeName(result.error().code()));
}

// The value of a result that must have succeeded; ends the test process otherwise.
template <typename T>
T Must(Result<T> result) {
  return std::move(result).value();
}

}  // namespace strata::testing
