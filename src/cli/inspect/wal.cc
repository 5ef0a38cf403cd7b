#include "blob/pending_blob.h"
#include "cli/inspect/inspect.h"
#include "cli/inspect/log.h"
#include "sst/blob_uses.h"
#include "version/file_names.h"
#include "wal/batch_format.h"

namespace strata::cli {
namespace {

std::string ValueOrPlace(const wal::BatchEntry& entry) {
  const auto place =
      sst::IsPointer(entry.kind) ? blob::DecodePlace(entry.value) : std::optional<blob::Place>();
  if (!place) return " = " + Quoted(entry.value);
  return ": value " + std::to_string(place->pointer.ordinal) + " of " +
         BlobFileName(place->pointer.blob) + ", " + std::to_string(place->pointer.length) +
         " bytes, at offset " + std::to_string(place->offset);
}

// The entries of a batch, each one row, up to `limit`; all are read.
Status DumpBatch(const wal::Record& record, std::uint64_t limit, FieldDump& dump) {
  const std::uint64_t start = record.offset + wal::kHeaderSize;
  wal::BatchReader reader(record.payload, record.sequence);
  std::size_t begin = 0;
  for (std::uint64_t entries = 0;; ++entries) {
    STRATA_TRY_ASSIGN(const std::optional<wal::BatchEntry> entry, reader.Next());
    if (!entry) {
      if (entries > limit) {
        dump.Add(start + begin, "", "more", std::to_string(entries - limit) + " more entries");
      }
      return {};
    }
    if (entries >= limit) continue;
    // The entry ends where its last string does.
    const std::string_view last = entry->kind == EntryKind::kDelete ? entry->key : entry->value;
    const auto end = static_cast<std::size_t>(last.data() + last.size() - record.payload.data());
    std::string meaning = Quoted(entry->key);
    if (entry->kind != EntryKind::kDelete) meaning += ValueOrPlace(*entry);
    if (entry->table != 0) meaning += ", table " + std::to_string(entry->table);
    if (entry->expires_at_us != 0) meaning += ", expires " + std::to_string(entry->expires_at_us);
    dump.Add(start + begin, record.payload.substr(begin, end - begin),
             KindName(static_cast<std::uint8_t>(entry->kind)),
             meaning + " @ " + std::to_string(entry->sequence));
    begin = end;
  }
}

}  // namespace

Inspection InspectWal(std::string_view contents, std::uint64_t limit) {
  return InspectLog(contents, limit, [limit](const wal::Record& record, FieldDump& dump) -> Status {
    if (record.type == wal::RecordType::kBatch) return DumpBatch(record, limit, dump);
    return {};
  });
}

}  // namespace strata::cli
