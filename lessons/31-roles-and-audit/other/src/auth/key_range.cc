#include "auth/key_range.h"

#include <map>
#include <utility>

#include "base/escape.h"

namespace strata::auth {

std::optional<std::string> EndOfPrefix(std::string_view prefix) {
  for (std::size_t size = prefix.size(); size > 0; --size) {
    const auto last = static_cast<unsigned char>(prefix[size - 1]);
    if (last == 0xff) continue;
    return std::string(prefix.substr(0, size - 1)) + static_cast<char>(last + 1);
  }
  return std::nullopt;
}

KeyRange KeyRange::Prefix(std::string_view prefix) {
  KeyRange range;
  range.lower = prefix;
  range.upper = EndOfPrefix(prefix);
  return range;
}

std::string ToText(const KeyRange& range) {
  const bool is_all = range.lower.empty() && !range.upper;
  if (is_all) return "all keys";
  const std::string lower = Escape(range.lower);
  if (range.upper && *range.upper == range.lower + '\0') return "key=" + lower;
  if (range.upper == EndOfPrefix(range.lower)) return "prefix=" + lower;
  return "from=" + lower + (range.upper ? " to=" + Escape(*range.upper) : "");
}

// Beginnings and ends in order, counted like brackets; at one place, beginnings come first.
RangeSet::RangeSet(std::vector<KeyRange> ranges) {
  struct Turn {
    int begin = 0;
    int end = 0;
  };
  std::map<std::string, Turn> turns;
  for (const KeyRange& range : ranges) {
    if (range.is_empty()) continue;
    ++turns[range.lower].begin;
    if (range.upper) ++turns[*range.upper].end;
  }
  int depth = 0;
  for (const auto& [key, turn] : turns) {
    if (depth == 0 && turn.begin > 0) ranges_.push_back({.lower = key});
    depth += turn.begin - turn.end;
    if (depth == 0) ranges_.back().upper = key;
  }
}

const KeyRange* RangeSet::Around(std::string_view key) const {
  const KeyRange* found = nullptr;
  for (const KeyRange& range : ranges_) {
    if (range.lower <= key) found = &range;
  }
  return found;
}

bool RangeSet::HasKey(std::string_view key) const {
  const KeyRange* const range = Around(key);
  if (range == nullptr) return false;
  return !range->upper.has_value() || key < std::string_view(*range->upper);
}

bool RangeSet::Covers(std::string_view lower, std::optional<std::string_view> upper) const {
  const KeyRange* const range = Around(lower);
  if (range == nullptr) return false;
  if (!upper) return !range->upper.has_value();
  return !range->upper.has_value() || *upper <= std::string_view(*range->upper);
}

}  // namespace strata::auth
