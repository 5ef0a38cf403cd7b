#include "grpc/call_work.h"

#include "base/check.h"
#include "grpc/error_details.h"
#include "grpc/framing.h"
#include "grpc/login.h"

namespace strata::grpc {

bool CallWork::IsTooLate() {
  if (place_.deadline_us == 0 || clock_.NowMicros() < place_.deadline_us) return false;
  status = StatusOf(Code::kDeadlineExceeded, "the deadline passed before the call was begun",
                    "DEADLINE_EXCEEDED");
  return true;
}

void UnaryWork::Run(server::Keyspace& keyspace) {
  out.clear();
  if (IsTooLate()) return;
  reply_.clear();
  const bool done = Perform(method_, {request_, keyspace, true, &reply_, &caller_}, &status);
  STRATA_CHECK(done);
  if (status.ok()) AppendMessage(&out, reply_);
}

void UnaryWork::OnCommitted(std::uint64_t version) {
  if (method_.add_version == nullptr || !status.ok()) return;
  method_.add_version(version, &reply_);
  out.clear();
  AppendMessage(&out, reply_);
}

void StreamWork::Run(server::Keyspace& keyspace) {
  if (IsTooLate()) {
    pulled = Stream::Pulled::kEnd;
    return;
  }
  pulled = messages->Pull(keyspace, kStreamBytes, &out, &status);
}

namespace {

// The executor: it takes nothing but what was allowed.
Status CarryOut(const Method& method, const auth::Authorized<Call*>& allowed) {
  return method.function(**allowed);
}

}  // namespace

bool Perform(const Method& method, Call call, CallStatus* status) {
  auth::Authority& authority = *call.caller->authority;
  auth::Needs needs;
  auth::Refusal refusal;
  if (authority.on()) {
    if (const Status listed = method.access.ListTo(call.request, &needs); !listed) {
      *status = StatusOf(listed.error());
      return true;
    }
  }
  const auto allowed = authority.Authorize(&call.caller->seat, method.path, needs, &call, &refusal);
  if (!allowed) {
    *status = StatusOf(refusal);
    return true;
  }
  const Status done = CarryOut(method, *allowed);
  if (!done && done.error().code() == ErrorCode::kWouldWait) return false;
  *status = call.refusal ? *std::move(call.refusal) : done ? CallStatus() : StatusOf(done.error());
  return true;
}

}  // namespace strata::grpc
