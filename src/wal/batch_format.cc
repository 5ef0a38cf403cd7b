#include "wal/batch_format.h"

#include <algorithm>

#include "base/coding.h"
#include "base/mutant.h"
#include "iter/expiry.h"

namespace strata::wal {
namespace {

void AppendHead(std::string* batch, EntryKind kind, std::string_view key, std::uint32_t table = 0) {
  batch->push_back(static_cast<char>(kind));
  AppendVarint64(batch, table);
  AppendLengthPrefixed(batch, key);
}

Error Bad(std::size_t offset, const std::string& reason) {
  return Corruption("batch entry at offset " + std::to_string(offset) + ": " + reason);
}

}  // namespace

void AppendPut(std::string* batch, std::string_view key, std::string_view value,
               std::uint32_t table, std::uint64_t expires_at_us) {
  AppendHead(batch, expires_at_us == 0 ? EntryKind::kValue : EntryKind::kExpiringValue, key, table);
  if (expires_at_us != 0) AppendFixed64(batch, expires_at_us);
  AppendLengthPrefixed(batch, value);
}

void AppendDelete(std::string* batch, std::string_view key, std::uint32_t table) {
  AppendHead(batch, EntryKind::kDelete, key, table);
}
void AppendPointer(std::string* batch, std::string_view key, std::string_view place,
                   std::uint32_t table, std::uint64_t expires_at_us) {
  AppendHead(batch, expires_at_us == 0 ? EntryKind::kBlobPointer : EntryKind::kExpiringBlobPointer,
             key, table);
  if (expires_at_us != 0) AppendFixed64(batch, expires_at_us);
  AppendLengthPrefixed(batch, place);
}

Result<std::optional<BatchEntry>> BatchReader::Next() {
  if (rest_.empty()) return std::optional<BatchEntry>();
  const std::size_t offset = rest_.offset();
  const auto kind = static_cast<EntryKind>(*rest_.ReadFixed<std::uint8_t>());
  const auto table = rest_.ReadVarint64();
  if (!table) return Bad(offset, "table is cut short");
  const bool is_known = kind <= kEntryKindLast && *table <= UINT32_MAX;
  if (!is_known) {
    return Error(ErrorCode::kUnsupported, "batch entry at offset " + std::to_string(offset) +
                                              ": a newer program wrote " + EntryKindName(kind) +
                                              " of table " + std::to_string(*table));
  }
  if (sequence_ > kSequenceMax) return Bad(offset, "sequence numbers are used up");

  BatchEntry entry{.table = *table, .kind = kind, .key = {}, .value = {}, .sequence = sequence_++};
  STRATA_TRY_ASSIGN(entry.key, ReadString("key", offset));
  if (entry.key.size() > kUserKeySizeMax) return Bad(offset, "key is too long");
  if (IsExpiring(kind)) {
    const auto expiry = rest_.ReadFixed<std::uint64_t>();
    if (!expiry) return Bad(offset, "expiry runs past the end");
    if (*expiry == 0) return Bad(offset, "an expiry of zero");
    entry.expires_at_us = *expiry;
  }
  if (kind != EntryKind::kDelete) {
    STRATA_TRY_ASSIGN(entry.value, ReadString("value", offset));
  }
  return std::optional<BatchEntry>(entry);
}

// Compares with what is left and never adds: a sum of untrusted lengths may wrap around.
Result<std::string_view> BatchReader::ReadString(std::string_view what, std::size_t entry_offset) {
  const auto length = rest_.ReadVarint64();
  if (length) {
    if (STRATA_MUTANT(u32_wrap_in_entry_bound)) {
      const std::size_t end = rest_.offset() + rest_.rest().size();
      if (static_cast<std::uint32_t>(rest_.offset() + *length) <= end) {
        return *rest_.ReadBytes(std::min<std::uint64_t>(*length, rest_.rest().size()));
      }
    }
    if (const auto bytes = rest_.ReadBytes(*length)) return *bytes;
  }
  return Bad(entry_offset, std::string(what) + " runs past the end");
}

}  // namespace strata::wal
