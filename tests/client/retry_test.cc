// The three outcomes, as a table: what an attempt ended with, and what that means.

#include "client/retry.h"

#include <catch2/catch.hpp>

#include <set>

namespace strata::client {
namespace {

using grpc::Code;
using grpc::Fate;

// "failed again", "unknown".
std::string Judged(CallKind kind, Fate fate, Code code, bool in_doubt = false) {
  const Verdict verdict = Judge(kind, {{code, "", ""}, fate}, in_doubt);
  static constexpr const char* kNames[] = {"done", "failed", "unknown"};
  return kNames[static_cast<int>(verdict.outcome)] + std::string(verdict.again ? " again" : "");
}

TEST_CASE("an answer is the end", "[client][client.1]") {
  for (const CallKind kind : {CallKind::kRead, CallKind::kWrite, CallKind::kOnce}) {
    CHECK(Judged(kind, Fate::kAnswered, Code::kOk) == "done");
    CHECK(Judged(kind, Fate::kAnswered, Code::kOk, /*in_doubt=*/true) == "done");
    CHECK(Judged(kind, Fate::kAnswered, Code::kInvalidArgument) == "failed");
    CHECK(Judged(kind, Fate::kAnswered, Code::kNotFound) == "failed");
    CHECK(Judged(kind, Fate::kAnswered, Code::kAborted) == "failed");
    CHECK(Judged(kind, Fate::kAnswered, Code::kResourceExhausted) == "failed");
  }
}

TEST_CASE("some answers don't say what was done", "[client][client.1]") {
  for (const Code code : {Code::kInternal, Code::kDataLoss, Code::kDeadlineExceeded,
                          Code::kCancelled, Code::kUnknown}) {
    CHECK(Judged(CallKind::kWrite, Fate::kAnswered, code) == "unknown");
  }
  CHECK(Judged(CallKind::kWrite, Fate::kAnswered, Code::kUnavailable) == "unknown again");
  CHECK(Judged(CallKind::kOnce, Fate::kAnswered, Code::kUnavailable) == "unknown");
}

TEST_CASE("what was never sent has failed, and may be tried again", "[client][client.1]") {
  for (const CallKind kind : {CallKind::kRead, CallKind::kWrite, CallKind::kOnce}) {
    CHECK(Judged(kind, Fate::kUntouched, Code::kUnavailable) == "failed again");
  }
}

TEST_CASE("silence is tried again where that does no harm", "[client][client.1]") {
  CHECK(Judged(CallKind::kRead, Fate::kInDoubt, Code::kUnavailable) == "unknown again");
  CHECK(Judged(CallKind::kWrite, Fate::kInDoubt, Code::kUnavailable) == "unknown again");
  CHECK(Judged(CallKind::kOnce, Fate::kInDoubt, Code::kUnavailable) == "unknown");
}

TEST_CASE("a doubt stays until the server knows the write again", "[client][client.1]") {
  CHECK(Judged(CallKind::kWrite, Fate::kUntouched, Code::kUnavailable, true) == "unknown again");
  CHECK(Judged(CallKind::kWrite, Fate::kAnswered, Code::kResourceExhausted, true) == "unknown");
  CHECK(Judged(CallKind::kWrite, Fate::kAnswered, Code::kOk, true) == "done");
}

TEST_CASE("waits double up to the most, and differ", "[client]") {
  Random random(1);
  std::set<std::uint64_t> seen;
  for (int round = 0; round < 100; ++round) {
    BackOff backoff(10'000, 60'000);
    for (const std::uint64_t whole : {10'000, 20'000, 40'000, 60'000, 60'000}) {
      const std::uint64_t wait = backoff.Next(random);
      CHECK(wait >= whole / 2);
      CHECK(wait <= whole);
      seen.insert(wait);
    }
  }
  CHECK(seen.size() > 400);
}

}  // namespace
}  // namespace strata::client
