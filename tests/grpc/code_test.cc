// Codes, messages, timeouts and binary headers, as gRPC writes them.

#include "grpc/code.h"

#include <catch2/catch.hpp>

#include "base/random.h"
#include "grpc/error_details.h"

namespace strata::grpc {
namespace {

std::string RandomBytes(Random& random, std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(random.Uniform(256));
  return bytes;
}

TEST_CASE("messages are percent-encoded and come back", "[typed-api]") {
  CHECK(EncodeMessage("100 % of é\n") == "100 %25 of %C3%A9%0A");
  CHECK(DecodeMessage("100 %25 of %C3%A9%0A") == "100 % of é\n");
  CHECK(DecodeMessage("%zz %2") == "%zz %2");  // Whatever somebody sends.
  Random random(1);
  for (std::size_t size = 0; size < 64; ++size) {
    const std::string bytes = RandomBytes(random, size);
    CHECK(DecodeMessage(EncodeMessage(bytes)) == bytes);
  }
}

TEST_CASE("binary headers are base64 with padding or without", "[typed-api]") {
  CHECK(EncodeBinary("ab") == "YWI");
  CHECK(DecodeBinary("YWI") == "ab");
  CHECK(DecodeBinary("YWI=") == "ab");
  CHECK_FALSE(DecodeBinary("YWI*").has_value());
  CHECK_FALSE(DecodeBinary("YWIaa").has_value());
  Random random(2);
  for (std::size_t size = 0; size < 64; ++size) {
    const std::string bytes = RandomBytes(random, size);
    CHECK(DecodeBinary(EncodeBinary(bytes)) == bytes);
  }
}

TEST_CASE("content of gRPC is told from its neighbours", "[typed-api]") {
  for (const char* const ours :
       {"application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8"}) {
    CHECK(IsGrpc(ours));
  }
  for (const char* const other :
       {"", "application/grpcfoo", "application/grpc+json", "application/grpc-web", "text/html"}) {
    CHECK_FALSE(IsGrpc(other));
  }
}

TEST_CASE("timeouts have a unit and eight digits", "[typed-api]") {
  CHECK(ParseTimeout("100m") == 100'000);
  CHECK(ParseTimeout("1S") == 1'000'000);
  CHECK(ParseTimeout("2M") == 120'000'000);
  CHECK(ParseTimeout("1H") == 3'600'000'000);
  CHECK(ParseTimeout("1500n") == 1);
  for (const char* const none : {"", "m", "1", "1x", "-1m", "123456789m", "1 m", "0x1m"}) {
    CHECK_FALSE(ParseTimeout(none).has_value());
  }
  CHECK(TimeoutText(250'000) == "250000u");
  for (const std::uint64_t us : {1ULL, 99'999'999ULL, 100'000'000ULL, 86'400'000'000ULL}) {
    const auto read = ParseTimeout(TimeoutText(us));
    REQUIRE(read.has_value());
    CHECK(*read <= us);
    CHECK(us - *read <= us / 1000);
  }
}

TEST_CASE("each error of the store reaches the client as it was", "[typed-api]") {
  for (int i = 0; i <= static_cast<int>(ErrorCode::kAborted); ++i) {
    const Error error(static_cast<ErrorCode>(i), "what went wrong");
    const CallStatus status = StatusOf(error, {{"at", "7"}});
    CHECK_FALSE(status.ok());
    const strata::grpc::Told told = ErrorOf(status);
    CHECK(told.error.code() == error.code());
    CHECK(told.error.message() == error.message());
    CHECK(told.metadata.at("at") == "7");
  }
}

TEST_CASE("a status of another server is told by its code", "[typed-api]") {
  CHECK(ErrorOf({Code::kNotFound, "gone", ""}).error.code() == ErrorCode::kNotFound);
  CHECK(ErrorOf({Code::kUnavailable, "", "\xff garbage"}).error.message() == "UNAVAILABLE");
  CHECK(ErrorOf({Code::kUnavailable, "", ""}).reason.empty());
}

}  // namespace
}  // namespace strata::grpc
