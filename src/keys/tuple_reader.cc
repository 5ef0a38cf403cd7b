// Unpack: tuples from any bytes. See keys/tuple_format.h.

#include <bit>

#include "base/coding.h"
#include "base/result.h"
#include "keys/tuple_format.h"
#include "strata/keys/tuple.h"

namespace strata::keys {
namespace {

template <typename Unsigned>
Unsigned FromBigEndian(std::string_view bytes) {
  Unsigned value = 0;
  for (const char byte : bytes) {
    value = static_cast<Unsigned>(value << 8 | static_cast<std::uint8_t>(byte));
  }
  return value;
}

std::string Inverted(std::string_view bytes) {
  std::string out(bytes);
  for (char& byte : out) byte = static_cast<char>(~byte);
  return out;
}

template <typename Float, typename Unsigned>
Float FloatOf(std::string_view bytes) {
  constexpr Unsigned kSign = Unsigned{1} << (sizeof(Unsigned) * 8 - 1);
  const auto stored = FromBigEndian<Unsigned>(bytes);
  return std::bit_cast<Float>((stored & kSign) != 0 ? static_cast<Unsigned>(stored & ~kSign)
                                                    : static_cast<Unsigned>(~stored));
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : in_(bytes) {}

  bool empty() const { return in_.empty(); }
  std::size_t offset() const { return in_.offset(); }

  Result<Element> Take(int depth) {
    const auto code = in_.ReadFixed<std::uint8_t>();
    if (!code) return Damaged("an element is missing");
    switch (*code) {
      case kNullCode:
        return TakeNull(depth);
      case kBytesCode:
      case kTextCode:
        return TakeEscaped(*code);
      case kNestedCode:
        return TakeNested(depth);
      case kFloatCode:
      case kDoubleCode:
        return TakeFloat(*code);
      case kFalseCode:
      case kTrueCode:
        return Element{*code == kTrueCode};
      case kUuidCode:
        return TakeArray<Uuid>();
      case kVersionstampCode:
        return TakeArray<Versionstamp>();
      default:
        return TakeInteger(*code);
    }
  }

 private:
  Error Damaged(std::string_view what) const {
    return InvalidArgument("tuple, byte " + std::to_string(offset()) + ": " + std::string(what));
  }

  // At the top a zero is a null; in a tuple it is one only with an escape after it.
  Result<Element> TakeNull(int depth) {
    if (depth > 0 && in_.ReadBytes(1) != std::string_view(&kEscape, 1)) {
      return Damaged("a null in a tuple without ff");
    }
    return Element{Null{}};
  }

  Result<Element> TakeEscaped(std::uint8_t code) {
    std::string bytes;
    while (true) {
      const std::size_t zero = in_.rest().find('\0');
      if (zero == std::string_view::npos) return Damaged("a string without an end");
      bytes += *in_.ReadBytes(zero);
      static_cast<void>(in_.ReadBytes(1));
      if (in_.rest().empty() || in_.rest().front() != kEscape) break;
      static_cast<void>(in_.ReadBytes(1));
      bytes.push_back('\0');
    }
    if (code == kBytesCode) return Element{Bytes{std::move(bytes)}};
    return Element{Text{std::move(bytes)}};
  }

  Result<Element> TakeNested(int depth) {
    if (depth == kTupleDepthMax) return Damaged("tuples in tuples, too deep");
    Tuple tuple;
    while (true) {
      const std::string_view rest = in_.rest();
      if (rest.empty()) return Damaged("a tuple without an end");
      if (rest[0] == '\0' && (rest.size() == 1 || rest[1] != kEscape)) break;
      STRATA_TRY_ASSIGN(Element element, Take(depth + 1));
      tuple.push_back(std::move(element));
    }
    static_cast<void>(in_.ReadBytes(1));
    return Element{std::move(tuple)};
  }

  Result<Element> TakeInteger(std::uint8_t code) {
    if (code < kBigNegativeCode || code > kBigPositiveCode) {
      return Damaged("type code " + std::to_string(code));
    }
    const bool negative = code < kZeroCode;
    std::size_t size = negative ? kZeroCode - code : code - kZeroCode;
    const bool big = size > kSmallSizeMax;
    if (big) {
      const auto stored = in_.ReadFixed<std::uint8_t>();
      if (!stored) return Damaged("an integer without its size");
      size = negative ? 0xffU - *stored : *stored;
    }
    const auto bytes = in_.ReadBytes(size);
    if (!bytes) return Damaged("an integer that is cut short");
    const std::string magnitude = negative ? Inverted(*bytes) : std::string(*bytes);
    const bool shortest = big ? size > kSmallSizeMax : true;
    if (!shortest || (size > 0 && magnitude[0] == '\0')) return Damaged("an integer with zeros");
    return Element{Integer::OfMagnitude(negative, magnitude)};
  }

  Result<Element> TakeFloat(std::uint8_t code) {
    const auto bytes = in_.ReadBytes(code == kFloatCode ? 4 : 8);
    if (!bytes) return Damaged("a floating-point number that is cut short");
    if (code == kFloatCode) return Element{FloatOf<float, std::uint32_t>(*bytes)};
    return Element{FloatOf<double, std::uint64_t>(*bytes)};
  }

  template <typename T>
  Result<Element> TakeArray() {
    T array;
    const auto bytes = in_.ReadBytes(array.bytes.size());
    if (!bytes) return Damaged("an element that is cut short");
    for (std::size_t i = 0; i < array.bytes.size(); ++i) {
      array.bytes[i] = static_cast<std::uint8_t>((*bytes)[i]);
    }
    return Element{array};
  }

  ByteReader in_;
};

}  // namespace

Result<Tuple> Unpack(std::string_view packed) {
  Reader reader(packed);
  Tuple tuple;
  while (!reader.empty()) {
    STRATA_TRY_ASSIGN(Element element, reader.Take(0));
    tuple.push_back(std::move(element));
  }
  return tuple;
}

Result<Element> TakeElement(std::string_view* packed) {
  Reader reader(*packed);
  STRATA_TRY_ASSIGN(Element element, reader.Take(0));
  packed->remove_prefix(reader.offset());
  return element;
}

}  // namespace strata::keys
