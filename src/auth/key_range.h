// Keys from one on and before another: where a grant holds, and what a request is about to touch.
// Bounds are bytes, ordered as the store orders keys.
//
// Thread safety: values.

#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strata::auth {

struct KeyRange {
  std::string lower;
  std::optional<std::string> upper = {};  // Not in it. Nothing: to the end.

  static KeyRange All() { return {}; }
  static KeyRange Key(std::string_view key) { return {std::string(key), std::string(key) + '\0'}; }
  static KeyRange Prefix(std::string_view prefix);

  bool is_empty() const { return upper && *upper <= lower; }
  bool operator==(const KeyRange&) const = default;
};

// The least text that is after everything that begins with `prefix`. Nothing: there is none, as for
// "" and "\xff".
std::optional<std::string> EndOfPrefix(std::string_view prefix);

// "prefix=a/", "key=a", "from=a to=b", "all keys"; escaped.
std::string ToText(const KeyRange& range);

// The union of ranges, ready to be asked.
//
// Invariant: sorted, none is empty, and between two of them is a key that is in neither: so a range
// that is covered by all of them together is within one of them.
class RangeSet {
 public:
  RangeSet() = default;
  explicit RangeSet(std::vector<KeyRange> ranges);

  bool HasKey(std::string_view key) const;
  // Every key from `lower` on and before `upper` (nothing: to the end). REQUIRES: lower < upper.
  bool Covers(std::string_view lower, std::optional<std::string_view> upper) const;
  bool empty() const { return ranges_.empty(); }
  const std::vector<KeyRange>& ranges() const { return ranges_; }

 private:
  const KeyRange* Around(std::string_view key) const;

  std::vector<KeyRange> ranges_;
};

}  // namespace strata::auth
