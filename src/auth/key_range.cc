#include "auth/key_range.h"

#include <algorithm>
#include <utility>

#include "base/escape.h"

namespace strata::auth {

std::optional<std::string> EndOfPrefix(std::string_view prefix) {
  while (prefix.ends_with('\xff')) prefix.remove_suffix(1);
  if (prefix.empty()) return std::nullopt;
  std::string end(prefix);
  end.back() = static_cast<char>(end.back() + 1);
  return end;
}

KeyRange KeyRange::Prefix(std::string_view prefix) {
  return {std::string(prefix), EndOfPrefix(prefix)};
}

std::string ToText(const KeyRange& range) {
  if (range.lower.empty() && !range.upper) return "all keys";
  if (range == KeyRange::Key(range.lower)) return "key=" + Escape(range.lower);
  if (range == KeyRange::Prefix(range.lower)) return "prefix=" + Escape(range.lower);
  std::string text = "from=" + Escape(range.lower);
  if (range.upper) text += " to=" + Escape(*range.upper);
  return text;
}

RangeSet::RangeSet(std::vector<KeyRange> ranges) {
  std::erase_if(ranges, [](const KeyRange& range) { return range.is_empty(); });
  std::sort(ranges.begin(), ranges.end(),
            [](const KeyRange& a, const KeyRange& b) { return a.lower < b.lower; });
  for (KeyRange& range : ranges) {
    KeyRange* const last = ranges_.empty() ? nullptr : &ranges_.back();
    if (last != nullptr && (!last->upper || range.lower <= *last->upper)) {
      const bool is_longer = last->upper && (!range.upper || *range.upper > *last->upper);
      if (is_longer) last->upper = std::move(range.upper);
    } else {
      ranges_.push_back(std::move(range));
    }
  }
}

// The last that begins at or before the key: no other can have it.
const KeyRange* RangeSet::Around(std::string_view key) const {
  const auto after = std::upper_bound(
      ranges_.begin(), ranges_.end(), key,
      [](std::string_view wanted, const KeyRange& range) { return wanted < range.lower; });
  return after == ranges_.begin() ? nullptr : &*std::prev(after);
}

bool RangeSet::HasKey(std::string_view key) const {
  const KeyRange* const range = Around(key);
  return range != nullptr && (!range->upper || key < *range->upper);
}

bool RangeSet::Covers(std::string_view lower, std::optional<std::string_view> upper) const {
  const KeyRange* const range = Around(lower);
  if (range == nullptr) return false;
  if (!range->upper) return true;
  return upper && *upper <= *range->upper;
}

}  // namespace strata::auth
