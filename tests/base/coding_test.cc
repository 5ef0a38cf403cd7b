#include "base/coding.h"

#include <catch2/catch.hpp>

#include <vector>

#include "base/random.h"

namespace strata {
namespace {

using std::string_literals::operator""s;

std::string Varint(std::uint64_t value) {
  std::string out;
  AppendVarint64(&out, value);
  return out;
}

TEST_CASE("integers have these bytes", "[map-and-shell]") {
  std::string out;
  AppendFixed16(&out, 0x0102);
  AppendFixed32(&out, 0x01020304);
  AppendFixed64(&out, 0x0102030405060708);
  CHECK(out == "\x02\x01\x04\x03\x02\x01\x08\x07\x06\x05\x04\x03\x02\x01"s);

  CHECK(Varint(0) == "\0"s);
  CHECK(Varint(1) == "\x01"s);
  CHECK(Varint(127) == "\x7f"s);
  CHECK(Varint(128) == "\x80\x01"s);
  CHECK(Varint(300) == "\xac\x02"s);
  CHECK(Varint(UINT64_MAX) == "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s);

  out.clear();
  AppendLengthPrefixed(&out, "key");
  CHECK(out == "\x03key"s);
}

TEST_CASE("a varint comes back at every border of its length", "[map-and-shell]") {
  std::vector<std::uint64_t> values = {0, UINT64_MAX};
  for (int bit = 0; bit < 64; ++bit) {
    const std::uint64_t power = std::uint64_t{1} << bit;
    values.insert(values.end(), {power - 1, power, power + 1});
  }
  for (const std::uint64_t value : values) {
    CAPTURE(value);
    const std::string bytes = Varint(value);
    CHECK(bytes.size() == Varint64Size(value));
    ByteReader reader(bytes);
    CHECK(reader.ReadVarint64() == value);
    CHECK(reader.empty());
  }
}

TEST_CASE("a varint that is cut short isn't one", "[map-and-shell]") {
  const std::string bytes = Varint(UINT64_MAX);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    CAPTURE(cut);
    ByteReader reader(std::string_view(bytes).substr(0, cut));
    CHECK_FALSE(reader.ReadVarint64());
    CHECK(reader.offset() == 0);
  }
}

TEST_CASE("a varint of more than 64 bits isn't one", "[map-and-shell]") {
  const std::string nine(9, '\xff');
  CHECK_FALSE(ByteReader(nine + "\x02").ReadVarint64());
  CHECK_FALSE(ByteReader(nine + "\x7f").ReadVarint64());
  CHECK_FALSE(ByteReader(nine + "\x81\x01").ReadVarint64());
  CHECK_FALSE(ByteReader(std::string(20, '\x80')).ReadVarint64());
}

TEST_CASE("a reader takes what was appended, in order", "[map-and-shell]") {
  std::string bytes;
  AppendFixed32(&bytes, 7);
  AppendVarint64(&bytes, 1000);
  AppendLengthPrefixed(&bytes, "");
  AppendLengthPrefixed(&bytes, "value");
  bytes += "rest";

  ByteReader reader(bytes);
  CHECK(reader.ReadFixed<std::uint32_t>() == 7U);
  CHECK(reader.offset() == 4);
  CHECK(reader.ReadVarint64() == 1000U);
  CHECK(reader.ReadLengthPrefixed() == "");
  CHECK(reader.ReadLengthPrefixed() == "value");
  CHECK(reader.rest() == "rest");
  CHECK(reader.ReadBytes(4) == "rest");
  CHECK(reader.empty());
}

TEST_CASE("a failed read leaves the reader where it was", "[map-and-shell]") {
  ByteReader reader(
      "\x05"
      "abc");
  CHECK_FALSE(reader.ReadFixed<std::uint64_t>());
  CHECK_FALSE(reader.ReadBytes(5));
  CHECK_FALSE(reader.ReadBytes(UINT64_MAX));
  CHECK_FALSE(reader.ReadLengthPrefixed());
  CHECK(reader.offset() == 0);
  CHECK(reader.rest().size() == 4);

  std::string huge = Varint(UINT64_MAX);
  CHECK_FALSE(ByteReader(huge + "abc").ReadLengthPrefixed());
}

TEST_CASE("random bytes never take a reader past their end", "[map-and-shell]") {
  Random random(3);
  for (int i = 0; i < 20'000; ++i) {
    const std::string bytes = random.Bytes(random.Uniform(24));
    ByteReader reader(bytes);
    while (reader.ReadLengthPrefixed() || reader.ReadVarint64() || reader.ReadBytes(1)) {
    }
    REQUIRE(reader.offset() == bytes.size());
  }
}

}  // namespace
}  // namespace strata
