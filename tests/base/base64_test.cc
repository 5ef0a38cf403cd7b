#include "base/base64.h"

#include <catch2/catch.hpp>

#include "testing/results.h"

namespace strata {
namespace {

using strata::testing::CodeOf;

TEST_CASE("base64 has the digits of RFC 4648", "[map-and-shell]") {
  CHECK(EncodeBase64("").empty());
  CHECK(EncodeBase64("f") == "Zg==");
  CHECK(EncodeBase64("fo") == "Zm8=");
  CHECK(EncodeBase64("foobar") == "Zm9vYmFy");
  CHECK(DecodeBase64("Zm8=").value() == "fo");
  CHECK(EncodeBase64Unpadded("fo") == "Zm8");
  CHECK(DecodeBase64Unpadded("Zm8").value() == "fo");
  for (const std::string_view bad : {"Zg", "Zg=", "====", "Z===", "Zm8!", "Zg==Zg==", "Y!=="}) {
    INFO(bad);
    CHECK(CodeOf(DecodeBase64(bad)) == "invalid argument");
  }
  for (const std::string_view bad : {"Z", "Zg==", "Zm8aa"}) {
    INFO(bad);
    CHECK(CodeOf(DecodeBase64Unpadded(bad)) == "invalid argument");
  }
}

TEST_CASE("bytes of any length come back from base64", "[map-and-shell]") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    REQUIRE(DecodeBase64(EncodeBase64(bytes.substr(0, size))).value() == bytes.substr(0, size));
  }
}

}  // namespace
}  // namespace strata
