#include "keys/decimal.h"

#include <catch2/catch.hpp>

#include <limits>

#include "base/random.h"

namespace strata::keys {
namespace {

// The number in decimal, or "none".
std::string Whole(std::string_view text) {
  const auto number = WholeNumber(text);
  return number ? ElementText({*number}) : "none";
}

std::string Json(const Element& element) {
  return ElementText(AsJsonNumber(element));
}

TEST_CASE("a whole number is the same in all its spellings", "[structured-keys]") {
  for (const char* const hundred :
       {"100", "100.0", "1e2", "1E2", "1E+2", "1e+02", "1.00e2", "1000e-1", "0.1e3", "0100"}) {
    CAPTURE(hundred);
    CHECK(Whole(hundred) == "100");
  }
  CHECK(Whole("-1.50e1") == "-15");
  for (const char* const zero : {"0", "-0", "0.0", "-0.000", "0e5", "0e-99999999999999999999"}) {
    CAPTURE(zero);
    CHECK(Whole(zero) == "0");
  }
  for (const char* const other : {"1.5", "1e-1", "1.50", "", "-", "1.", ".5", "1e", "1e+", "+1",
                                  " 1", "1 ", "0x10", "inf", "nan", "1e1.5", "1e-99999999999"}) {
    CAPTURE(other);
    CHECK(Whole(other) == "none");
  }
}

TEST_CASE("integers keep all their digits, and are refused when they are too long",
          "[structured-keys]") {
  CHECK(Whole("9223372036854775807") == "9223372036854775807");
  CHECK(Whole("-9223372036854775808") == "-9223372036854775808");
  CHECK(Whole("18446744073709551615") == "0xffffffffffffffff");
  CHECK(Whole("18446744073709551616") == "0x010000000000000000");
  CHECK(Whole("18446744073709551617") == "0x010000000000000001");
  CHECK(Whole("-18446744073709551617.0") == "-0x010000000000000001");
  CHECK(Whole("1e25") == Whole("10000000000000000000000000"));
  CHECK(Whole("9007199254740993") == "9007199254740993");  // No double is this number.

  // 256^255 is the first that doesn't fit.
  std::string digits(614, '9');
  CHECK(WholeNumber(digits)->magnitude().size() == Integer::kMagnitudeSizeMax);
  CHECK(Whole("1e614") != "none");
  CHECK(Whole("9e614") == "none");
  CHECK(Whole("1e615") == "none");
  CHECK(Whole("1e400000000000000000000") == "none");
  CHECK(Whole(digits + "99") == "none");
}

TEST_CASE("what is written in hexadecimal is what was read in decimal", "[structured-keys]") {
  Random random(7);
  for (int round = 0; round < 2000; ++round) {
    const std::uint64_t value = random.Next() >> random.Uniform(64);
    CHECK(*WholeNumber(std::to_string(value)) == Integer::OfUnsigned(value));
    CHECK(*WholeNumber("-" + std::to_string(value) + ".00") ==
          Integer::OfMagnitude(true, Integer::OfUnsigned(value).magnitude()));
  }
}

TEST_CASE("in JSON a number has no type", "[structured-keys]") {
  CHECK(Json({1.0}) == "1");
  CHECK(Json({1.0F}) == "1");
  CHECK(Json({-0.0}) == "0");
  CHECK(Json({1e2}) == "100");
  CHECK(Json({1e25}) == Whole("1e25"));
  CHECK(Json({0.1F}) == "0.1");
  CHECK(Json({1.5}) == "1.5");
  CHECK(Json({1e300}) == Whole("1e300"));
  CHECK(Json({std::numeric_limits<double>::infinity()}) == "inf");
  CHECK(Json({std::numeric_limits<double>::quiet_NaN()}) == "nan");
  CHECK(Json(ElementOf("1.0")) == "\"1.0\"");
  CHECK(Json(ElementOf(nullptr)) == "null");
}

}  // namespace
}  // namespace strata::keys
