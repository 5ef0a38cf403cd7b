#include "strata/keys/tuple.h"

#include <bit>

#include "base/check.h"
#include "keys/tuple_format.h"

namespace strata::keys {
namespace {

template <typename Unsigned>
void AppendBigEndian(std::string* out, Unsigned value) {
  for (int shift = static_cast<int>(sizeof(value)) * 8 - 8; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(value >> shift));
  }
}

void AppendEscaped(std::string* out, std::uint8_t code, std::string_view bytes) {
  out->push_back(static_cast<char>(code));
  for (const char byte : bytes) {
    out->push_back(byte);
    if (byte == '\0') out->push_back(kEscape);
  }
  out->push_back('\0');
}

void AppendInteger(std::string* out, const Integer& number) {
  const std::string_view magnitude = number.magnitude();
  const bool big = magnitude.size() > kSmallSizeMax;
  const auto size = static_cast<std::uint8_t>(magnitude.size());
  const std::size_t start = out->size() + 1;
  if (number.negative()) {
    out->push_back(static_cast<char>(big ? kBigNegativeCode : kZeroCode - size));
  } else {
    out->push_back(static_cast<char>(big ? kBigPositiveCode : kZeroCode + size));
  }
  if (big) out->push_back(static_cast<char>(size));
  out->append(magnitude);
  if (!number.negative()) return;
  for (std::size_t i = start; i < out->size(); ++i) (*out)[i] = static_cast<char>(~(*out)[i]);
}

// The bits of a float, so that they sort as unsigned numbers as the floats do.
template <typename Unsigned>
void AppendFloat(std::string* out, std::uint8_t code, Unsigned bits) {
  constexpr Unsigned kSign = Unsigned{1} << (sizeof(bits) * 8 - 1);
  out->push_back(static_cast<char>(code));
  AppendBigEndian(out, (bits & kSign) != 0 ? static_cast<Unsigned>(~bits) : bits | kSign);
}

class Packer {
 public:
  Packer(std::string* out, bool nested) : out_(out), nested_(nested) {}

  void operator()(const Null&) const {
    Code(kNullCode);
    if (nested_) out_->push_back(kEscape);  // A zero alone would end the tuple around it.
  }
  void operator()(const Bytes& bytes) const { AppendEscaped(out_, kBytesCode, bytes.bytes); }
  void operator()(const Text& text) const { AppendEscaped(out_, kTextCode, text.utf8); }
  void operator()(const Tuple& tuple) const {
    Code(kNestedCode);
    for (const Element& element : tuple) std::visit(Packer(out_, true), element.value);
    out_->push_back('\0');
  }
  void operator()(const Integer& number) const { AppendInteger(out_, number); }
  void operator()(float number) const {
    AppendFloat(out_, kFloatCode, std::bit_cast<std::uint32_t>(number));
  }
  void operator()(double number) const {
    AppendFloat(out_, kDoubleCode, std::bit_cast<std::uint64_t>(number));
  }
  void operator()(bool value) const { Code(value ? kTrueCode : kFalseCode); }
  void operator()(const Uuid& uuid) const {
    Code(kUuidCode);
    out_->append(uuid.bytes.begin(), uuid.bytes.end());
  }
  void operator()(const Versionstamp& stamp) const {
    Code(kVersionstampCode);
    out_->append(stamp.bytes.begin(), stamp.bytes.end());
  }

 private:
  void Code(std::uint8_t code) const { out_->push_back(static_cast<char>(code)); }

  std::string* const out_;
  const bool nested_;
};

}  // namespace

Integer Integer::Of(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  Integer number = OfUnsigned(value < 0 ? 0 - bits : bits);
  number.negative_ = value < 0;
  return number;
}

Integer Integer::OfUnsigned(std::uint64_t value) {
  std::string bytes;
  AppendBigEndian(&bytes, value);
  return OfMagnitude(false, bytes);
}

Integer Integer::OfMagnitude(bool negative, std::string_view magnitude) {
  while (!magnitude.empty() && magnitude.front() == '\0') magnitude.remove_prefix(1);
  STRATA_CHECK(magnitude.size() <= kMagnitudeSizeMax);
  Integer number;
  number.negative_ = negative && !magnitude.empty();
  number.magnitude_ = magnitude;
  return number;
}

std::optional<std::int64_t> Integer::ToInt64() const {
  if (magnitude_.size() > 8) return std::nullopt;
  std::uint64_t value = 0;
  for (const char byte : magnitude_) value = value << 8 | static_cast<std::uint8_t>(byte);
  if (value > (std::uint64_t{1} << 63) - (negative_ ? 0 : 1)) return std::nullopt;
  return static_cast<std::int64_t>(negative_ ? 0 - value : value);
}

void AppendPacked(std::string* out, const Element& element) {
  std::visit(Packer(out, false), element.value);
}

std::string Pack(const Tuple& tuple) {
  std::string out;
  for (const Element& element : tuple) AppendPacked(&out, element);
  return out;
}

}  // namespace strata::keys
