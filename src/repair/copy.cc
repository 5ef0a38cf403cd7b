#include "repair/copy.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "iter/expiry.h"
#include "iter/internal_key.h"

namespace strata::repair {
namespace {

// One entry into the new tables. False: its value is lost.
Result<bool> CopyEntry(std::string_view key, std::string_view stored, Values& values,
                       compaction::TableWriter& writer,
                       const std::function<void(std::string_view, const Error&)>& lose) {
  EntryKind kind = KindOf(key);
  std::string value(stored);
  if (const Status resolved = values.Resolve(&kind, &value); !resolved) {
    lose(UserKeyOf(key), resolved.error());
    return false;
  }
  STRATA_TRY(writer.Add(MakeInternalKey(UserKeyOf(key), SequenceOf(key), kind), value));
  return true;
}

}  // namespace

Result<Copied> Copy(InternalIterator& entries, Values& values, TableStore& store,
                    const CopyOptions& options,
                    const std::function<void(std::string_view key, const Error& why)>& lose) {
  Copied copied;
  compaction::TableWriter writer(store, options.writer);
  std::optional<std::string> last;  // The key whose newest entry was met last.
  Status moved = entries.SeekToFirst();
  for (; moved && entries.Valid(); moved = entries.Next()) {
    const std::string_view key = entries.key();
    if (last && *last == UserKeyOf(key)) continue;
    last = UserKeyOf(key);
    copied.last_sequence = std::max(copied.last_sequence, SequenceOf(key));
    // Nothing is below the new tables that a delete would have to hide.
    if (SequenceOf(key) <= options.truncated_at || KindOf(key) == EntryKind::kDelete) continue;
    STRATA_TRY_ASSIGN(const bool whole, CopyEntry(key, entries.value(), values, writer, lose));
    copied.entries += whole ? 1 : 0;
    copied.expiring = copied.expiring || IsExpiring(KindOf(key));
  }
  STRATA_TRY(std::move(moved));
  STRATA_TRY_ASSIGN(copied.tables, writer.Finish());
  copied.blobs = writer.TakeBlobs();
  return copied;
}

}  // namespace strata::repair
