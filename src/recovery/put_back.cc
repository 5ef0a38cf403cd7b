// Entries of a log, on their way back into memtables. A log may hold what was written to a table
// before it was truncated: the manifest says up to which sequence that is.

#include <algorithm>

#include "recovery/recovery.h"

namespace strata {

Status Recovery::PutBack(std::string_view entries, SequenceNumber first, std::uint64_t* count) {
  const auto trees = trees_.All();
  const bool some_gone = std::any_of(trees.begin(), trees.end(),
                                     [&](const auto& tree) { return first <= tree->truncated_at; });
  if (!some_gone) return trees_.Insert(entries, first, /*concurrently=*/false, count);
  std::string one;
  return wal::ForEachEntry(entries, first, [&](const wal::BatchEntry& entry) -> Status {
    ++*count;
    if (IsTruncated(entry)) return {};
    one.clear();
    if (sst::IsPointer(entry.kind)) {
      wal::AppendPointer(&one, entry.key, entry.value, static_cast<std::uint32_t>(entry.table),
                         entry.expires_at_us);
    } else {
      DirectWriter::AppendSame(entry, &one);
    }
    return trees_.Insert(one, entry.sequence, /*concurrently=*/false);
  });
}

bool Recovery::IsTruncated(const wal::BatchEntry& entry) const {
  const auto tree = trees_.Find({static_cast<std::uint32_t>(entry.table)});
  return tree != nullptr && entry.sequence <= tree->truncated_at;
}

}  // namespace strata
