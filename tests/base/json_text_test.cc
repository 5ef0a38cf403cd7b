#include "base/json_text.h"

#include <catch2/catch.hpp>

#include <limits>

namespace strata {
namespace {

TEST_CASE("commas stand between members and elements", "[observability]") {
  std::string out;
  JsonText json(&out);
  json.BeginObject().Add("a", 1).Name("b").BeginArray().Number(1).String("x").BeginObject();
  json.EndObject().BeginArray().EndArray().EndArray().AddBool("c", true).AddReal("d", 0.5);
  json.AddReal("e", std::numeric_limits<double>::quiet_NaN()).AddText("f", "\"\n\\").EndObject();
  CHECK(out == R"({"a":1,"b":[1,"x",{},[]],"c":true,"d":0.5,"e":null,"f":"\"\u000a\\"})");
}

TEST_CASE("bytes that are no UTF-8 become characters of their own", "[observability]") {
  std::string out;
  AppendJsonString(&out, "\xc3\xa9 \xff \x01 \xed\xa0\x80");
  CHECK(out == "\"\xc3\xa9 \\u00ff \\u0001 \\u00ed\\u00a0\\u0080\"");
}

}  // namespace
}  // namespace strata
