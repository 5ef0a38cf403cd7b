#include "resp/call.h"

namespace strata::resp {
namespace {

char Folded(char c, bool ignore_case) {
  return ignore_case && c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// The class that begins at `*at` with '[': whether `c` is in it. `*at` moves behind it.
bool MatchesClass(std::string_view pattern, std::size_t* at, char c, bool ignore_case) {
  std::size_t i = *at + 1;
  const bool negated = i < pattern.size() && pattern[i] == '^';
  if (negated) ++i;
  bool matches = false;
  while (i < pattern.size() && pattern[i] != ']') {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    auto low = static_cast<unsigned char>(Folded(pattern[i], ignore_case));
    auto high = low;
    if (i + 2 < pattern.size() && pattern[i + 1] == '-') {
      high = static_cast<unsigned char>(Folded(pattern[i + 2], ignore_case));
      if (low > high) std::swap(low, high);
      i += 2;
    }
    const auto byte = static_cast<unsigned char>(Folded(c, ignore_case));
    matches = matches || (low <= byte && byte <= high);
    ++i;
  }
  *at = i < pattern.size() ? i + 1 : i;
  return matches != negated;
}

// Whether the part of the pattern at `*at`, which isn't a star, matches `c`. `*at` moves behind it.
bool MatchesOne(std::string_view pattern, std::size_t* at, char c, bool ignore_case) {
  if (pattern[*at] == '[') return MatchesClass(pattern, at, c, ignore_case);
  if (pattern[*at] == '?') {
    ++*at;
    return true;
  }
  if (pattern[*at] == '\\' && *at + 1 < pattern.size()) ++*at;
  return Folded(pattern[(*at)++], ignore_case) == Folded(c, ignore_case);
}

}  // namespace

// A star first stands for nothing. What doesn't match then is tried again with the last star
// standing for one byte more; the stars before it needn't be asked again.
bool MatchesGlob(std::string_view pattern, std::string_view text, bool ignore_case) {
  std::size_t at = 0;
  std::size_t i = 0;
  std::size_t after_star = std::string_view::npos;
  std::size_t star_until = 0;
  while (i < text.size()) {
    std::size_t next = at;
    if (at < pattern.size() && pattern[at] == '*') {
      after_star = ++at;
      star_until = i;
    } else if (at < pattern.size() && MatchesOne(pattern, &next, text[i], ignore_case)) {
      at = next;
      ++i;
    } else if (after_star != std::string_view::npos) {
      at = after_star;
      i = ++star_until;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

std::string GlobPrefix(std::string_view pattern) {
  std::string prefix;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '*' || c == '?' || c == '[') break;
    if (c == '\\' && i + 1 < pattern.size()) ++i;
    prefix.push_back(pattern[i]);
  }
  return prefix;
}

}  // namespace strata::resp
