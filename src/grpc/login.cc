#include "grpc/login.h"

#include "grpc/error_details.h"

namespace strata::grpc {
CallStatus StatusOf(const auth::Refusal& refusal) {
  switch (refusal.why) {
    case auth::Refusal::Why::kNobody:
    case auth::Refusal::Why::kWrong:
      return StatusOf(Code::kUnauthenticated, refusal.text, "UNAUTHENTICATED");
    case auth::Refusal::Why::kDenied:
      return StatusOf(Code::kPermissionDenied, refusal.text, "PERMISSION_DENIED");
    case auth::Refusal::Why::kBusy:
      return StatusOf(Code::kUnavailable, refusal.text, "BUSY");
    case auth::Refusal::Why::kFailed:
      return StatusOf(Code::kInternal, refusal.text, "IO");
  }
  return StatusOf(Code::kUnknown, refusal.text, "UNKNOWN");
}

}  // namespace strata::grpc
