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
  meta.blobs = summary.blobs;
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

// --- Blob ----------------------------------------------------------------------------------------

Blob::~Blob() {
  if (on_last_use_) on_last_use_();
}

void Blob::MarkObsolete(std::function<void()> remove) const {
  STRATA_DCHECK(!on_last_use_);
  on_last_use_ = std::move(remove);
}

std::uint64_t BlobState::live_bytes() const {
  const BlobMeta& meta = blob->meta();
  if (live_values >= meta.values) return meta.size_bytes;
  if (meta.raw_bytes == 0) return meta.size_bytes * live_values / meta.values;
  const double share = static_cast<double>(live_raw_bytes) / static_cast<double>(meta.raw_bytes);
  return static_cast<std::uint64_t>(share * static_cast<double>(meta.size_bytes));
}

BlobMeta MakeBlobMeta(FileNumber file, const FileId& file_id, const blob::BlobSummary& summary) {
  return {.id = summary.blob,
          .file = file,
          .size_bytes = summary.size_bytes,
          .file_id = file_id,
          .footer_checksum = summary.footer_checksum,
          .values = summary.values,
          .raw_bytes = summary.raw_bytes};
}

Status CheckOpenedBlob(const BlobMeta& meta, const blob::BlobReader& reader) {
  if (MakeBlobMeta(meta.file, reader.file_id(), reader.summary()) == meta) return {};
  return Corruption(reader.name() + ": not the blob file that the manifest names");
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
  for (const Run& run : runs_) {
    const Table* table = run.Find(user_key);
    if (table == nullptr) continue;
    counters.Add(Counter::kTablesProbed);
    STRATA_TRY_ASSIGN(std::optional<sst::TableHit> hit,
                      table->reader().Get(user_key, sequence, options, value));
    if (hit.has_value() && !options.leave_pointers) STRATA_TRY(Resolve(&hit->kind, value));
    if (hit.has_value()) return hit;
  }
  return std::optional<sst::TableHit>();
}

void Version::AddIterators(const sst::TableReadOptions& options,
                           std::vector<std::unique_ptr<InternalIterator>>* out) const {
  for (const Run& run : runs_) {
    out->push_back(run.tables.size() == 1 ? run.tables.front()->reader().NewIterator(options)
                                          : NewRunIterator(run, options));
  }
}

void AddBlobs(const std::vector<std::shared_ptr<const Blob>>& blobs, VersionEdit* edit) {
  for (const auto& blob : blobs) {
    edit->blobs.push_back(blob->meta());
    edit->opened_blobs.push_back(blob);
  }
}

Status Version::Resolve(EntryKind* kind, std::string* value) const {
  return blob::Resolve([this](BlobId blob) { return FileOf(blob); }, kind, value);
}

const blob::ValueFile* Version::FileOf(BlobId blob) const {
  const auto found = blobs_.find(blob);
  return found == blobs_.end() ? nullptr : &found->second.blob->reader();
}

Result<Bitmap> Version::LiveIn(BlobId blob) const {
  Bitmap live;
  for (const Run& run : runs_) {
    for (const auto& table : run.tables) {
      const auto& uses = table->meta().blobs;
      const bool may_use = std::any_of(
          uses.begin(), uses.end(), [blob](const sst::BlobUse& use) { return use.blob == blob; });
      if (may_use) STRATA_TRY(table->reader().AddLiveIn(blob, &live));
    }
  }
  return live;
}

std::uint64_t Version::blob_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& [_, state] : blobs_) sum += state.size_bytes();
  return sum;
}

std::uint64_t Version::blob_live_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& [_, state] : blobs_) sum += state.live_bytes();
  return sum;
}

// --- Version: the next one -----------------------------------------------------------------------

Result<std::shared_ptr<const Version>> Version::With(
    const VersionEdit& edit, std::vector<std::shared_ptr<const Table>> opened) const {
  STRATA_CHECK(opened.size() == edit.added.size());
  auto next = std::make_shared<Version>(*this);
  for (const FileNumber number : edit.removed) STRATA_TRY(next->Remove(number));
  STRATA_CHECK(edit.opened_blobs.size() == edit.blobs.size());
  for (const auto& blob : edit.opened_blobs) {
    BlobState& state = next->blobs_[blob->meta().id];
    state.blob = blob;
    if (state.live_values > blob->meta().values) {
      return Corruption("the edit moves blob " + std::to_string(blob->meta().id) +
                        " to a file that lacks values in use");
    }
  }
  for (auto& table : opened) STRATA_TRY(next->Add(std::move(table)));
  std::erase_if(next->runs_, [](const Run& run) { return run.tables.empty(); });
  std::erase_if(next->blobs_, [](const auto& blob) { return blob.second.live_values == 0; });
  return std::shared_ptr<const Version>(std::move(next));
}

Status Version::Remove(FileNumber number) {
  const auto is_it = [&](const std::shared_ptr<const Table>& table) {
    return table->meta().number == number;
  };
  for (Run& run : runs_) {
    const auto found = std::find_if(run.tables.begin(), run.tables.end(), is_it);
    if (found != run.tables.end()) Release((*found)->meta());
    if (std::erase_if(run.tables, is_it) != 0) return {};
  }
  return Corruption("the edit removes " + TableFileName(number) + ", which isn't there");
}

Status Version::Add(std::shared_ptr<const Table> table) {
  const TableMeta& meta = table->meta();
  if (FindTable(meta.number) != nullptr) {
    return Corruption("the edit adds " + TableFileName(meta.number) + ", which is there already");
  }
  STRATA_TRY(Use(meta));
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

void Version::Release(const TableMeta& table) {
  for (const sst::BlobUse& use : table.blobs) {
    BlobState& state = blobs_.at(use.blob);
    state.live_values -= use.values;
    state.live_raw_bytes -= use.bytes;
  }
}

Status Version::Use(const TableMeta& table) {
  for (const sst::BlobUse& use : table.blobs) {
    const auto found = blobs_.find(use.blob);
    const auto wrong = [&](std::string_view what) {
      return Corruption("the edit adds " + TableFileName(table.number) + ", which uses values of " +
                        "blob " + std::to_string(use.blob) + ", which " + std::string(what));
    };
    if (found == blobs_.end()) return wrong("isn't there");
    BlobState& state = found->second;
    state.live_values += use.values;
    state.live_raw_bytes += use.bytes;
    if (state.live_values > state.blob->meta().values) return wrong("hasn't so many");
  }
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
