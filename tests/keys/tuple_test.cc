#include "strata/keys/tuple.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <compare>
#include <limits>

#include "base/random.h"
#include "testing/hex.h"
#include "testing/results.h"

namespace strata::keys {
namespace {

using testing::Hex;
using testing::Must;
using testing::Outcome;

// --- the order, by the meaning of the values and not by their bytes ------------------------------

int Sign(std::strong_ordering order) {
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

int CompareTuples(const Tuple& a, const Tuple& b);

int CompareMagnitudes(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  const int order = a.compare(b);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

int CompareIntegers(const Integer& a, const Integer& b) {
  if (a.negative() != b.negative()) return a.negative() ? -1 : 1;
  const int order = CompareMagnitudes(a.magnitude(), b.magnitude());
  return a.negative() ? -order : order;
}

// The variant lists the types in another order than they sort in.
int Rank(const Element& element) {
  constexpr int kRanks[] = {0, 1, 2, 3, 4, 5, 6, 7, 9, 10};
  if (const bool* const truth = std::get_if<bool>(&element.value)) return *truth ? 8 : 7;
  return kRanks[element.value.index()];
}

int CompareElements(const Element& a, const Element& b) {
  if (Rank(a) != Rank(b)) return Rank(a) < Rank(b) ? -1 : 1;
  return std::visit(
      [&](const auto& left) -> int {
        using T = std::decay_t<decltype(left)>;
        const T& right = std::get<T>(b.value);
        if constexpr (std::is_same_v<T, Tuple>) return CompareTuples(left, right);
        if constexpr (std::is_same_v<T, Integer>) return CompareIntegers(left, right);
        if constexpr (std::is_floating_point_v<T>) return Sign(std::strong_order(left, right));
        if constexpr (std::is_same_v<T, Bytes>) return Sign(left.bytes <=> right.bytes);
        if constexpr (std::is_same_v<T, Text>) return Sign(left.utf8 <=> right.utf8);
        if constexpr (std::is_same_v<T, Uuid> || std::is_same_v<T, Versionstamp>) {
          return Sign(left.bytes <=> right.bytes);
        }
        return 0;
      },
      a.value);
}

int CompareTuples(const Tuple& a, const Tuple& b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (const int order = CompareElements(a[i], b[i]); order != 0) return order;
  }
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

// --- random tuples of few values, so that many have much in common -------------------------------

std::string DrawBytes(Random& random) {
  std::string bytes;
  for (std::uint64_t left = random.Uniform(4); left > 0; --left) {
    bytes.push_back("\x00\x01\x61\xfe\xff"[random.Uniform(5)]);
  }
  return bytes;
}

Integer DrawInteger(Random& random) {
  const std::size_t size = random.OneIn(20) ? random.Between(9, 255) : random.Uniform(12);
  std::string magnitude = random.Bytes(size);
  if (random.OneIn(3)) magnitude.assign(size, '\xff');
  return Integer::OfMagnitude(random.OneIn(2), magnitude);
}

double DrawDouble(Random& random) {
  constexpr double kEdges[] = {0.0,
                               -0.0,
                               1.5,
                               -1.5,
                               std::numeric_limits<double>::infinity(),
                               -std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::denorm_min(),
                               std::numeric_limits<double>::quiet_NaN()};
  if (random.OneIn(2)) return kEdges[random.Uniform(std::size(kEdges))];
  return (random.NextDouble() - 0.5) * 1e6;
}

Tuple DrawTuple(Random& random, int depth);

Element DrawElement(Random& random, int depth) {
  switch (random.Uniform(depth < 3 ? 10 : 9)) {
    case 0:
      return ElementOf(nullptr);
    case 1:
      return {Bytes{DrawBytes(random)}};
    case 2:
      return {Text{DrawBytes(random)}};
    case 3:
      return {DrawInteger(random)};
    case 4:
      return ElementOf(static_cast<std::int64_t>(random.Next() >> random.Uniform(64)) *
                       (random.OneIn(2) ? 1 : -1));
    case 5:
      return {static_cast<float>(DrawDouble(random))};
    case 6:
      return {DrawDouble(random)};
    case 7:
      return {random.OneIn(2)};
    case 8: {
      if (random.OneIn(2)) return {Uuid{{static_cast<std::uint8_t>(random.Uniform(3))}}};
      return {Versionstamp{{static_cast<std::uint8_t>(random.Uniform(3))}}};
    }
    default:
      return {DrawTuple(random, depth + 1)};
  }
}

Tuple DrawTuple(Random& random, int depth) {
  Tuple tuple;
  for (std::uint64_t left = random.Uniform(4); left > 0; --left) {
    tuple.push_back(DrawElement(random, depth));
  }
  return tuple;
}

std::string PackedHex(const Tuple& tuple) {
  return Hex(Pack(tuple));
}

TEST_CASE("tuples have the bytes that the published rules give", "[structured-keys]") {
  CHECK(PackedHex(TupleOf(nullptr)) == "00");
  CHECK(PackedHex(TupleOf(Bytes{std::string("foo\0bar", 7)})) == "01 66 6f 6f 00 ff 62 61 72 00");
  CHECK(PackedHex(TupleOf(std::string("F\xc3\x94O\0bar", 8))) ==
        "02 46 c3 94 4f 00 ff 62 61 72 00");
  CHECK(PackedHex(TupleOf(TupleOf(Bytes{std::string("foo\0bar", 7)}, nullptr, Tuple{}))) ==
        "05 01 66 6f 6f 00 ff 62 61 72 00 00 ff 05 00 00");
  CHECK(PackedHex(TupleOf(0)) == "14");
  CHECK(PackedHex(TupleOf(1, 255, 256)) == "15 01 15 ff 16 01 00");
  CHECK(PackedHex(TupleOf(-1, -255, -256)) == "13 fe 13 00 12 fe ff");
  CHECK(PackedHex(TupleOf(-5551212)) == "11 ab 4b 93");
  CHECK(PackedHex(TupleOf(std::numeric_limits<std::int64_t>::min())) ==
        "0c 7f ff ff ff ff ff ff ff");
  CHECK(PackedHex(TupleOf(~std::uint64_t{0})) == "1c ff ff ff ff ff ff ff ff");
  const std::string nine = std::string(1, '\1') + std::string(8, '\0');
  CHECK(PackedHex(TupleOf(Integer::OfMagnitude(false, nine))) ==
        "1d 09 01 00 00 00 00 00 00 00 00");
  CHECK(PackedHex(TupleOf(Integer::OfMagnitude(true, nine))) == "0b f6 fe ff ff ff ff ff ff ff ff");
  CHECK(PackedHex(TupleOf(-42.0f)) == "20 3d d7 ff ff");
  CHECK(PackedHex(TupleOf(1.0, -1.0)) == "21 bf f0 00 00 00 00 00 00 21 40 0f ff ff ff ff\nff ff");
  CHECK(PackedHex(TupleOf(false, true)) == "26 27");
  CHECK(PackedHex(TupleOf(Uuid{{1, 2}})) == "30 01 02 00 00 00 00 00 00 00 00 00 00 00 00 00\n00");
  CHECK(PackedHex(TupleOf(Versionstamp{{9}})) == "33 09 00 00 00 00 00 00 00 00 00 00 00");
}

TEST_CASE("packed tuples sort as their values do", "[structured-keys]") {
  Random random(18);
  std::vector<Tuple> tuples;
  for (int i = 0; i < 400; ++i) tuples.push_back(DrawTuple(random, 0));
  std::vector<std::string> packed;
  for (const Tuple& tuple : tuples) packed.push_back(Pack(tuple));
  for (std::size_t i = 0; i < tuples.size(); ++i) {
    for (std::size_t j = 0; j < tuples.size(); ++j) {
      const int bytes = packed[i].compare(packed[j]);
      const int expected = CompareTuples(tuples[i], tuples[j]);
      if ((bytes < 0 ? -1 : bytes > 0 ? 1 : 0) == expected) continue;
      FAIL(TupleText(tuples[i]) << " against " << TupleText(tuples[j]));
    }
  }
}

TEST_CASE("integers around the borders of all sizes sort as numbers", "[structured-keys]") {
  std::vector<std::string> packed = {Pack(TupleOf(0))};
  for (std::size_t size = 1; size <= 12; ++size) {
    const std::string largest(size, '\xff');                      // The largest of `size` bytes,
    const std::string next = '\x01' + std::string(size, '\x00');  // and the one after it.
    for (const std::string& magnitude : {largest, next}) {
      packed.push_back(Pack(TupleOf(Integer::OfMagnitude(false, magnitude))));
      packed.insert(packed.begin(), Pack(TupleOf(Integer::OfMagnitude(true, magnitude))));
    }
  }
  CHECK(std::is_sorted(packed.begin(), packed.end()));
  CHECK(std::adjacent_find(packed.begin(), packed.end()) == packed.end());
}

TEST_CASE("every tuple comes back from its bytes and from its text", "[structured-keys]") {
  Random random(19);
  for (int i = 0; i < 3000; ++i) {
    const std::string packed = Pack(DrawTuple(random, 0));
    const Tuple back = Must(Unpack(packed));
    REQUIRE(Pack(back) == packed);
    if (packed.find("\x21\xff\xf8") != std::string::npos) continue;  // The text of a NaN is "nan".
    if (packed.find("\x20\xff\xc0") != std::string::npos) continue;
    CAPTURE(TupleText(back));
    REQUIRE(Pack(Must(ParseTuple(TupleText(back)))) == packed);
  }
}

TEST_CASE("tuples are written as people would", "[structured-keys]") {
  const Tuple tuple = TupleOf("user", 42, -7, nullptr, true, 1.5, 2.5f, Bytes{std::string(1, '\0')},
                              TupleOf("in", Tuple{}), 3.0);
  CHECK(TupleText(tuple) == R"(("user", 42, -7, null, true, 1.5, 2.5f, b"\x00", ("in", ()), 3.0))");
  CHECK(TupleText(Must(ParseTuple(" ( \"a\" ,1,) "))) == R"(("a", 1))");
  CHECK(ElementText(Must(ParseElement("1e300"))) == "1e+300");
  CHECK(ElementText(Must(ParseElement("0x0100000000000000000000"))) == "0x0100000000000000000000");
  for (const char* const wrong : {"", "(", "(1", "(1 2)", "(,)", "(a)", "(\"a)", "(1))", "1, 2",
                                  "(uuid:00)", "(b\"\\x0\")"}) {
    CAPTURE(wrong);
    CHECK_FALSE(ParseTuple(wrong).has_value());
  }
  CHECK(Outcome(ParseTuple("(1, city)")) ==
        "invalid argument: tuple, character 8: what is city? (text stands in quotes)");
}

TEST_CASE("a number that is read keeps its value or is refused, never bent to a neighbour",
          "[structured-keys]") {
  const auto text = [](const char* number) { return Outcome(ParseElement(number)); };
  CHECK(ElementText(Must(ParseElement("18446744073709551616"))) == "0x010000000000000000");
  CHECK(ElementText(Must(ParseElement("18446744073709551617"))) == "0x010000000000000001");
  CHECK(ElementText(Must(ParseElement("-18446744073709551617"))) == "-0x010000000000000001");
  CHECK(ElementText(Must(ParseElement("0xabc"))) == "2748");
  CHECK(ElementText(Must(ParseElement("-0"))) == "0");
  CHECK(ElementText(Must(ParseElement("007"))) == "7");
  // In a tuple a number has a type: these are three elements.
  CHECK(Pack({Must(ParseElement("1"))}) != Pack({Must(ParseElement("1.0"))}));
  CHECK(Pack({Must(ParseElement("1.0f"))}) != Pack({Must(ParseElement("1.0"))}));
  CHECK(
      text("1e400") ==
      "invalid argument: tuple, character 5: 1e400 is more than a double holds; write it as text, "
      "in quotes");
  CHECK(
      text("-1e39f") ==
      "invalid argument: tuple, character 6: -1e39f is more than a float holds; write it as text, "
      "in quotes");
  CHECK(
      text("0x1p3") ==
      "invalid argument: tuple, character 5: what is 0x1p3? (hexadecimal has the digits 0 to 9, a "
      "to f)");
  CHECK_FALSE(ParseElement("0x").has_value());
  const std::string too_long =
      "invalid argument: tuple, character 700: an integer of more than 255 "
      "bytes; write it as text, in quotes";
  CHECK(text(std::string(700, '9').c_str()) == too_long);
  CHECK(text(("0x" + std::string(698, 'f')).c_str()) == too_long);
  CHECK(ElementText(Must(ParseElement("0x" + std::string(700, '0') + "1"))) == "1");
  for (const char* const kept : {"inf", "-inf", "nan", "inff", "-1.5", "1e-400"}) {
    CAPTURE(kept);
    CHECK(ParseElement(kept).has_value());
  }
}

TEST_CASE("bytes that no tuple has are refused, with the place", "[structured-keys]") {
  for (const std::string& packed :
       {std::string("\x01"
                    "ab"),
        std::string("\x05\x14"), std::string("\x05\x00\xff", 3), std::string("\x15"),
        std::string("\x16\x00\x05", 3), std::string("\x1d\x02\x01\x01"), std::string("\x1d"),
        std::string("\x0b\xf6\x00", 3), std::string("\x20\x00", 2), std::string("\x30"),
        std::string("\x33"), std::string("\x03"), std::string("\xff"), std::string(100, '\x05')}) {
    CAPTURE(Hex(packed));
    CHECK_FALSE(Unpack(packed).has_value());
  }
  CHECK(Outcome(Unpack("\x15\x01\x99")) == "invalid argument: tuple, byte 3: type code 153");
  Tuple deep;
  for (int i = 0; i < kTupleDepthMax; ++i) deep = TupleOf(deep);
  CHECK(Unpack(Pack(deep)).has_value());
  CHECK_FALSE(Unpack(Pack(TupleOf(deep))).has_value());
}

TEST_CASE("any bytes are a tuple that packs to them, or none", "[structured-keys]") {
  Random random(20);
  constexpr std::string_view kCodes("\x00\x01\x02\x05\x0b\x0c\x13\x14\x15\x1d\x20\x26\x30\xff", 14);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes;
    for (std::uint64_t left = random.Uniform(24); left > 0; --left) {
      bytes.push_back(random.OneIn(3) ? static_cast<char>(random.Next())
                                      : kCodes[random.Uniform(kCodes.size())]);
    }
    const auto tuple = Unpack(bytes);
    if (tuple.has_value()) REQUIRE(Pack(*tuple) == bytes);
    std::string_view rest = bytes;
    if (TakeElement(&rest).has_value()) REQUIRE(rest.size() < bytes.size());
  }
}

TEST_CASE("integers know whether they fit 64 bits", "[structured-keys]") {
  CHECK(Integer::Of(-1).ToInt64() == -1);
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  CHECK(Integer::Of(kMin).ToInt64() == kMin);
  CHECK_FALSE(Integer::OfUnsigned(std::uint64_t{1} << 63).ToInt64().has_value());
  CHECK(Integer::OfMagnitude(true, std::string(3, '\0')) == Integer());
}

}  // namespace
}  // namespace strata::keys
