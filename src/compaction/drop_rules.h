// Which entries a compaction may leave out. All of it is here, because a mistake in these lines
// loses data or brings deleted data back.
//
// Versions of a key come newest first. A reader at sequence s sees the newest version at or before
// s; readers stand at each snapshot and at "now", after everything.
// Thread safety: pure functions.

#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "iter/internal_key.h"

namespace strata::compaction {

enum class Verdict : std::uint8_t {
  kKeep,
  kShadowed,   // Every reader who would see it sees a newer version.
  kTombstone,  // It hides nothing any more.
};

// What the rules need to know of one version of one key.
struct VersionFacts {
  SequenceNumber sequence = 0;
  EntryKind kind = EntryKind::kValue;
  std::optional<SequenceNumber> newer;  // The version of the key just before it in the input.
  bool older_below = true;  // Tables deeper than the output may hold older versions of the key.
};

// Snapshots ascending.
using Snapshots = std::vector<SequenceNumber>;

// True iff a snapshot stands at or after `from` and before `to`.
inline bool SnapshotBetween(const Snapshots& snapshots, SequenceNumber from, SequenceNumber to) {
  const auto first = std::lower_bound(snapshots.begin(), snapshots.end(), from);
  return first != snapshots.end() && *first < to;
}

inline Verdict Judge(const VersionFacts& version, const Snapshots& snapshots) {
  const bool pinned = version.newer && SnapshotBetween(snapshots, version.sequence, *version.newer);
  if (version.newer && !pinned) return Verdict::kShadowed;
  // Older versions in the input go too unless a snapshot sees them, and then it keeps the
  // tombstone.
  if (version.kind == EntryKind::kDelete && !version.older_below &&
      !SnapshotBetween(snapshots, 0, version.sequence)) {
    return Verdict::kTombstone;
  }
  return Verdict::kKeep;
}

}  // namespace strata::compaction
