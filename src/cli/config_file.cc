#include "cli/config_file.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace strata::cli {
namespace {

constexpr std::string_view kBlank = " \t";

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsBare(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

bool IsControl(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

void AppendUtf8(std::uint32_t code, std::string* out) {
  const auto tail = [&](int shift) {
    out->push_back(static_cast<char>(0x80 | ((code >> shift) & 0x3f)));
  };
  if (code < 0x80) return out->push_back(static_cast<char>(code));
  if (code < 0x800) {
    out->push_back(static_cast<char>(0xc0 | (code >> 6)));
    return tail(0);
  }
  if (code < 0x10000) {
    out->push_back(static_cast<char>(0xe0 | (code >> 12)));
  } else {
    out->push_back(static_cast<char>(0xf0 | (code >> 18)));
    tail(12);
  }
  tail(6);
  tail(0);
}

// One line, from its front on.
class Line {
 public:
  explicit Line(std::string_view text) : rest_(text) {}

  void SkipBlanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlank), rest_.size()));
  }
  // Nothing more but perhaps a comment.
  bool AtEnd() {
    SkipBlanks();
    return rest_.empty() || rest_.front() == '#';
  }
  bool Take(char c) {
    SkipBlanks();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Empty: there is none.
  std::string_view TakeBare() {
    SkipBlanks();
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), IsBare);
    const std::string_view word = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(word.size());
    return word;
  }
  Result<std::string> TakeValue();

 private:
  Result<std::string> TakeText(char quote);
  Status TakeEscape(std::string* out);
  Result<std::string> TakeWord();

  std::string_view rest_;
};

Result<std::string> Line::TakeValue() {
  if (AtEnd()) return InvalidArgument("a value is missing after '='");
  for (const char quote : {'"', '\''}) {
    if (rest_.starts_with(std::string(3, quote))) {
      return InvalidArgument("text of several lines isn't read: write it in one line");
    }
    if (Take(quote)) return TakeText(quote);
  }
  if (rest_.front() == '[' || rest_.front() == '{') {
    return InvalidArgument("one value is expected: write a list as text, \"a,b\"");
  }
  return TakeWord();
}

Result<std::string> Line::TakeText(char quote) {
  std::string text;
  while (!rest_.empty()) {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == quote) return text;
    if (c == '\\' && quote == '"') {
      STRATA_TRY(TakeEscape(&text));
    } else {
      text.push_back(c);
    }
  }
  return InvalidArgument(std::string("the text isn't closed: ") + quote + " is missing");
}

// After the backslash.
Status Line::TakeEscape(std::string* out) {
  constexpr std::string_view kLetters = "btnfre\"\\";
  constexpr std::string_view kMeant = "\b\t\n\f\r\x1b\"\\";
  const char letter = rest_.empty() ? '\0' : rest_.front();
  rest_.remove_prefix(rest_.empty() ? 0 : 1);
  if (const std::size_t at = kLetters.find(letter);
      letter != '\0' && at != std::string_view::npos) {
    out->push_back(kMeant[at]);
    return {};
  }
  const std::size_t digits = letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
  const std::string hex(rest_.substr(0, digits));
  const bool whole = digits > 0 && hex.size() == digits &&
                     hex.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  const unsigned long code = whole ? std::stoul(hex, nullptr, 16) : 0x110000;
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
    return InvalidArgument("no such escape in text: write \\\\ for a backslash, or use '...'");
  }
  rest_.remove_prefix(digits);
  AppendUtf8(static_cast<std::uint32_t>(code), out);
  return {};
}

// A number, true or false; all else belongs in quotes.
Result<std::string> Line::TakeWord() {
  const std::size_t end = std::min(rest_.find_first_of(" \t#"), rest_.size());
  const std::string_view word = rest_.substr(0, end);
  rest_.remove_prefix(end);
  if (word == "true" || word == "false") return std::string(word);
  std::string digits;
  bool last_is_digit = false;
  for (const char c : word) {
    if (!IsDigit(c) && !(c == '_' && last_is_digit)) digits.clear();
    if (!IsDigit(c) && !(c == '_' && last_is_digit)) break;
    last_is_digit = IsDigit(c);
    if (last_is_digit) digits.push_back(c);
  }
  const bool leading_zero = digits.size() > 1 && digits.front() == '0';
  if (digits.empty() || !last_is_digit || leading_zero) {
    return InvalidArgument("a value that is no whole number, true or false stands in quotes: " +
                           QuotedConfig(word));
  }
  return digits;
}

class Parser {
 public:
  Parser(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  Result<std::vector<ConfigEntry>> Run() {
    while (!text_.empty()) {
      ++number_;
      const std::size_t end = std::min(text_.find('\n'), text_.size());
      std::string_view line = text_.substr(0, end);
      text_.remove_prefix(std::min(end + 1, text_.size()));
      if (line.ends_with('\r')) line.remove_suffix(1);
      STRATA_TRY(Annotate(TakeLine(line), ConfigPlace(name_, number_)));
    }
    return std::move(entries_);
  }

 private:
  Status TakeLine(std::string_view text) {
    if (std::any_of(text.begin(), text.end(), IsControl)) {
      return InvalidArgument("a control character: this must be a file of text");
    }
    Line line(text);
    if (line.AtEnd()) return {};
    STRATA_TRY(line.Take('[') ? TakeSection(&line) : TakeEntry(&line));
    if (line.AtEnd()) return {};
    return InvalidArgument("there is more after what the line says: comments begin with #");
  }

  Status TakeSection(Line* line) {
    section_ = line->TakeBare();
    if (section_.empty() || !line->Take(']')) {
      return InvalidArgument("a section is a name in brackets: [serve]");
    }
    if (std::find(sections_.begin(), sections_.end(), section_) != sections_.end()) {
      return InvalidArgument("[" + section_ + "] is there already: put them together");
    }
    sections_.push_back(section_);
    return {};
  }

  Status TakeEntry(Line* line) {
    const std::string key(line->TakeBare());
    if (key.empty() || !line->Take('=')) {
      return InvalidArgument("expected `key = value`, with a key of letters, digits and -");
    }
    for (const ConfigEntry& entry : entries_) {
      if (entry.section != section_ || entry.key != key) continue;
      return InvalidArgument(key + " is set already, in line " + std::to_string(entry.line) +
                             ": leave one of them out");
    }
    STRATA_TRY_ASSIGN(std::string value, Annotate(line->TakeValue(), key));
    entries_.push_back(
        {.section = section_, .key = key, .value = std::move(value), .line = number_});
    return {};
  }

  std::string_view text_;
  const std::string_view name_;
  std::size_t number_ = 0;
  std::string section_;
  std::vector<std::string> sections_;
  std::vector<ConfigEntry> entries_;
};

}  // namespace

std::string ConfigPlace(std::string_view name, std::size_t line) {
  return std::string(name) + ":" + std::to_string(line);
}

Result<std::vector<ConfigEntry>> ParseConfig(std::string_view text, std::string_view name) {
  return Parser(text, name).Run();
}

std::string QuotedConfig(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (IsControl(c)) {
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace strata::cli
