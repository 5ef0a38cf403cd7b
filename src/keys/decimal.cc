#include "keys/decimal.h"

#include <algorithm>
#include <charconv>

namespace strata::keys {
namespace {

constexpr std::size_t kDigitsMax = 615;  // Of an integer of Integer::kMagnitudeSizeMax bytes.

// digits * 10^exponent.
struct Decimal {
  bool negative = false;
  std::string digits;
  std::int64_t exponent = 0;
};

bool Skip(std::string_view* text, std::string_view any_of) {
  if (text->empty() || any_of.find(text->front()) == std::string_view::npos) return false;
  text->remove_prefix(1);
  return true;
}

std::string_view TakeDigits(std::string_view* text) {
  const std::size_t size = std::min(text->find_first_not_of("0123456789"), text->size());
  const std::string_view digits = text->substr(0, size);
  text->remove_prefix(size);
  return digits;
}

// Past a billion, about a billion: no number of that size is whole and fits.
std::optional<std::int64_t> TakeExponent(std::string_view* text) {
  const bool negative = text->starts_with('-');
  Skip(text, "+-");
  std::string_view digits = TakeDigits(text);
  if (digits.empty()) return std::nullopt;
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  std::int64_t value = digits.size() > 9 ? 999'999'999 : 0;
  if (value == 0) std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return negative ? -value : value;
}

std::optional<Decimal> ParseDecimal(std::string_view text) {
  Decimal number;
  number.negative = Skip(&text, "-");
  number.digits = TakeDigits(&text);
  if (number.digits.empty()) return std::nullopt;
  if (Skip(&text, ".")) {
    const std::string_view fraction = TakeDigits(&text);
    if (fraction.empty()) return std::nullopt;
    number.digits += fraction;
    number.exponent = -static_cast<std::int64_t>(fraction.size());
  }
  if (Skip(&text, "eE")) {
    const auto exponent = TakeExponent(&text);
    if (!exponent) return std::nullopt;
    number.exponent += *exponent;
  }
  if (!text.empty()) return std::nullopt;
  return number;
}

// 1500e-2 becomes 15e0, and zero, however many there are, no digits at all.
void DropZeros(Decimal* number) {
  std::string& digits = number->digits;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  while (digits.ends_with('0')) {
    digits.pop_back();
    ++number->exponent;
  }
}

// The bytes of a decimal number, the last one first.
std::string BytesOf(std::string_view digits) {
  std::string bytes;
  for (const char digit : digits) {
    unsigned carry = static_cast<unsigned>(digit - '0');
    for (char& byte : bytes) {
      carry += 10U * static_cast<std::uint8_t>(byte);
      byte = static_cast<char>(carry & 0xff);
      carry >>= 8;
    }
    if (carry > 0) bytes.push_back(static_cast<char>(carry));
  }
  return bytes;
}

template <typename Float>
Element NumberOf(Float number) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), number).ptr;
  if (auto whole = WholeNumber({buffer, end})) return {*std::move(whole)};
  double exact = number;
  std::from_chars(buffer, end, exact);
  return {exact};
}

}  // namespace

std::optional<Integer> WholeNumber(std::string_view text) {
  std::optional<Decimal> number = ParseDecimal(text);
  if (!number) return std::nullopt;
  DropZeros(&*number);
  if (number->digits.empty()) return Integer();
  if (number->exponent < 0 || number->exponent > static_cast<std::int64_t>(kDigitsMax)) {
    return std::nullopt;
  }
  number->digits.append(static_cast<std::size_t>(number->exponent), '0');
  if (number->digits.size() > kDigitsMax) return std::nullopt;
  std::string magnitude = BytesOf(number->digits);
  if (magnitude.size() > Integer::kMagnitudeSizeMax) return std::nullopt;
  std::reverse(magnitude.begin(), magnitude.end());
  return Integer::OfMagnitude(number->negative, magnitude);
}

Element AsJsonNumber(const Element& element) {
  if (const double* const number = std::get_if<double>(&element.value)) return NumberOf(*number);
  if (const float* const number = std::get_if<float>(&element.value)) return NumberOf(*number);
  return element;
}

}  // namespace strata::keys
