// Our errors as gRPC's rich ones (google.rpc.Status with an ErrorInfo), so that a client of any
// language knows which it is, and ours gets it back as it was.
//
// Thread safety: functions of their arguments.

#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "grpc/code.h"

namespace strata::grpc {

// `metadata`: what else a program may want to know of it.
CallStatus StatusOf(const Error& error, const std::map<std::string, std::string>& metadata = {});
// As `code`, for what is no error of the store.
CallStatus StatusOf(Code code, std::string message, std::string_view reason,
                    const std::map<std::string, std::string>& metadata = {});

// What a client is told. The error of the store, if it is one; otherwise that which comes nearest.
// REQUIRES: !status.ok().
struct Told {
  Error error;
  std::string reason;  // "CONFLICT"; empty: none was sent.
  std::map<std::string, std::string> metadata;
};
Told ErrorOf(const CallStatus& status);

// "CONFLICT", of ErrorInfo::reason.
std::string ReasonOf(ErrorCode code);

}  // namespace strata::grpc
