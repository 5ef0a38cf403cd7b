#include "base/bitmap.h"

#include <catch2/catch.hpp>

#include <set>

#include "base/random.h"
#include "testing/hex.h"
#include "testing/results.h"

namespace strata {
namespace {

Bitmap Of(std::initializer_list<std::uint64_t> numbers) {
  Bitmap bitmap;
  for (const std::uint64_t i : numbers) bitmap.Add(i);
  return bitmap;
}

std::string Encoded(const Bitmap& bitmap) {
  std::string out;
  AppendBitmap(&out, bitmap);
  return out;
}

TEST_CASE("a bitmap counts and ranks as a set of numbers does", "[value-separation]") {
  Random random(3);
  for (int round = 0; round < 50; ++round) {
    std::set<std::uint64_t> model;
    Bitmap bitmap;
    const std::uint64_t span = 1 + random.Uniform(700);
    for (std::uint64_t i = random.Uniform(300); i > 0; --i) {
      const std::uint64_t number = random.Uniform(span);
      model.insert(number);
      bitmap.Add(number);
    }
    CHECK(bitmap.Count() == model.size());
    std::uint64_t rank = 0;
    for (std::uint64_t i = 0; i < span + 70; ++i) {
      REQUIRE(bitmap.Rank(i) == rank);
      REQUIRE(bitmap.Contains(i) == (model.count(i) != 0));
      const auto next = model.lower_bound(i);
      REQUIRE(bitmap.Next(i) == (next == model.end() ? bitmap.size() : *next));
      rank += model.count(i);
    }
    const std::string bytes = Encoded(bitmap);
    ByteReader in(bytes);
    CHECK((testing::Must(ReadBitmap(&in)) == bitmap));
    CHECK(in.empty());
  }
}

TEST_CASE("a bitmap of one run takes a few bytes, a random one a bit a number",
          "[value-separation]") {
  CHECK(testing::Hex(Encoded(Bitmap::All(1000))) == "e8 07 00 00 e8 07");
  CHECK(testing::Hex(Encoded(Of({}))) == "00 00");
  CHECK(testing::Hex(Encoded(Of({0, 2, 4, 6, 8, 10}))) == "0b 01 55 05");
}

TEST_CASE("bitmaps join, and one can be inside another", "[value-separation]") {
  Bitmap joined = Of({1, 200});
  joined.AddAll(Of({3, 70}));
  CHECK(joined == Of({1, 3, 70, 200}));
  CHECK(joined.ContainsAll(Of({3, 200})));
  CHECK(!joined.ContainsAll(Of({3, 201})));
  CHECK(joined.ContainsAll(Bitmap()));
}

TEST_CASE("bytes that are no bitmap are refused", "[value-separation]") {
  using namespace std::string_literals;
  const std::string cases[] = {"",
                               "\x05"s,
                               "\x05\x02"s,
                               "\x03\x00\x01"s,
                               "\x03\0\1\3"s,
                               "\x03\0\0\2\0\1"s,
                               "\x03\x00\x00\x02\x01"s,
                               "\x03\x01\x0f"s,
                               "\xff\xff\xff\xff\x0f\x00\x00"s};
  for (const std::string& bytes : cases) {
    ByteReader in(bytes);
    CHECK(!ReadBitmap(&in));
  }
}

}  // namespace
}  // namespace strata
