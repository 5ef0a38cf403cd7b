// Tuples as people write them: ("user", 42, null).

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "base/escape.h"
#include "base/result.h"
#include "keys/decimal.h"
#include "strata/keys/tuple.h"

namespace strata::keys {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

std::string Hex(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) {
    const auto value = static_cast<std::uint8_t>(byte);
    out.push_back(kHexDigits[value >> 4]);
    out.push_back(kHexDigits[value & 15]);
  }
  return out;
}

std::string Quoted(std::string_view bytes) {
  return "\"" + Escape(bytes) + "\"";
}

// Decimal; past 64 bits hexadecimal.
std::string IntegerText(const Integer& number) {
  if (const auto small = number.ToInt64()) return std::to_string(*small);
  return (number.negative() ? "-0x" : "0x") + Hex(number.magnitude());
}

// The shortest text that reads back as the same number, and never looks like an integer.
template <typename Float>
std::string FloatText(Float number, std::string_view suffix) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), number).ptr;
  std::string text(buffer, end);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text.append(suffix);
}

struct Printer {
  std::string operator()(const Null&) const { return "null"; }
  std::string operator()(const Bytes& bytes) const { return "b" + Quoted(bytes.bytes); }
  std::string operator()(const Text& text) const { return Quoted(text.utf8); }
  std::string operator()(const Tuple& tuple) const { return TupleText(tuple); }
  std::string operator()(const Integer& number) const { return IntegerText(number); }
  std::string operator()(float number) const { return FloatText(number, "f"); }
  std::string operator()(double number) const { return FloatText(number, ""); }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(const Uuid& uuid) const { return "uuid:" + HexOf(uuid.bytes); }
  std::string operator()(const Versionstamp& stamp) const { return "stamp:" + HexOf(stamp.bytes); }

  template <std::size_t kSize>
  static std::string HexOf(const std::array<std::uint8_t, kSize>& bytes) {
    return Hex({reinterpret_cast<const char*>(bytes.data()), kSize});
  }
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Tuple> TakeTuple(int depth) {
    if (!Skip('(')) return Wrong("a tuple begins with (");
    if (depth > kTupleDepthMax) return Wrong("tuples in tuples, too deep");
    Tuple tuple;
    while (!Skip(')')) {
      if (!tuple.empty() && !Skip(',')) return Wrong("expected , or )");
      if (!tuple.empty() && Skip(')')) return tuple;
      STRATA_TRY_ASSIGN(Element element, TakeElement(depth));
      tuple.push_back(std::move(element));
    }
    return tuple;
  }

  Result<Element> TakeElement(int depth) {
    SkipSpaces();
    if (at_ == text_.size()) return Wrong("an element is missing");
    if (text_[at_] == '(') {
      STRATA_TRY_ASSIGN(Tuple tuple, TakeTuple(depth + 1));
      return Element{std::move(tuple)};
    }
    if (text_[at_] == '"') {
      STRATA_TRY_ASSIGN(std::string text, TakeQuoted());
      return Element{Text{std::move(text)}};
    }
    if (text_.substr(at_, 2) == "b\"") {
      ++at_;
      STRATA_TRY_ASSIGN(std::string bytes, TakeQuoted());
      return Element{Bytes{std::move(bytes)}};
    }
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != ')' && text_[at_] != ' ') ++at_;
    return FromWord(text_.substr(start, at_ - start));
  }

  Status ExpectEnd() {
    SkipSpaces();
    return at_ == text_.size() ? Status() : Status(Wrong("more than one tuple or element"));
  }

 private:
  Error Wrong(std::string_view what) const {
    return InvalidArgument("tuple, character " + std::to_string(at_) + ": " + std::string(what));
  }

  void SkipSpaces() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  bool Skip(char wanted) {
    SkipSpaces();
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  Result<std::string> TakeQuoted() {
    const std::size_t start = ++at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return Wrong("a \" is missing");
    return Unescape(text_.substr(start, at_++ - start));
  }

  Result<Element> FromWord(std::string_view word) const {
    if (word == "null") return Element{Null{}};
    if (word == "true" || word == "false") return Element{word == "true"};
    if (word.substr(0, 5) == "uuid:") return FromHexArray<Uuid>(word.substr(5));
    if (word.substr(0, 6) == "stamp:") return FromHexArray<Versionstamp>(word.substr(6));
    const std::string_view unsigned_word = word.substr(word.starts_with('-') ? 1 : 0);
    if (unsigned_word.starts_with("0x")) return FromHexadecimal(word, unsigned_word.substr(2));
    const bool is_integer = !unsigned_word.empty() &&
                            unsigned_word.find_first_not_of("0123456789") == std::string_view::npos;
    if (!is_integer) return FromFloat(word);
    if (const auto whole = WholeNumber(word)) return Element{*whole};
    return TooLong();
  }

  Error TooLong() const {
    return Wrong("an integer of more than " + std::to_string(Integer::kMagnitudeSizeMax) +
                 " bytes; write it as text, in quotes");
  }

  Result<Element> FromFloat(std::string_view word) const {
    const std::string text(word);
    char* end = nullptr;
    const bool is_float = !word.empty() && word.back() == 'f' && word != "inf" && word != "-inf";
    const double number = std::strtod(text.c_str(), &end);
    if (end == text.c_str() || std::string_view(end) != (is_float ? "f" : "")) {
      return Wrong("what is " + EscapeShort(word) + "? (text stands in quotes)");
    }
    const float narrow = is_float ? std::strtof(text.c_str(), nullptr) : 0;
    const bool spelled_out = word.find_first_of("nN") != std::string_view::npos;  // inf, nan.
    if (!spelled_out && (std::isinf(number) || std::isinf(narrow))) {
      return Wrong(EscapeShort(word) + " is more than a " + (is_float ? "float" : "double") +
                   " holds; write it as text, in quotes");
    }
    return is_float ? Element{narrow} : Element{number};
  }

  Result<Element> FromHexadecimal(std::string_view word, std::string_view digits) const {
    const auto magnitude = FromHex((digits.size() % 2 == 0 ? "" : "0") + std::string(digits));
    if (digits.empty() || !magnitude) {
      return Wrong("what is " + EscapeShort(word) +
                   "? (hexadecimal has the digits 0 to 9, a to f)");
    }
    const std::size_t zeros = std::min(magnitude->find_first_not_of('\0'), magnitude->size());
    if (magnitude->size() - zeros > Integer::kMagnitudeSizeMax) return TooLong();
    return Element{Integer::OfMagnitude(word.starts_with('-'), *magnitude)};
  }

  static std::optional<std::string> FromHex(std::string_view digits) {
    std::string bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
      std::uint8_t byte = 0;
      const char* const begin = digits.data() + i;
      if (i + 2 > digits.size() || std::from_chars(begin, begin + 2, byte, 16).ptr != begin + 2) {
        return std::nullopt;
      }
      bytes.push_back(static_cast<char>(byte));
    }
    return bytes;
  }

  template <typename T>
  Result<Element> FromHexArray(std::string_view digits) const {
    T array;
    const auto bytes = FromHex(digits);
    if (!bytes || bytes->size() != array.bytes.size()) {
      return Wrong("expected " + std::to_string(2 * array.bytes.size()) + " hex digits");
    }
    for (std::size_t i = 0; i < bytes->size(); ++i) {
      array.bytes[i] = static_cast<std::uint8_t>((*bytes)[i]);
    }
    return Element{array};
  }

  const std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string ElementText(const Element& element) {
  return std::visit(Printer(), element.value);
}

std::string TupleText(const Tuple& tuple) {
  std::string text = "(";
  for (const Element& element : tuple) {
    if (text.size() > 1) text += ", ";
    text += ElementText(element);
  }
  return text + ")";
}

Result<Tuple> ParseTuple(std::string_view text) {
  Parser parser(text);
  STRATA_TRY_ASSIGN(Tuple tuple, parser.TakeTuple(0));
  STRATA_TRY(parser.ExpectEnd());
  return tuple;
}

Result<Element> ParseElement(std::string_view text) {
  Parser parser(text);
  STRATA_TRY_ASSIGN(Element element, parser.TakeElement(0));
  STRATA_TRY(parser.ExpectEnd());
  return element;
}

}  // namespace strata::keys
