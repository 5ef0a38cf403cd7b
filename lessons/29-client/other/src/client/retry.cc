// Another right answer: what each end of an attempt means, as a table of three kinds.

#include "client/retry.h"

#include <algorithm>
#include <array>

namespace strata::client {
namespace {

enum class Knowledge : std::uint8_t { kWasDone, kWasNotDone, kNothing };

Knowledge WhatItSays(const grpc::CallEnd& end) {
  using grpc::Code;
  constexpr std::array kSayNothing = {Code::kCancelled,   Code::kUnknown,
                                      Code::kDataLoss,    Code::kInternal,
                                      Code::kUnavailable, Code::kDeadlineExceeded};
  if (end.fate == grpc::Fate::kUntouched) return Knowledge::kWasNotDone;
  if (end.fate == grpc::Fate::kInDoubt) return Knowledge::kNothing;
  if (end.status.ok()) return Knowledge::kWasDone;
  const bool nothing =
      std::find(kSayNothing.begin(), kSayNothing.end(), end.status.code) != kSayNothing.end();
  return nothing ? Knowledge::kNothing : Knowledge::kWasNotDone;
}

}  // namespace

Verdict Judge(CallKind kind, const grpc::CallEnd& end, bool in_doubt) {
  const Knowledge knowledge = WhatItSays(end);
  if (knowledge == Knowledge::kWasDone) return {Outcome::kDone, false, false};
  if (knowledge == Knowledge::kNothing) in_doubt = true;
  const bool temporary = end.status.code == grpc::Code::kUnavailable;
  const bool may_be_sent_twice = kind == CallKind::kRead || kind == CallKind::kWrite;
  return {in_doubt ? Outcome::kUnknown : Outcome::kFailed,
          temporary && (may_be_sent_twice || end.fate == grpc::Fate::kUntouched), in_doubt};
}

std::uint64_t BackOff::Next(Random& random) {
  const std::uint64_t half = next_us_ / 2;
  const std::uint64_t wait = half + random.Uniform(next_us_ - half + 1);
  next_us_ = next_us_ > most_us_ / 2 ? most_us_ : next_us_ * 2;
  return wait;
}

}  // namespace strata::client
