#include "client/retry.h"

#include <algorithm>

namespace strata::client {
namespace {

using grpc::Code;
using grpc::Fate;

// The server's own word, and yet no word on what it has done: the error may have come after it.
bool LeavesInDoubt(Code code) {
  switch (code) {
    case Code::kCancelled:
    case Code::kUnknown:
    case Code::kDeadlineExceeded:
    case Code::kInternal:
    case Code::kUnavailable:
    case Code::kDataLoss:
      return true;
    default:
      return false;
  }
}

}  // namespace

// An attempt that is in doubt stays so whatever a later one is told, unless that one is told what
// became of the write id. It may still be on its way to the server, and be carried out yet.
Verdict Judge(CallKind kind, const grpc::CallEnd& end, bool in_doubt) {
  if (end.fate == Fate::kAnswered && end.status.ok()) return {.outcome = Outcome::kDone};
  const bool untouched = end.fate == Fate::kUntouched;
  const bool answered = end.fate == Fate::kAnswered && !LeavesInDoubt(end.status.code);
  Verdict verdict;
  verdict.in_doubt = in_doubt || !(untouched || answered);
  verdict.outcome = verdict.in_doubt ? Outcome::kUnknown : Outcome::kFailed;
  const bool harmless = untouched || kind != CallKind::kOnce;
  verdict.again = end.status.code == Code::kUnavailable && harmless;
  return verdict;
}

std::uint64_t BackOff::Next(Random& random) {
  const std::uint64_t whole = next_us_;
  next_us_ = std::min(most_us_, next_us_ * 2);
  return random.Between(whole / 2, whole);
}

}  // namespace strata::client
