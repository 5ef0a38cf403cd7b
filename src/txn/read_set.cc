#include "txn/read_set.h"

#include <algorithm>
#include <utility>

#include "base/mutant.h"

namespace strata {
namespace {

// The ranges by their start, those that touch made one, as old as the older.
std::vector<ReadRange> Joined(std::vector<ReadRange> ranges) {
  std::erase_if(ranges, [](const ReadRange& it) { return it.upper && *it.upper <= it.lower; });
  std::sort(ranges.begin(), ranges.end(),
            [](const ReadRange& a, const ReadRange& b) { return a.lower < b.lower; });
  std::vector<ReadRange> joined;
  for (ReadRange& range : ranges) {
    if (joined.empty() || (joined.back().upper && *joined.back().upper < range.lower)) {
      joined.push_back(std::move(range));
      continue;
    }
    ReadRange& last = joined.back();
    last.since = std::min(last.since, range.since);
    if (last.upper && (!range.upper || *last.upper < *range.upper)) last.upper = range.upper;
  }
  return joined;
}

}  // namespace

void ReadSet::AddKey(std::string_view key, SequenceNumber since) {
  if (!Has(key)) keys_.emplace(key, since);
}

std::size_t ReadSet::BeginRange(ReadRange range) {
  ranges_.push_back(std::move(range));
  return ranges_.size() - 1;
}

void ReadSet::ExtendUp(std::size_t index, std::optional<std::string> upper) {
  std::optional<std::string>& end = ranges_[index].upper;
  if (end && (!upper || *end < *upper)) end = std::move(upper);
}

void ReadSet::ExtendDown(std::size_t index, std::string_view lower) {
  std::string& begin = ranges_[index].lower;
  if (lower < begin) begin = lower;
}

void ReadSet::AddTo(WriteBatch* batch, TableRef table) const {
  if (STRATA_MUTANT(reads_checked_in_default_table)) table = kDefaultTable;
  for (const auto& [key, since] : keys_) batch->RequireUnchanged(key, since, table);
  if (STRATA_MUTANT(skip_range_validation)) return;
  for (const ReadRange& range : Joined(ranges_)) {
    batch->RequireRangeUnchanged(range.lower, range.upper, range.since, table);
  }
}

}  // namespace strata
