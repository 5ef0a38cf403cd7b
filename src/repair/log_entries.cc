#include "repair/log_entries.h"

#include <algorithm>
#include <utility>

#include "base/coding.h"
#include "iter/expiry.h"
#include "sst/blob_uses.h"
#include "wal/batch_format.h"
#include "wal/log_salvage.h"

namespace strata::repair {
namespace {

constexpr std::uint64_t kLogBytesMax = 8ULL << 30;

class LogFile {
 public:
  LogFile(FileNumber number, const Inventory& inventory, LogEntries* entries,
          std::vector<LostRange>* lost)
      : name_(LogFileName(number)), inventory_(inventory), entries_(*entries), lost_(*lost) {
    const auto sealed = inventory.state.sealed_logs.find(number);
    if (sealed != inventory.state.sealed_logs.end()) sealed_length_ = sealed->second;
  }

  void Read(const Source& source) {
    const auto contents = source.files.ReadFile(source.PathOf(name_), kLogBytesMax);
    if (!contents) return Lose(0, contents.error().message());
    ++entries_.logs_read;
    wal::LogSalvage log(*contents, sealed_length_);
    while (const auto record = log.Next()) {
      if (record->type == wal::RecordType::kBatch) Add(*record);
    }
    for (const wal::LogGap& gap : log.gaps()) {
      Lose(gap.offset, "records at offset " + std::to_string(gap.offset) + ", " +
                           std::to_string(gap.size) + " bytes: " + gap.why);
    }
    if (log.gaps().empty()) CheckEnd(*contents);
    for (auto& [table, memtable] : memtables_) {
      auto& all = entries_.tables[table];
      all.insert(all.begin(), std::move(memtable));
    }
  }

 private:
  void Add(const wal::Record& record) {
    std::uint64_t count = 0;
    const Status added =
        wal::ForEachEntry(record.payload, record.sequence, [&](const wal::BatchEntry& entry) {
          ++count;
          Add(entry);
          return Status();
        });
    if (!added) Lose(record.offset, added.error().message());
    if (count == 0) return;
    entries_.last_sequence = std::max(entries_.last_sequence, record.sequence + count - 1);
  }

  // As TreeSet::Insert does, but a pointer stays what the log has.
  void Add(const wal::BatchEntry& entry) {
    const auto id = static_cast<std::uint32_t>(entry.table);
    if (inventory_.dropped.contains(id)) return;
    EntryKind kind = entry.kind;
    std::string value(entry.value);
    if (kind != EntryKind::kDelete && value.empty() && EmptyDeletes(id)) kind = EntryKind::kDelete;
    if (kind != EntryKind::kDelete && IsExpiring(kind)) {
      std::string expiry;
      AppendFixed64(&expiry, entry.expires_at_us);
      value.insert(0, expiry);
    }
    auto& memtable = memtables_[id];
    if (memtable == nullptr) memtable = std::make_unique<MemTable>(id + 1);
    memtable->Add(entry.sequence, kind, entry.key, value);
  }

  bool EmptyDeletes(std::uint32_t id) const {
    if (id == 0) return inventory_.state.properties.empty_value_deletes;
    const auto found = inventory_.state.named.find(id);
    return found != inventory_.state.named.end() && found->second.options.empty_value_deletes;
  }

  // Records may be damaged of which nothing is left to be found, but that another says were synced.
  void CheckEnd(std::string_view contents) {
    wal::LogReader reader(contents, {.sealed_length = sealed_length_});
    while (true) {
      const auto record = reader.Next();
      if (!record) return Lose(reader.valid_length(), record.error().message());
      if (!*record) return;
    }
  }

  void Lose(std::uint64_t offset, std::string what) {
    lost_.push_back({.file = name_,
                     .offset = offset,
                     .what = std::move(what),
                     .table = "",
                     .older_may_show = true});
  }

  const std::string name_;
  const Inventory& inventory_;
  std::optional<std::uint64_t> sealed_length_;
  LogEntries& entries_;
  std::vector<LostRange>& lost_;
  std::map<std::uint32_t, std::unique_ptr<MemTable>> memtables_;
};

}  // namespace

LogEntries ReadLogs(const Source& source, const Inventory& inventory,
                    std::vector<LostRange>* lost) {
  LogEntries entries;
  for (const FileNumber number : inventory.logs) {
    LogFile(number, inventory, &entries, lost).Read(source);
  }
  return entries;
}

}  // namespace strata::repair
