#include "grpc/error_details.h"

#include <optional>

#include "strata/v1/error.pb.h"

namespace strata::grpc {
namespace {

constexpr std::string_view kInfoType = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr std::string_view kDomain = "strata";

std::optional<ErrorCode> CodeWithReason(std::string_view reason) {
  for (int i = 0; i <= static_cast<int>(ErrorCode::kUnavailable); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    if (ReasonOf(code) == reason) return code;
  }
  return std::nullopt;
}

// What a status without a reason of ours comes nearest to.
ErrorCode Nearest(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
    case Code::kOutOfRange:
      return ErrorCode::kInvalidArgument;
    case Code::kDeadlineExceeded:
    case Code::kUnavailable:
      return ErrorCode::kUnavailable;
    case Code::kNotFound:
      return ErrorCode::kNotFound;
    case Code::kFailedPrecondition:
      return ErrorCode::kConditionFailed;
    case Code::kAborted:
      return ErrorCode::kConflict;
    case Code::kUnimplemented:
      return ErrorCode::kUnsupported;
    case Code::kDataLoss:
      return ErrorCode::kCorruption;
    case Code::kCancelled:
      return ErrorCode::kAborted;
    default:
      return ErrorCode::kIo;
  }
}

}  // namespace

std::string ReasonOf(ErrorCode code) {
  std::string reason;
  for (const char c : ErrorCodeName(code)) {
    reason += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : '_';
  }
  return reason;
}

CallStatus StatusOf(const Error& error, const std::map<std::string, std::string>& metadata) {
  return StatusOf(CodeOf(error.code()), error.message(), ReasonOf(error.code()), metadata);
}

CallStatus StatusOf(Code code, std::string message, std::string_view reason,
                    const std::map<std::string, std::string>& metadata) {
  v1::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(std::string(kDomain));
  info.mutable_metadata()->insert(metadata.begin(), metadata.end());
  v1::RichStatus rich;
  rich.set_code(static_cast<int>(code));
  rich.set_message(message);
  auto* const detail = rich.add_details();
  detail->set_type_url(std::string(kInfoType));
  detail->set_value(info.SerializeAsString());
  return {code, std::move(message), rich.SerializeAsString()};
}

Told ErrorOf(const CallStatus& status) {
  Told told{Error(Nearest(status.code),
                  status.message.empty() ? std::string(NameOf(status.code)) : status.message),
            {},
            {}};
  v1::RichStatus rich;
  if (!rich.ParseFromString(status.details)) return told;
  for (const v1::Detail& detail : rich.details()) {
    v1::ErrorInfo info;
    if (detail.type_url() != kInfoType || !info.ParseFromString(detail.value())) continue;
    if (info.domain() != kDomain) continue;
    told.reason = info.reason();
    told.metadata = {info.metadata().begin(), info.metadata().end()};
    if (const auto code = CodeWithReason(told.reason)) told.error = Error(*code, status.message);
  }
  return told;
}

}  // namespace strata::grpc
