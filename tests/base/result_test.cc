#include "base/result.h"

#include <catch2/catch.hpp>

#include <memory>

namespace strata {
namespace {

Result<int> Half(int value) {
  if (value % 2 != 0) return InvalidArgument(std::to_string(value) + " is odd");
  return value / 2;
}

Result<int> Quarter(int value) {
  STRATA_TRY_ASSIGN(const int half, Half(value));
  STRATA_TRY_ASSIGN(const int quarter, Half(half));
  return quarter;
}

Status Check(int value) {
  STRATA_TRY(Quarter(value));
  return {};
}

TEST_CASE("a result holds a value or an error", "[map-and-shell]") {
  CHECK(*Half(4) == 2);
  CHECK(Half(4).has_value());
  CHECK_FALSE(Half(3));
  CHECK(Half(3).error().code() == ErrorCode::kInvalidArgument);
  CHECK(Half(3).error().message() == "3 is odd");
}

TEST_CASE("the first failure of a chain is what the caller gets", "[map-and-shell]") {
  CHECK(*Quarter(8) == 2);
  CHECK(Quarter(6).error().message() == "3 is odd");
  CHECK(Check(8));
  CHECK(Check(7).error().message() == "7 is odd");
}

TEST_CASE("context is added outermost first and only to failures", "[map-and-shell]") {
  CHECK(*Annotate(Half(4), "halving") == 2);
  const auto failed = Annotate(Annotate(Half(3), "halving"), "opening db");
  CHECK(failed.error().message() == "opening db: halving: 3 is odd");
  CHECK(failed.error().code() == ErrorCode::kInvalidArgument);
}

TEST_CASE("a result moves what can't be copied", "[map-and-shell]") {
  Result<std::unique_ptr<int>> made = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = *std::move(made);
  CHECK(*taken == 7);
}

TEST_CASE("a status is one pointer and copies its error", "[map-and-shell]") {
  STATIC_REQUIRE(sizeof(Status) == sizeof(void*));
  Status first = Corruption("bad checksum");
  const Status second = first;  // NOLINT(performance-unnecessary-copy-initialization)
  first = Status();
  CHECK(first);
  CHECK(second.error().message() == "bad checksum");
}

TEST_CASE("every error code has a name for people", "[map-and-shell]") {
  for (int code = 0; code <= static_cast<int>(ErrorCode::kAborted); ++code) {
    CHECK(ErrorCodeName(static_cast<ErrorCode>(code)) != "unknown");
  }
}

}  // namespace
}  // namespace strata
