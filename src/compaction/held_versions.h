// The price of snapshots: which versions a merge kept for snapshots alone, counted in each table
// so that it can be shown, and so that the tables are merged again once the snapshots are gone.
//
// Thread safety: pure functions.

#pragma once

#include <optional>
#include <vector>

#include "compaction/drop_rules.h"
#include "compaction/policy.h"
#include "version/version.h"

namespace strata::compaction {

// The first and the last snapshot without which `version` would have gone; nothing when it stays
// anyway. Later snapshots don't matter: they see something newer.
// REQUIRES: Judge keeps it.
inline std::optional<SnapshotRange> HeldBy(const VersionFacts& version,
                                           const Snapshots& snapshots) {
  if (!version.newer && (version.kind != EntryKind::kDelete || version.older_below)) return {};
  // A tombstone at the bottom stays for those before it, anything else for those that see it.
  const SequenceNumber from = version.newer ? version.sequence : 0;
  const SequenceNumber to = version.newer ? *version.newer : version.sequence;
  const auto first = std::lower_bound(snapshots.begin(), snapshots.end(), from);
  const auto end = std::lower_bound(first, snapshots.end(), to);
  if (first == end) return {};
  return SnapshotRange{*first, *(end - 1)};
}

// Counts an entry of `bytes` in. Past 64 different ranges a table's last one grows to take more.
void CountHeld(const SnapshotRange& range, std::uint64_t bytes, std::vector<HeldVersions>* held);

// Of what a table kept for snapshots: still pinned, and free to go.
struct HeldTotals {
  std::uint64_t held_entries = 0;
  std::uint64_t held_bytes = 0;
  std::uint64_t released_entries = 0;
  std::uint64_t released_bytes = 0;
};
HeldTotals TotalsOf(const TableMeta& table, const Snapshots& live);

// A table to write anew where it is, because enough of its bytes wait to be dropped, or nothing.
struct ReclaimInput {
  const Version& version;
  const Snapshots& live;
  const TableSet& busy;
  double share_min;     // Of a table's keys and values.
  KeyRange range = {};  // Only tables that have keys in it.
};
std::optional<CompactionJob> PickReclaim(const ReclaimInput& input, const Options& options);

// A table is worth being written anew for this share of its bytes.
inline constexpr double kReclaimShare = 0.1;

}  // namespace strata::compaction
