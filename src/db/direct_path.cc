// How large values get past the log and the memtables: the queue's front writes them to blob files
// and leaves pointers in their place; a flush makes blobs of the files; recovery follows the
// pointers of a log.

#include <algorithm>

#include "compaction/value_separator.h"
#include "db/db_impl.h"
#include "wal/batch_format.h"

namespace strata {
namespace {

// A generation holds so many times memtable_bytes of direct values at most. More would make
// recovery, which reads and writes them all, slow.
constexpr std::uint64_t kDirectShare = 4;

bool IsPlainValue(EntryKind kind) {
  return kind == EntryKind::kValue || kind == EntryKind::kExpiringValue;
}

void AppendSame(std::string* out, const wal::BatchEntry& entry) {
  const auto table = static_cast<std::uint32_t>(entry.table);
  if (entry.kind == EntryKind::kDelete) {
    wal::AppendDelete(out, entry.key, table);
  } else {
    wal::AppendPut(out, entry.key, entry.value, table, entry.expires_at_us);
  }
}

}  // namespace

std::shared_ptr<DirectValues> DbImpl::StartDirectValues() {
  auto before = std::move(direct_);
  direct_ = std::make_shared<DirectValues>(table_store_, options_.blob_file_bytes, counters_);
  log_.direct = direct_;
  return before;
}

std::uint64_t DbImpl::DirectFill() const {
  return direct_->bytes() / kDirectShare;
}

// --- writing -------------------------------------------------------------------------------------

// Tables come and go at the queue's front only, which therefore needs no mutex.
const Tree& DbImpl::TreeAtFront(std::uint64_t table) const {
  const auto found = named_.find(static_cast<std::uint32_t>(table));
  return found == named_.end() ? *tree_ : *found->second;
}

// From this size on, values of the table are written directly.
std::uint64_t DbImpl::DirectFrom(const Tree& tree) const {
  const std::uint64_t apart = BlobThreshold(tree);
  if (options_.direct_value_bytes == 0 || apart == 0) return compaction::kInlineValueMax;
  return std::min(std::max(options_.direct_value_bytes, apart), compaction::kInlineValueMax);
}

// Whether a batch may have a value to write directly.
bool DbImpl::MayGoDirectly(const WriteBatch& batch) const {
  const std::uint64_t least = options_.direct_value_bytes;
  return batch.value_size_max() >= (least == 0 ? compaction::kInlineValueMax : least);
}

Status DbImpl::WriteDirectly(const std::vector<Writer*>& group, bool sync) {
  const bool only_huge = sync && log_.direct->synced() && !IsWorthSync(group);
  for (Writer* writer : group) {
    if (!MayGoDirectly(*writer->batch)) continue;
    const auto add = [&](const wal::BatchEntry& entry) -> Status {
      const std::uint64_t from =
          only_huge ? compaction::kInlineValueMax : DirectFrom(TreeAtFront(entry.table));
      if (IsPlainValue(entry.kind) && entry.value.size() >= from) {
        return AppendDirectly(entry, &writer->with_pointers);
      }
      AppendSame(&writer->with_pointers, entry);
      return {};
    };
    STRATA_TRY(wal::ForEachEntry(writer->batch->encoded(), 1, add));
  }
  return log_.direct->HandOver();
}

// Writes the entry's value to a blob file, and the entry with a pointer to it to `batch`.
Status DbImpl::AppendDirectly(const wal::BatchEntry& entry, std::string* batch) {
  const Tree& tree = TreeAtFront(entry.table);
  const blob::WriterOptions options{
      .compression = tree.table.options.compression.value_or(options_.compression),
      .zstd_level = options_.zstd_level};
  STRATA_TRY_ASSIGN(const blob::Place place,
                    log_.direct->Append(tree.table.id, entry.value, options));
  std::string bytes;
  blob::AppendPlace(&bytes, place);
  wal::AppendPointer(batch, entry.key, bytes, tree.table.id, entry.expires_at_us);
  return {};
}

bool DbImpl::IsWorthSync(const std::vector<Writer*>& group) const {
  std::uint64_t bytes = 0;
  for (const Writer* writer : group) {
    if (!MayGoDirectly(*writer->batch)) continue;
    const auto count = [&](const wal::BatchEntry& entry) {
      const std::uint64_t size = entry.value.size();
      if (size >= DirectFrom(TreeAtFront(entry.table))) bytes += size;
      return Status();
    };
    // A batch of our own making can always be taken apart.
    STRATA_CHECK(wal::ForEachEntry(writer->batch->encoded(), 1, count).has_value());
  }
  return bytes > 0 && bytes >= options_.direct_sync_bytes;
}

// Side by side with each other and with a flush, which alone would wait for one sync after the
// other. It finishes itself those that no thread has come to.
void DbImpl::FinishFullFiles() {
  for (auto& file : log_.direct->TakeFull()) {
    ScheduleJob(Priority::kLow, [file] {
      (void)file->Finish().has_value();  // The flush gets the same.
      return Step::kDone;
    });
  }
}

// --- flushing ------------------------------------------------------------------------------------

Status DbImpl::AdoptDirect(const Tree& tree, DirectValues& values, VersionEdit* edit,
                           const std::vector<std::shared_ptr<const Table>>& opened) const {
  STRATA_TRY_ASSIGN(auto blobs, values.Finish(tree.table.id));
  // Nothing points to a value any more that was overwritten before the flush.
  std::erase_if(blobs, [&](const std::shared_ptr<const Blob>& blob) {
    return std::none_of(opened.begin(), opened.end(), [&](const auto& table) {
      const auto& uses = table->meta().blobs;
      return std::any_of(uses.begin(), uses.end(),
                         [&](const sst::BlobUse& use) { return use.blob == blob->meta().id; });
    });
  });
  if (options_.verify_outputs) {
    for (const auto& blob : blobs) STRATA_TRY(blob->reader().VerifyAll());
  }
  AddBlobs(blobs, edit);
  return {};
}

// --- recovering ----------------------------------------------------------------------------------

// The entries of a log's record, with their values in files of the new generation. Nothing when a
// value isn't there, for this and all later records: the log ends where the power cut took a value
// away. Values are on the disk before the log says that their record is, so a later record that
// says so makes it damage.
Result<std::optional<std::string_view>> DbImpl::RestoreValues(const wal::Record& record,
                                                              std::string* restored) {
  if (replay_.missing) {
    if (record.synced > replay_.missing_at) {
      return *replay_.missing;
    }
    return std::optional<std::string_view>();
  }
  bool any = false;
  STRATA_TRY(wal::ForEachEntry(record.payload, 1, [&](const wal::BatchEntry& entry) {
    any = any || sst::IsPointer(entry.kind);
    return Status();
  }));
  if (!any) return std::optional(record.payload);
  replay_.saw_direct = true;
  wal::BatchReader entries(record.payload, 1);
  while (!replay_.missing) {
    STRATA_TRY_ASSIGN(const auto entry, entries.Next());
    if (!entry) break;
    STRATA_TRY(RestoreValue(*entry, restored));
  }
  STRATA_TRY(log_.direct->HandOver());
  if (!replay_.missing) return std::optional<std::string_view>(*restored);
  replay_.missing_at = record.offset;
  return std::optional<std::string_view>();
}

Status DbImpl::RestoreValue(wal::BatchEntry entry, std::string* restored) {
  const auto table = static_cast<std::uint32_t>(entry.table);
  if (!sst::IsPointer(entry.kind)) {
    AppendSame(restored, entry);
    return {};
  }
  if (table != 0 && named_.find(table) == named_.end()) {  // Dropped: its values may be gone.
    wal::AppendDelete(restored, entry.key, table);
    return {};
  }
  const auto place = blob::DecodePlace(entry.value);
  if (!place) return Corruption("an entry whose pointer to a blob can't be");
  std::string value;
  if (Status read = ReadUnfinished(*place, &value); !read) {
    const ErrorCode code = read.error().code();
    if (code != ErrorCode::kCorruption && code != ErrorCode::kNotFound) return read;
    replay_.missing = Corruption(read.error().message());
    return {};
  }
  entry.value = value;
  //@L20{
  if (options_.read_only) {  // Nothing is written: it goes into the memtable.
    AppendSame(restored, entry);
    return {};
  }
  //@}
  return AppendDirectly(entry, restored);
}

// `end` as it is for a log that ends before the record whose value isn't there.
Status DbImpl::EndAtMissingValue(LogEnd* end) {
  if (!replay_.missing) return {};
  if (end->complete) return *replay_.missing;
  replay_.missing.reset();
  end->valid_length = replay_.missing_at;
  end->torn = true;
  return {};
}

Status DbImpl::ReadUnfinished(const blob::Place& place, std::string* value) const {
  const std::string name = BlobFileName(place.pointer.blob);
  STRATA_TRY_ASSIGN(const auto file, environment_.files->Open(JoinPath(directory_, name)));
  return Annotate(blob::ReadPlace(*file, place, value),
                  name + ": value at offset " + std::to_string(place.offset));
}

// Every value that a record of a log points to is there.
Status DbImpl::VerifyPlaces(const wal::Record& record) const {
  std::string value;
  return wal::ForEachEntry(record.payload, 1, [&](const wal::BatchEntry& entry) -> Status {
    if (!sst::IsPointer(entry.kind)) return {};
    const auto place = blob::DecodePlace(entry.value);
    if (!place) return Corruption("an entry whose pointer to a blob can't be");
    return ReadUnfinished(*place, &value);
  });
}

}  // namespace strata
