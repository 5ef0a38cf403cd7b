// Values that a log only points to: they are brought into files of a new generation, as entries are
// brought into new memtables.

#include "blob/blob_format.h"
#include "recovery/recovery.h"
#include "wal/batch_format.h"

namespace strata {

// The entries of a log's record, with their values in files of the new generation. Nothing when a
// value isn't there, for this and all later records: the log ends where the power cut took a value
// away. Values are on the disk before the log says that their record is, so a later record that
// says so makes it damage.
Result<std::optional<std::string_view>> Recovery::RestoreValues(const wal::Record& record,
                                                                std::string* restored) {
  if (missing_) {
    if (record.synced > missing_at_) {
      return *missing_;
    }
    return std::optional<std::string_view>();
  }
  bool any = false;
  STRATA_TRY(wal::ForEachEntry(record.payload, 1, [&](const wal::BatchEntry& entry) {
    any = any || sst::IsPointer(entry.kind);
    return Status();
  }));
  if (!any) return std::optional(record.payload);
  saw_direct_ = true;
  wal::BatchReader entries(record.payload, record.sequence);
  while (!missing_) {
    STRATA_TRY_ASSIGN(const auto entry, entries.Next());
    if (!entry) break;
    STRATA_TRY(RestoreValue(*entry, restored));
  }
  STRATA_TRY(trees_.direct()->HandOver());
  if (!missing_) return std::optional<std::string_view>(*restored);
  missing_at_ = record.offset;
  return std::optional<std::string_view>();
}

Status Recovery::RestoreValue(wal::BatchEntry entry, std::string* restored) {
  const auto table = static_cast<std::uint32_t>(entry.table);
  if (!sst::IsPointer(entry.kind)) {
    DirectWriter::AppendSame(entry, restored);
    return {};
  }
  if (table != 0 && trees_.Find({table}) == nullptr) {  // Dropped: its values may be gone.
    wal::AppendDelete(restored, entry.key, table);
    return {};
  }
  if (IsTruncated(entry)) {  // The same, and PutBack leaves it out.
    wal::AppendDelete(restored, entry.key, table);
    return {};
  }
  const auto place = blob::DecodePlace(entry.value);
  if (!place) return Corruption("an entry whose pointer to a blob can't be");
  std::string value;
  if (Status read = ReadDirect(context_, *place, &value); !read) {
    const ErrorCode code = read.error().code();
    if (code != ErrorCode::kCorruption && code != ErrorCode::kNotFound) return read;
    missing_ = Corruption(read.error().message());
    return {};
  }
  entry.value = value;
  if (context_.options.read_only) {  // Nothing is written: it goes into the memtable.
    DirectWriter::AppendSame(entry, restored);
    return {};
  }
  return direct_writer_.Append(entry, restored);
}

// `end` as it is for a log that ends before the record whose value isn't there.
Status Recovery::EndAtMissingValue(LogEnd* end) {
  if (!missing_) return {};
  if (end->complete) return *missing_;
  missing_.reset();
  end->valid_length = missing_at_;
  end->torn = true;
  return {};
}

}  // namespace strata
