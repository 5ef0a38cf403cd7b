#include "backup/log_shipping.h"

#include <algorithm>

#include "backup/repository.h"
#include "sst/blob_uses.h"
#include "wal/batch_format.h"
#include "wal/log_reader.h"

namespace strata::backup {
namespace {

// Up to where the repository has this store's writes, by logs or by a backup.
Result<SequenceNumber> StoredUpTo(Target& target, const FileId& store) {
  SequenceNumber last = 0;
  STRATA_TRY_ASSIGN(const auto logs, ListLogs(target, store));
  for (const LogsName& name : logs) last = std::max(last, name.last);
  STRATA_TRY_ASSIGN(const auto backups, ReadBackups(target));
  for (const FoundBackup& found : backups) {
    if (!found.manifest || found.manifest->state.properties.store_id != store) continue;
    last = std::max(last, found.manifest->sequence());
  }
  return last;
}

constexpr std::uint64_t kPayloadMax = 256 << 20;  // Of a record with all its values,
constexpr std::uint64_t kObjectBytes = 64 << 20;  // and of an object, about.

// Appends an entry with its value. False: it isn't there any more, or is too large.
Result<bool> AppendWhole(const wal::BatchEntry& entry, const ValueReader& read_value,
                         std::string* payload) {
  const auto table = static_cast<std::uint32_t>(entry.table);
  if (entry.kind == EntryKind::kDelete) {
    wal::AppendDelete(payload, entry.key, table);
    return true;
  }
  std::string value(sst::IsPointer(entry.kind) ? "" : entry.value);
  if (sst::IsPointer(entry.kind)) {
    const auto place = blob::DecodePlace(entry.value);
    if (!place) return Corruption("an entry whose pointer to a blob can't be");
    const Status read = read_value(*place, &value);
    if (!read) {
      const ErrorCode code = read.error().code();
      if (code != ErrorCode::kNotFound && code != ErrorCode::kCorruption) return read.error();
      return false;
    }
  }
  if (payload->size() + value.size() > kPayloadMax) return false;
  wal::AppendPut(payload, entry.key, value, table, entry.expires_at_us);
  return true;
}

// The payload with all values in it; nothing when one can't be had.
Result<std::optional<std::string>> WholePayload(const wal::Record& record,
                                                const ValueReader& read_value) {
  std::string payload;
  wal::BatchReader entries(record.payload, record.sequence);
  while (true) {
    STRATA_TRY_ASSIGN(const auto entry, entries.Next());
    if (!entry) return std::optional(std::move(payload));
    STRATA_TRY_ASSIGN(const bool whole, AppendWhole(*entry, read_value, &payload));
    if (!whole) return std::optional<std::string>();
  }
}

// Puts records together, in stretches without holes, none too long.
class Collector {
 public:
  Collector(const LogsOrigin& origin, const ValueReader& read_value, SequenceNumber after)
      : origin_(origin), read_value_(read_value), next_(after + 1) {}

  Status Add(const wal::Record& record) {
    STRATA_TRY_ASSIGN(const std::uint64_t count, CountEntries(record.payload));
    if (count == 0 || record.sequence < next_ || record.sequence + count - 1 > origin_.last) {
      return {};
    }
    STRATA_TRY_ASSIGN(auto payload, WholePayload(record, read_value_));
    if (!payload) return {};  // The next one will be after a hole.
    if (stretches_.empty() || record.sequence != next_ || bytes_ > kObjectBytes) {
      stretches_.push_back({.name = {origin_.store_id, record.sequence, 0},
                            .tables = origin_.tables,
                            .time_us = origin_.time_us,
                            .records = {}});
      bytes_ = 0;
    }
    bytes_ += payload->size();
    stretches_.back().records.push_back({record.sequence, *std::move(payload)});
    next_ = record.sequence + count;
    stretches_.back().name.last = next_ - 1;
    return {};
  }

  const std::vector<Logs>& stretches() const { return stretches_; }

 private:
  const LogsOrigin& origin_;
  const ValueReader& read_value_;
  SequenceNumber next_;
  std::uint64_t bytes_ = 0;  // Of the last stretch.
  std::vector<Logs> stretches_;
};

Status Collect(const OpenLog& log, Collector* collector) {
  std::string bytes(static_cast<std::size_t>(std::min(log.size, log.file->size())), '\0');
  STRATA_TRY_ASSIGN(const std::string_view contents, log.file->Read(0, bytes.size(), bytes.data()));
  wal::LogReader reader(contents);
  while (true) {
    STRATA_TRY_ASSIGN(const auto record, reader.Next());
    if (!record) return {};
    if (record->type == wal::RecordType::kBatch) STRATA_TRY(collector->Add(*record));
  }
}

}  // namespace

Result<ShippedLogs> ShipLogs(const std::vector<OpenLog>& logs, const LogsOrigin& origin,
                             const ValueReader& read_value, Target& target) {
  STRATA_TRY_ASSIGN(const SequenceNumber stored, StoredUpTo(target, origin.store_id));
  Collector collector(origin, read_value, stored);
  for (const OpenLog& log : logs) {
    STRATA_TRY(Annotate(Collect(log, &collector), "reading " + LogFileName(log.number)));
  }
  ShippedLogs shipped;
  SequenceNumber end = stored;
  for (const Logs& stretch : collector.stretches()) {
    if (stretch.name.first != end + 1 && !shipped.hole_from) shipped.hole_from = end + 1;
    const std::string bytes = EncodeLogs(stretch);
    STRATA_TRY(target.Create(stretch.name.ObjectName(), bytes));
    if (shipped.first == 0) shipped.first = stretch.name.first;
    shipped.last = end = stretch.name.last;
    shipped.bytes += bytes.size();
  }
  if (end < origin.last && !shipped.hole_from) shipped.hole_from = end + 1;
  return shipped;
}

}  // namespace strata::backup
