// gRPC's status codes, and what stands beside them in headers: messages, timeouts.
//
// Thread safety: functions of their arguments.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace strata::grpc {

enum class Code : std::uint8_t {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

// How a call ended.
struct CallStatus {
  Code code = Code::kOk;
  std::string message;
  std::string details;  // The trailer grpc-status-details-bin, decoded: see error_details.h.

  bool ok() const { return code == Code::kOk; }
};

// "NOT_FOUND".
std::string_view NameOf(Code code);
// What a client of any language makes of one of our errors.
Code CodeOf(ErrorCode code);

// grpc-message is percent-encoded: what isn't printable ASCII, and '%'.
std::string EncodeMessage(std::string_view text);
std::string DecodeMessage(std::string_view encoded);

// grpc-timeout: "100m" is 100 ms. Microseconds; nothing: it is none.
std::optional<std::uint64_t> ParseTimeout(std::string_view text);
std::string TimeoutText(std::uint64_t timeout_us);

// A content type of gRPC whose messages are protobuf's, as all clients have them unless told
// otherwise.
bool IsGrpc(std::string_view content_type);

// Binary headers (-bin) are base64; gRPC sends no padding, and takes it. Nothing: it is none.
std::string EncodeBinary(std::string_view bytes);
std::optional<std::string> DecodeBinary(std::string_view text);

}  // namespace strata::grpc
