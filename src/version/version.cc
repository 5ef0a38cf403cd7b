#include "version/version.h"

#include <algorithm>

#include "base/escape.h"
#include "version/run_iterator.h"

namespace strata {

Table::~Table() {
  if (on_last_use_) on_last_use_();
}

void Table::MarkObsolete(std::function<void()> remove) const {
  STRATA_DCHECK(!on_last_use_);
  on_last_use_ = std::move(remove);
}

TableMeta MakeTableMeta(FileNumber number, RunPosition position, const FileId& file_id,
                        const sst::TableSummary& summary) {
  TableMeta meta;
  meta.number = number;
  meta.position = position;
  meta.size_bytes = summary.size_bytes;
  meta.file_id = file_id;
  meta.footer_checksum = summary.footer_checksum;
  meta.smallest = summary.smallest;
  meta.largest = summary.largest;
  meta.sequence_min = summary.sequence_min;
  meta.sequence_max = summary.sequence_max;
  meta.entries = summary.entries;
  meta.deletes = summary.deletes;
  meta.raw_bytes = summary.raw_bytes;
  return meta;
}

Status CheckOpenedTable(const TableMeta& meta, const sst::TableReader& reader) {
  const auto differs = [&](std::string_view what) {
    return Corruption(reader.name() + ": not the table that the manifest names: its " +
                      std::string(what) + " differs");
  };
  if (reader.summary().size_bytes != meta.size_bytes) return differs("size");
  if (reader.file_id() != meta.file_id) return differs("file id");
  if (reader.summary().footer_checksum != meta.footer_checksum) return differs("footer");
  return {};
}

// --- Run -----------------------------------------------------------------------------------------

std::uint64_t Run::size_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& table : tables) sum += table->meta().size_bytes;
  return sum;
}

std::uint64_t Run::entries() const {
  std::uint64_t sum = 0;
  for (const auto& table : tables) sum += table->meta().entries;
  return sum;
}

const Table* Run::Find(std::string_view user_key) const {
  const auto ends_before = [&](const std::shared_ptr<const Table>& table) {
    return UserKeyOf(table->meta().largest) < user_key;
  };
  const auto found = std::partition_point(tables.begin(), tables.end(), ends_before);
  if (found == tables.end() || user_key < UserKeyOf((*found)->meta().smallest)) return nullptr;
  return found->get();
}

// --- Version: reading ----------------------------------------------------------------------------

Result<std::optional<sst::TableHit>> Version::Get(std::string_view user_key,
                                                  SequenceNumber sequence,
                                                  const sst::TableReadOptions& options,
                                                  Counters& counters, std::string* value) const {
  //@solve 5.2 "ask the runs, newest first" inert()
  for (const Run& run : runs_) {
    const Table* table = run.Find(user_key);
    if (table == nullptr) continue;
    counters.Add(Counter::kTablesProbed);
    STRATA_TRY_ASSIGN(std::optional<sst::TableHit> hit,
                      table->reader().Get(user_key, sequence, options, value));
    if (hit.has_value()) return hit;
  }
  //@}
  return std::optional<sst::TableHit>();
}

void Version::AddIterators(const sst::TableReadOptions& options,
                           std::vector<std::unique_ptr<InternalIterator>>* out) const {
  for (const Run& run : runs_) {
    out->push_back(run.tables.size() == 1 ? run.tables.front()->reader().NewIterator(options)
                                          : NewRunIterator(run, options));
  }
}

// --- Version: the next one -----------------------------------------------------------------------

Result<std::shared_ptr<const Version>> Version::With(
    const VersionEdit& edit, std::vector<std::shared_ptr<const Table>> opened) const {
  STRATA_CHECK(opened.size() == edit.added.size());
  auto next = std::make_shared<Version>(*this);
  for (const FileNumber number : edit.removed) STRATA_TRY(next->Remove(number));
  for (auto& table : opened) STRATA_TRY(next->Add(std::move(table)));
  std::erase_if(next->runs_, [](const Run& run) { return run.tables.empty(); });
  return std::shared_ptr<const Version>(std::move(next));
}

Status Version::Remove(FileNumber number) {
  const auto is_it = [&](const std::shared_ptr<const Table>& table) {
    return table->meta().number == number;
  };
  for (Run& run : runs_) {
    if (std::erase_if(run.tables, is_it) != 0) return {};
  }
  return Corruption("the edit removes " + TableFileName(number) + ", which isn't there");
}

Status Version::Add(std::shared_ptr<const Table> table) {
  const TableMeta& meta = table->meta();
  if (FindTable(meta.number) != nullptr) {
    return Corruption("the edit adds " + TableFileName(meta.number) + ", which is there already");
  }
  const auto overlap = [&](const std::shared_ptr<const Table>& other) {
    return Corruption("the edit adds " + TableFileName(meta.number) + ", which overlaps " +
                      TableFileName(other->meta().number) + " of the same run");
  };
  auto& tables = RunAt(meta.position).tables;
  const auto is_before = [&](const std::shared_ptr<const Table>& other) {
    return UserKeyOf(other->meta().largest) < UserKeyOf(meta.smallest);
  };
  const auto after = std::partition_point(tables.begin(), tables.end(), is_before);
  if (after != tables.end() && UserKeyOf((*after)->meta().smallest) <= UserKeyOf(meta.largest)) {
    return overlap(*after);
  }
  tables.insert(after, std::move(table));
  return {};
}

Run& Version::RunAt(RunPosition position) {
  const auto is_read_before = [&](const Run& run) {
    if (run.position.level != position.level) return run.position.level < position.level;
    return run.position.run > position.run;
  };
  const auto found = std::partition_point(runs_.begin(), runs_.end(), is_read_before);
  if (found != runs_.end() && found->position == position) return *found;
  return *runs_.insert(found, Run{position, {}});
}

// --- Version: what is in it ----------------------------------------------------------------------

std::shared_ptr<const Table> Version::FindTable(FileNumber number) const {
  for (const Run& run : runs_) {
    for (const auto& table : run.tables) {
      if (table->meta().number == number) return table;
    }
  }
  return nullptr;
}

std::size_t Version::table_count() const {
  std::size_t count = 0;
  for (const Run& run : runs_) count += run.tables.size();
  return count;
}

std::uint64_t Version::size_bytes() const {
  std::uint64_t sum = 0;
  for (const Run& run : runs_) sum += run.size_bytes();
  return sum;
}

std::uint64_t Version::level_bytes(std::uint32_t level) const {
  std::uint64_t sum = 0;
  for (const Run& run : runs_) sum += run.position.level == level ? run.size_bytes() : 0;
  return sum;
}

std::uint32_t Version::level_count() const {
  return runs_.empty() ? 0 : runs_.back().position.level + 1;
}

std::string DescribeVersion(const Version& version) {
  std::string out;
  std::optional<std::uint32_t> level;
  for (const Run& run : version.runs()) {
    if (level != run.position.level) out += "level " + std::to_string(run.position.level) + "\n";
    level = run.position.level;
    out += "  run " + std::to_string(run.position.run) + "  ";
    for (const auto& table : run.tables) {
      const TableMeta& meta = table->meta();
      out += " " + TableFileName(meta.number) + " [" + EscapeShort(UserKeyOf(meta.smallest)) +
             " .. " + EscapeShort(UserKeyOf(meta.largest)) + "]";
    }
    out += "\n";
  }
  return out;
}

}  // namespace strata
