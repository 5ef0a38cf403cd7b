// A cursor over a sorted map that nobody changes any more, inside bounds.
//
// Thread safety: as Iterator.

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "db/map_db.h"

namespace strata {

// What a scan may see: keys k with lower <= k < upper; an absent bound bounds nothing.
struct Bounds {
  std::optional<std::string> lower;
  std::optional<std::string> upper;

  bool operator==(const Bounds&) const = default;
};

// The bounds of the options, narrowed to the keys that start with options.prefix.
Bounds BoundsOf(const ReadOptions& options);

// The smallest key that is larger than every key that starts with `prefix`, or nothing when there
// is none.
std::optional<std::string> AfterPrefix(std::string prefix);

// Counts its seeks and steps in `counters`, which must outlive it.
std::unique_ptr<Iterator> NewMapIterator(std::shared_ptr<const SortedMap> map, Bounds bounds,
                                         Counters& counters);

}  // namespace strata
