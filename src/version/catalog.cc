#include "version/catalog.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace strata {

void Catalog::Change::MarkNamed() const {
  for (const auto& table : opened) table->MarkNamed();
  for (const auto& blob : edit.opened_blobs) blob->MarkNamed();
}

Catalog::Catalog(ManifestState state) : state_(std::move(state)) {
  for (const auto& [id, table] : state_.named) named_[id] = std::make_shared<const Version>();
  state_.tables.clear();
  state_.blobs.clear();
}

// --- changes -------------------------------------------------------------------------------------

Result<Catalog::Change> Catalog::Prepare(VersionEdit edit, Opened opened) const {
  STRATA_TRY(state_.CheckLogs(edit));
  STRATA_TRY(state_.CheckNamed(edit));
  Change change;
  change.opened = opened;
  STRATA_TRY_ASSIGN(change.versions, VersionsAfter(edit, std::move(opened)));
  change.edit = std::move(edit);
  for (const BlobId blob : BlobsGone(change)) change.edit.removed_blobs.push_back(blob);
  return change;
}

void Catalog::Install(Change change) {
  // It was checked.
  STRATA_CHECK(state_.ApplyLogs(change.edit).has_value());
  STRATA_CHECK(state_.ApplyNamed(change.edit).has_value());
  for (const FileNumber number : change.edit.removed) tables_.erase(number);
  for (const auto& table : change.opened) tables_[table->meta().number] = table;
  for (const std::uint32_t id : change.edit.dropped) {
    const auto dropped = named_.extract(id);
    for (const Run& run : dropped.mapped()->runs()) {
      for (const auto& table : run.tables) tables_.erase(table->meta().number);
    }
  }
  for (const auto& [id, sequence] : change.edit.truncated) {
    for (const Run& run : current(id)->runs()) {
      for (const auto& table : run.tables) tables_.erase(table->meta().number);
    }
  }
  for (auto& [id, version] : change.versions) {
    if (id == 0) {
      current_ = std::move(version);
    } else {
      named_[id] = std::move(version);
    }
  }
}

Result<Catalog::Versions> Catalog::VersionsAfter(const VersionEdit& edit, Opened opened) const {
  STRATA_CHECK(opened.size() == edit.added.size());
  struct Part {
    VersionEdit edit;
    Opened opened;
  };
  std::map<std::uint32_t, Part> parts;
  for (const FileNumber number : edit.removed) {
    const auto table = FindTable(number);
    parts[table == nullptr ? 0 : table->meta().named_table].edit.removed.push_back(number);
  }
  for (std::size_t i = 0; i < opened.size(); ++i) {
    Part& part = parts[edit.added[i].named_table];
    part.edit.added.push_back(edit.added[i]);
    part.opened.push_back(std::move(opened[i]));
  }
  for (std::size_t i = 0; i < edit.blobs.size(); ++i) {
    Part& part = parts[TableOfBlob(edit, edit.blobs[i].id)];
    part.edit.blobs.push_back(edit.blobs[i]);
    part.edit.opened_blobs.push_back(edit.opened_blobs[i]);
  }
  Versions after;
  for (const NamedTable& table : edit.created) after[table.id] = std::make_shared<const Version>();
  for (const TableTruncated& it : edit.truncated) {
    after[it.table] = std::make_shared<const Version>();
  }
  for (auto& [id, part] : parts) {
    const auto created = after.find(id);
    const auto before = created != after.end() ? created->second : current(id);
    const bool dropped = std::count(edit.dropped.begin(), edit.dropped.end(), id) > 0;
    if (before == nullptr || dropped) {
      return Corruption("the edit is of named table " + std::to_string(id) + ", which isn't there");
    }
    STRATA_TRY_ASSIGN(after[id], before->With(part.edit, std::move(part.opened)));
  }
  return after;
}

// A blob belongs to the table that uses it: all along, or from this edit on.
std::uint32_t Catalog::TableOfBlob(const VersionEdit& edit, BlobId blob) const {
  for (const auto& [table, version] : versions()) {
    if (version->blobs().contains(blob)) return table;
  }
  for (const TableMeta& added : edit.added) {
    for (const sst::BlobUse& use : added.blobs) {
      if (use.blob == blob) return added.named_table;
    }
  }
  return 0;
}

// Those that a changed or dropped table had, and has no more.
std::vector<BlobId> Catalog::BlobsGone(const Change& change) const {
  std::vector<BlobId> gone;
  const auto compare = [&](std::uint32_t table, const Version& after) {
    const auto before = current(table);
    if (before == nullptr) return;
    for (const auto& [id, _] : before->blobs()) {
      if (!after.blobs().contains(id)) gone.push_back(id);
    }
  };
  for (const auto& [table, version] : change.versions) compare(table, *version);
  for (const std::uint32_t table : change.edit.dropped) compare(table, Version());
  std::sort(gone.begin(), gone.end());
  return gone;
}

// --- what there is -------------------------------------------------------------------------------

std::shared_ptr<const Version> Catalog::current(std::uint32_t table) const {
  if (table == 0) return current_;
  const auto found = named_.find(table);
  return found == named_.end() ? nullptr : found->second;
}

Catalog::Versions Catalog::versions() const {
  Versions all = named_;
  all[0] = current_;
  return all;
}

std::shared_ptr<const Table> Catalog::FindTable(FileNumber number) const {
  const auto found = tables_.find(number);
  return found == tables_.end() ? nullptr : found->second;
}

bool Catalog::HasFeature(std::string_view feature) const {
  const std::vector<std::string>& features = state_.properties.features;
  return std::find(features.begin(), features.end(), feature) != features.end();
}

ManifestState Catalog::State(FileNumber next_file, SequenceNumber last_sequence) const {
  ManifestState state = state_;
  for (const auto& [id, version] : versions()) {
    for (const Run& run : version->runs()) {
      for (const auto& table : run.tables) {
        state.tables.emplace(table->meta().number, table->meta());
      }
    }
    for (const auto& [blob, there] : version->blobs()) {
      state.blobs.emplace(blob, there.blob->meta());
    }
  }
  state.next_file = next_file;
  state.last_sequence = last_sequence;
  return state;
}

}  // namespace strata
