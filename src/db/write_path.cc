// What every write does, whoever leads it: check the batch, know whether the store takes writes,
// and put entries into a memtable.

#include "base/escape.h"
#include "db/db_impl.h"
#include "wal/batch_format.h"

namespace strata {
namespace {

// A batch is one record of the log, whose length has 32 bits.
constexpr std::size_t kBatchSizeMax = 1ULL << 30;

}  // namespace

//@L12{
namespace {

// A batch for one entry, in the memory of the thread's last one. While it is in use the thread may
// come by again (a wait runs other jobs), so it is taken out of its place.
class OneEntry {
 public:
  OneEntry() : batch_(std::move(kept)) { batch_.Clear(); }
  OneEntry(const OneEntry&) = delete;
  OneEntry& operator=(const OneEntry&) = delete;
  ~OneEntry() {
    if (batch_.size_bytes() <= kKeptMax) kept = std::move(batch_);
  }
  WriteBatch& batch() { return batch_; }

 private:
  static constexpr std::size_t kKeptMax = 64 << 10;
  static thread_local WriteBatch kept;
  WriteBatch batch_;
};
thread_local WriteBatch OneEntry::kept;

}  // namespace

//@}
Status DB::Put(std::string_view key, std::string_view value, const WriteOptions& options) {
  //@L02..11{
  //| WriteBatch batch;
  //| batch.Put(key, value);
  //| return Write(batch, options);
  //@}
  //@L12{
  OneEntry one;
  //| one.batch().Put(key, value);  //@L12..16
  one.batch().Put(key, value, {.table = options.table});  //@L17
  return Write(one.batch(), options);
  //@}
}

Status DB::Delete(std::string_view key, const WriteOptions& options) {
  //@L02..11{
  //| WriteBatch batch;
  //| batch.Delete(key);
  //| return Write(batch, options);
  //@}
  //@L12{
  OneEntry one;
  //| one.batch().Delete(key);  //@L12..16
  one.batch().Delete(key, {.table = options.table});  //@L17
  return Write(one.batch(), options);
  //@}
}

Status DbImpl::CheckBatch(const WriteBatch& batch) const {
  if (batch.key_size_max() > kKeySizeMax) {
    return InvalidArgument("a key of " + std::to_string(batch.key_size_max()) +
                           " bytes is longer than the " + std::to_string(kKeySizeMax) +
                           " that are allowed; nothing was written");
  }
  if (batch.value_size_max() > kValueSizeMax) {
    return InvalidArgument("a value of " + std::to_string(batch.value_size_max()) +
                           " bytes is longer than the " + std::to_string(kValueSizeMax) +
                           " that are allowed; nothing was written");
  }
  //| if (batch.size_bytes() > kBatchSizeMax) {  //@L02..18
  if (batch.size_in_log_max() > kBatchSizeMax) {  //@L19
    return InvalidArgument("a batch of " + std::to_string(batch.size_bytes()) +
                           " bytes is larger than the " + std::to_string(kBatchSizeMax) +
                           " that are allowed; split it; nothing was written");
  }
  return {};
}

Status DbImpl::CheckWritable() const {
  if (closed_) return Error(ErrorCode::kAborted, "the store is closed");
  //@L03{
  if (!read_only_) {
    return Error(ErrorCode::kReadOnly,
                 "the store takes no more writes until it is opened anew, because of: " +
                     read_only_.error().message());
  }
  //@}
  return {};
}

//@L03{
bool DbImpl::WantsSync(const WriteOptions& options) const {
  return options.sync.value_or(options_.sync == SyncMode::kAlways);
}

Status DbImpl::Remember(Status status) {
  if (!status && read_only_) {
    read_only_ = status;
    if (events_) events_->Emit("read_only", {{"cause", status.error().message()}});
  }
  return status;
}
//@}

// The memtables stay where they are while the queue's front works: no mutex is needed.
Status DbImpl::InsertEntries(std::string_view entries, SequenceNumber first,
                             [[maybe_unused]] bool concurrently, std::uint64_t* count) const {
  std::uint64_t counted = 0;
  //| const Tree& tree = *tree_;  //@L02..16
  //@L17{
  const auto* const named = &named_;
  const Tree& default_tree = *tree_;
  const std::uint32_t next_table = next_named_table_;
  //@}
  STRATA_TRY(wal::ForEachEntry(entries, first, [&](const wal::BatchEntry& entry) {
    ++counted;
    //@L17{
    const auto found =
        entry.table == 0 ? named->end() : named->find(static_cast<std::uint32_t>(entry.table));
    if (entry.table != 0 && found == named->end()) {
      if (entry.table < next_table) return Status();  // Dropped after it was written.
      return Status(
          Corruption("an entry of table " + std::to_string(entry.table) + ", which never was"));
    }
    const Tree& tree = entry.table == 0 ? default_tree : *found->second;
    //@}
    MemTable& memtable = *tree.memtable;
    EntryKind kind = entry.kind;
    //@L02..16{
    //| if (kind == EntryKind::kValue && entry.value.empty() && empty_value_deletes_) {
    //|   kind = EntryKind::kDelete;
    //| }
    //@}
    //@L17{
    std::string_view value = entry.value;
    std::string with_expiry;
    //@L19{
    std::string pointer;
    if (sst::IsPointer(kind)) {
      const auto place = blob::DecodePlace(value);
      if (!place) return Status(Corruption("an entry whose pointer to a blob can't be"));
      AppendBlobPointer(&pointer, place->pointer);
      value = pointer;
    }
    //@}
    const bool deletes =
        entry.table == 0 ? empty_value_deletes_ : tree.table.options.empty_value_deletes;
    if (kind != EntryKind::kDelete && value.empty() && deletes) {
      kind = EntryKind::kDelete;
      //| } else if (kind == EntryKind::kExpiringValue) {  //@L17..18
    } else if (IsExpiring(kind)) {  //@L19
      AppendFixed64(&with_expiry, entry.expires_at_us);
      with_expiry.append(value);
      value = with_expiry;
    }
    //@}
    //@L12{
    if (concurrently) {
      //| memtable.AddConcurrently(entry.sequence, kind, entry.key, entry.value);  //@L12..16
      memtable.AddConcurrently(entry.sequence, kind, entry.key, value);  //@L17
      return Status();
    }
    //@}
    //| memtable.Add(entry.sequence, kind, entry.key, entry.value);  //@L02..16
    memtable.Add(entry.sequence, kind, entry.key, value);  //@L17
    return Status();
  }));
  if (count != nullptr) *count = counted;
  return {};
}

}  // namespace strata
