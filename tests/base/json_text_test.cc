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
  CHECK(IsUtf8("\xc3\xa9"));
  CHECK_FALSE(IsUtf8("\xff"));
}

TEST_CASE("base64 comes back, and has one form", "[observability]") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    std::string decoded;
    REQUIRE(DecodeBase64(EncodeBase64(bytes.substr(0, size)), &decoded));
    REQUIRE(decoded == bytes.substr(0, size));
  }
  CHECK(EncodeBase64("a") == "YQ==");
  for (const char* bad : {"YQ", "YQ=", "YR==", "Y===", "YQ==YQ==", "Y!==", "===="}) {
    CAPTURE(bad);
    std::string decoded;
    CHECK_FALSE(DecodeBase64(bad, &decoded));
  }
}

}  // namespace
}  // namespace strata
