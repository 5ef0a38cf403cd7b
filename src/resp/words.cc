#include "resp/request_parser.h"

namespace strata::resp {
namespace {

bool IsSpace(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}

std::optional<int> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

char Unescaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'a':
      return '\a';
    default:
      return c;
  }
}

// What follows a backslash between double quotes, from `*at` on.
void AppendEscaped(std::string_view line, std::size_t* at, std::string* word) {
  if (line[*at] == 'x' && *at + 2 < line.size()) {
    const auto high = HexDigit(line[*at + 1]);
    const auto low = HexDigit(line[*at + 2]);
    if (high && low) {
      word->push_back(static_cast<char>(*high * 16 + *low));
      *at += 3;
      return;
    }
  }
  word->push_back(Unescaped(line[(*at)++]));
}

// From after an opening quote to after the closing one. False: there is none, or something other
// than a space follows it.
bool AppendQuoted(std::string_view line, char quote, std::size_t* at, std::string* word) {
  while (*at < line.size()) {
    const char c = line[(*at)++];
    if (c == quote) return *at == line.size() || IsSpace(line[*at]);
    if (c == '\\' && quote == '"' && *at < line.size()) {
      AppendEscaped(line, at, word);
    } else if (c == '\\' && quote == '\'' && *at < line.size() && line[*at] == '\'') {
      word->push_back(line[(*at)++]);
    } else {
      word->push_back(c);
    }
  }
  return false;
}

}  // namespace

std::optional<std::vector<std::string>> SplitWords(std::string_view line) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while (true) {
    while (at < line.size() && IsSpace(line[at])) ++at;
    if (at == line.size()) return words;
    std::string& word = words.emplace_back();
    while (at < line.size() && !IsSpace(line[at])) {
      const char c = line[at++];
      if (c == '"' || c == '\'') {
        if (!AppendQuoted(line, c, &at, &word)) return std::nullopt;
      } else {
        word.push_back(c);
      }
    }
  }
}

}  // namespace strata::resp
