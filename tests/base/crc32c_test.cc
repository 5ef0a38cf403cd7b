#include "base/crc32c.h"

#include <catch2/catch.hpp>

#include <string>

#include "base/random.h"

namespace strata {
namespace {

// The vectors of RFC 3720, B.4, and the check value of the CRC catalogues.
TEST_CASE("known bytes have these checksums", "[write-ahead-log]") {
  CHECK(Crc32c("") == 0);
  CHECK(Crc32c("123456789") == 0xe3069283);
  CHECK(Crc32c(std::string(32, '\0')) == 0x8a9136aa);
  CHECK(Crc32c(std::string(32, '\xff')) == 0x62a8ab43);
  std::string up;
  for (char byte = 0; byte < 32; ++byte) up += byte;
  CHECK(Crc32c(up) == 0x46dd794e);
  CHECK(Crc32c(std::string(up.rbegin(), up.rend())) == 0x113fdb5c);
}

TEST_CASE("tables and instructions agree at every length and alignment", "[write-ahead-log]") {
  Random random(1);
  const std::string bytes = random.Bytes(8000);
  const auto check = [&](std::size_t start, std::size_t length) {
    const auto view = std::string_view(bytes).substr(start, length);
    const auto before = static_cast<std::uint32_t>(random.Next());
    REQUIRE(ExtendCrc32c(before, view) == internal::ExtendCrc32cByTable(before, view));
  };
  for (std::size_t length = 0; length < 1000; ++length) check(length % 9, length);
  for (std::size_t length = 3000; length < 7000; length += 61) check(length % 9, length);
}

TEST_CASE("a checksum can be taken in parts", "[write-ahead-log]") {
  Random random(2);
  const std::string bytes = random.Bytes(4000);
  for (std::size_t cut = 0; cut <= bytes.size(); cut += 41) {
    const auto first = std::string_view(bytes).substr(0, cut);
    const auto second = std::string_view(bytes).substr(cut);
    REQUIRE(ExtendCrc32c(Crc32c(first), second) == Crc32c(bytes));
  }
}

TEST_CASE("any changed bit changes the checksum", "[write-ahead-log]") {
  std::string bytes = Random(3).Bytes(600);
  const std::uint32_t right = Crc32c(bytes);
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    REQUIRE(Crc32c(bytes) != right);
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
  }
}

}  // namespace
}  // namespace strata
