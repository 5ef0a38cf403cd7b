#include "compaction/held_versions.h"

#include <algorithm>

#include "compaction/job_builder.h"

namespace strata::compaction {
namespace {

constexpr std::size_t kRangesMax = 64;

TableView KeysOf(const TableMeta& meta) {
  TableView view;
  view.number = meta.number;
  view.size_bytes = meta.size_bytes;
  view.smallest = UserKeyOf(meta.smallest);
  view.largest = UserKeyOf(meta.largest);
  return view;
}

}  // namespace

void CountHeld(const SnapshotRange& range, std::uint64_t bytes, std::vector<HeldVersions>* held) {
  auto found = std::find_if(held->begin(), held->end(),
                            [&](const HeldVersions& it) { return it.range == range; });
  if (found == held->end()) {
    if (held->size() < kRangesMax) held->push_back({.range = range});
    found = held->end() - 1;
    found->range.first = std::min(found->range.first, range.first);
    found->range.last = std::max(found->range.last, range.last);
  }
  ++found->entries;
  found->bytes += bytes;
}

HeldTotals TotalsOf(const TableMeta& table, const Snapshots& live) {
  HeldTotals totals;
  for (const HeldVersions& held : table.held) {
    const bool pinned = SnapshotBetween(live, held.range.first, held.range.last + 1);
    (pinned ? totals.held_entries : totals.released_entries) += held.entries;
    (pinned ? totals.held_bytes : totals.released_bytes) += held.bytes;
  }
  return totals;
}

std::optional<CompactionJob> PickReclaim(const ReclaimInput& input, const Options& options) {
  for (const Run& run : input.version.runs()) {
    for (const auto& table : run.tables) {
      const TableMeta& meta = table->meta();
      const auto released = static_cast<double>(TotalsOf(meta, input.live).released_bytes);
      if (released == 0 || released < input.share_min * static_cast<double>(meta.raw_bytes)) {
        continue;
      }
      if (input.busy.contains(meta.number) || !input.range.Overlaps(KeysOf(meta))) continue;
      CompactionJob job;
      job.inputs = {meta.number};
      job.output = meta.position;
      job.table_bytes = options.table_bytes;
      job.reason = "versions that snapshots held";
      return job;
    }
  }
  return std::nullopt;
}

}  // namespace strata::compaction
