// Tuples as keys: lists of typed values whose bytes sort as the values do, element by element. The
// encoding is FoundationDB's, so the bytes are those that its tuple layers make.
//
//   db->Put(keys::Pack(keys::TupleOf("user", 42, "name")), "Ada");
//
// Order: null, bytes, text, tuples, integers, floats, doubles, false, true, uuids, versionstamps.
// Text and bytes sort by bytes, a tuple before those that it begins.
// Thread safety: values and pure functions.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "strata/status.h"

namespace strata::keys {

struct Null {
  bool operator==(const Null&) const = default;
};
struct Bytes {
  std::string bytes;
  bool operator==(const Bytes&) const = default;
};
// Meant to be UTF-8. Known limit: it isn't checked.
struct Text {
  std::string utf8;
  bool operator==(const Text&) const = default;
};
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  bool operator==(const Uuid&) const = default;
};
// Ten bytes that say when, two that number what happened then.
struct Versionstamp {
  std::array<std::uint8_t, 12> bytes{};
  bool operator==(const Versionstamp&) const = default;
};

// A whole number of up to 255 bytes.
class Integer {
 public:
  static constexpr std::size_t kMagnitudeSizeMax = 255;

  Integer() = default;
  static Integer Of(std::int64_t value);
  static Integer OfUnsigned(std::uint64_t value);
  // Big-endian; leading zeros are dropped. REQUIRES: at most kMagnitudeSizeMax bytes without them.
  static Integer OfMagnitude(bool negative, std::string_view magnitude);

  bool negative() const { return negative_; }
  std::string_view magnitude() const { return magnitude_; }  // Big-endian; empty for zero.
  std::optional<std::int64_t> ToInt64() const;               // Nothing when it doesn't fit.
  bool operator==(const Integer&) const = default;

 private:
  bool negative_ = false;  // Never of zero.
  std::string magnitude_;
};

struct Element;
using Tuple = std::vector<Element>;

struct Element {
  std::variant<Null, Bytes, Text, Tuple, Integer, float, double, bool, Uuid, Versionstamp> value;

  bool operator==(const Element& other) const { return value == other.value; }
};

// What C++ values become: text from strings, integers, floating-point numbers, bool, nullptr, and
// the types above as they are.
template <typename T>
Element ElementOf(T&& value) {
  using Plain = std::remove_cvref_t<T>;
  if constexpr (std::is_same_v<Plain, Element>) {
    return std::forward<T>(value);
  } else if constexpr (std::is_same_v<Plain, std::nullptr_t>) {
    return {Null{}};
  } else if constexpr (std::is_same_v<Plain, bool>) {
    return {value};
  } else if constexpr (std::is_integral_v<Plain> && std::is_unsigned_v<Plain>) {
    return {Integer::OfUnsigned(value)};
  } else if constexpr (std::is_integral_v<Plain>) {
    return {Integer::Of(value)};
  } else if constexpr (std::is_convertible_v<T, std::string_view>) {
    return {Text{std::string(std::string_view(value))}};
  } else {
    return {Plain(std::forward<T>(value))};
  }
}

template <typename... T>
Tuple TupleOf(T&&... values) {
  Tuple tuple;
  tuple.reserve(sizeof...(values));
  (tuple.push_back(ElementOf(std::forward<T>(values))), ...);
  return tuple;
}

// Tuples may hold tuples up to this depth; Unpack refuses more.
inline constexpr int kTupleDepthMax = 64;

std::string Pack(const Tuple& tuple);
void AppendPacked(std::string* out, const Element& element);

// The tuple whose Pack() `packed` is: nothing else is taken, not even another spelling of the same
// number. Errors: kInvalidArgument that names the offset.
Result<Tuple> Unpack(std::string_view packed);

// Takes the first element off the front of `packed`. Errors: as Unpack; `packed` stays as it was.
Result<Element> TakeElement(std::string_view* packed);

// ("user", 42, null, true, 1.5, 2.5f, b"\x00", ("nested"), uuid:..., stamp:...): for people.
std::string TupleText(const Tuple& tuple);
// Errors: kInvalidArgument that names the offset.
Result<Tuple> ParseTuple(std::string_view text);
// One element, 42 or "text".
std::string ElementText(const Element& element);
Result<Element> ParseElement(std::string_view text);

}  // namespace strata::keys
