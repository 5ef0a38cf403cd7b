#include "read/changes.h"

#include <vector>

namespace strata {
namespace {

using Changed = Result<std::optional<std::string>>;

Changed FindIn(InternalIterator& entries, std::string_view lower,
               const std::optional<std::string>& upper, SequenceNumber since) {
  Status moved = entries.Seek(MakeInternalKey(lower, kSequenceMax, kEntryKindForSeek));
  for (; moved && entries.Valid(); moved = entries.Next()) {
    const std::string_view key = UserKeyOf(entries.key());
    if (upper && key >= *upper) break;
    if (SequenceOf(entries.key()) > since) return std::optional<std::string>(key);
  }
  STRATA_TRY(moved);
  return std::optional<std::string>();
}

bool MayHoldChange(const TableMeta& meta, std::string_view lower,
                   const std::optional<std::string>& upper, SequenceNumber since) {
  return meta.sequence_max > since && UserKeyOf(meta.largest) >= lower &&
         (!upper || UserKeyOf(meta.smallest) < *upper);
}

std::vector<std::unique_ptr<InternalIterator>> SourcesOf(const ReadState& state,
                                                         std::string_view lower,
                                                         const std::optional<std::string>& upper,
                                                         SequenceNumber since) {
  std::vector<std::unique_ptr<InternalIterator>> sources;
  sources.push_back(state.memtable->NewIterator());
  for (const auto& memtable : state.immutables) sources.push_back(memtable->NewIterator());
  for (const Run& run : state.version->runs()) {
    for (const auto& table : run.tables) {
      if (!MayHoldChange(table->meta(), lower, upper, since)) continue;
      sources.push_back(table->reader().NewIterator({}));
    }
  }
  return sources;
}

}  // namespace

Result<bool> KeyChanged(const ReadState& state, std::string_view key, SequenceNumber since) {
  if (since < state.truncated_at) return true;  // It has gone, or may have been there.
  if (const auto found = state.memtable->Get(key, kSequenceMax)) return found->sequence > since;
  for (const auto& memtable : state.immutables) {
    if (const auto found = memtable->Get(key, kSequenceMax)) return found->sequence > since;
  }
  std::string unused;
  for (const Run& run : state.version->runs()) {
    const Table* table = run.Find(key);
    if (table == nullptr || table->meta().sequence_max <= since) continue;
    STRATA_TRY_ASSIGN(const auto hit, table->reader().Get(key, kSequenceMax, {}, &unused));
    if (hit) return hit->sequence > since;
  }
  return false;
}

Result<std::optional<std::string>> FindChange(const ReadState& state, std::string_view lower,
                                              const std::optional<std::string>& upper,
                                              SequenceNumber since) {
  if (since < state.truncated_at) return std::optional<std::string>(lower);
  for (const auto& source : SourcesOf(state, lower, upper, since)) {
    STRATA_TRY_ASSIGN(auto changed, FindIn(*source, lower, upper, since));
    if (changed) return changed;
  }
  return std::optional<std::string>();
}

}  // namespace strata
