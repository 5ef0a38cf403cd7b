// Named tables: how they come and go, and how a read or a batch finds the one that it means. All
// changes run at the commit queue's front, so no batch is on its way meanwhile.

#include <algorithm>

#include "db/db_impl.h"

namespace strata {
namespace {

Error NoTable(std::string_view name) {
  return {ErrorCode::kNotFound, "no table is named \"" + std::string(name) + "\""};
}

Error NoTable(TableRef table) {
  return {ErrorCode::kNotFound,
          "table " + std::to_string(table.id) + " isn't there (any more); nothing was done"};
}

// The store's options with a table's own put over them.
Options OptionsOf(const Options& store, const TableOptions& table) {
  Options options = store;
  options.compaction = table.compaction.value_or(store.compaction);
  options.compression = table.compression.value_or(store.compression);
  return options;
}

}  // namespace

// --- coming and going ----------------------------------------------------------------------------

Result<std::shared_ptr<Tree>> DbImpl::MakeTree(const NamedTable& table) {
  auto tree = std::make_shared<Tree>();
  tree->table = table;
  tree->memtable = NewMemTable();
  STRATA_TRY_ASSIGN(tree->policy, compaction::MakePolicy(OptionsOf(options_, table.options)));
  return tree;
}

Status DbImpl::RecoverTables() {
  for (const auto& [id, table] : versions_->named_tables()) {
    STRATA_TRY_ASSIGN(named_[id], MakeTree(table));
  }
  next_named_table_ = versions_->next_named_table();
  const auto& features = versions_->properties().features;
  expiry_enabled_ = std::find(features.begin(), features.end(), kExpiryFeature) != features.end();
  return {};
}

Status DbImpl::RunAtFront(const std::function<Status()>& task) {
  STRATA_TRY(owner_.Check(directory_));
  Writer self{.task = &task};
  MutexLock lock(mutex_);
  return Enqueue(&self);
}

std::shared_ptr<Tree> DbImpl::TreeNamed(std::string_view name) const {
  if (name == kDefaultTableName) return tree_;
  for (const auto& [id, tree] : named_) {
    if (tree->table.name == name) return tree;
  }
  return nullptr;
}

std::shared_ptr<Tree> DbImpl::TreeOf(TableRef table) const {
  if (table.id == 0) return tree_;
  const auto found = named_.find(table.id);
  return found == named_.end() ? nullptr : found->second;
}

Result<TableRef> DbImpl::CreateTable(std::string_view name, const TableOptions& options) {
  STRATA_TRY(CheckTableName(name));
  NamedTable table{.id = 0, .name = std::string(name), .options = options};
  const auto create = [&]() STRATA_REQUIRES(mutex_) -> Status {
    if (TreeNamed(name) != nullptr) {
      return InvalidArgument("a table is named \"" + table.name + "\" already");
    }
    table.id = next_named_table_;
    if (table.id == UINT32_MAX) return InvalidArgument("all ids of tables have been given out");
    STRATA_TRY_ASSIGN(auto tree, MakeTree(table));
    STRATA_TRY(EnableFeature(kTablesFeature));
    VersionEdit edit;
    edit.created.push_back(table);
    STRATA_TRY(InstallEdit(std::move(edit), {}));
    named_.emplace(table.id, std::move(tree));
    next_named_table_ = table.id + 1;
    PublishReadState();
    return {};
  };
  STRATA_TRY(RunAtFront(create));
  return TableRef{table.id};
}

Status DbImpl::DropTable(std::string_view name) {
  if (name == kDefaultTableName) return InvalidArgument("the default table can't be dropped");
  return RunAtFront([&]() STRATA_REQUIRES(mutex_) -> Status {
    const std::shared_ptr<Tree> tree = TreeNamed(name);
    if (tree == nullptr) return NoTable(name);
    AwaitEdits();
    const std::shared_ptr<const Version> version = VersionOf(*tree);
    //@solve 17.2 "drop a table by one edit" uses(version)
    VersionEdit edit;
    edit.dropped.push_back(tree->table.id);
    STRATA_TRY(InstallEdit(std::move(edit), {}));
    tree->dropped = true;
    named_.erase(tree->table.id);
    for (const Run& run : version->runs()) {
      for (const auto& table : run.tables) RemoveWithLastUse(*table);
    }
    PublishReadState();
    return Status();
    //@}
  });
}

void DbImpl::LeaveDroppedOut(const Immutable& flushed, VersionEdit* edit,
                             std::vector<std::shared_ptr<const Table>>* opened) {
  for (const auto& [tree, memtable] : flushed.memtables) {
    if (!tree->dropped) continue;
    const auto is_of_it = [&](const auto& table) {
      return table->meta().named_table == tree->table.id;
    };
    //@L19{
    const auto is_used_by_it = [&](const auto& blob) {
      return std::any_of(opened->begin(), opened->end(), [&](const auto& table) {
        const auto& uses = table->meta().blobs;
        return is_of_it(table) && std::any_of(uses.begin(), uses.end(), [&](const auto& use) {
                 return use.blob == blob->meta().id;
               });
      });
    };
    for (const auto& blob : edit->opened_blobs) {
      if (!is_used_by_it(blob)) continue;
      std::erase_if(edit->blobs,
                    [id = blob->meta().id](const BlobMeta& meta) { return meta.id == id; });
    }
    std::erase_if(edit->opened_blobs, is_used_by_it);
    //@}
    std::erase_if(*opened, is_of_it);
    std::erase_if(edit->added, [table = tree->table.id](const TableMeta& meta) {
      return meta.named_table == table;
    });
  }
}

//@L19{
void DbImpl::RemoveWithLastUse(const Blob& blob) const {
  blob.MarkObsolete(
      [files = held_directory_, path = JoinPath(directory_, BlobFileName(blob.meta().file))] {
        (void)files->Remove(path).has_value();  // Tried again at the next open.
      });
}

//@}
void DbImpl::RemoveWithLastUse(const Table& table) const {
  const std::string path = JoinPath(directory_, TableFileName(table.meta().number));
  table.MarkObsolete([files = held_directory_, path] {
    (void)files->Remove(path).has_value();  // Tried again at the next open.
  });
}

Result<TableRef> DbImpl::FindTable(std::string_view name) {
  STRATA_TRY(owner_.Check(directory_));
  MutexLock lock(mutex_);
  const auto tree = TreeNamed(name);
  if (tree == nullptr) return NoTable(name);
  return TableRef{tree->table.id};
}

std::vector<TableInfo> DbImpl::ListTables() {
  if (!owner_.IsThisProcess()) return {};
  MutexLock lock(mutex_);
  return DescribeTables();
}

std::vector<TableInfo> DbImpl::DescribeTables() const {
  std::vector<TableInfo> infos;
  for (const auto& tree : Trees()) {
    TableInfo& info = infos.emplace_back();
    info.ref = {tree->table.id};
    info.name = tree == tree_ ? std::string(kDefaultTableName) : tree->table.name;
    info.options = tree->table.options;
    info.memtable_entries = tree->memtable->entries();
    for (const Run& run : VersionOf(*tree)->runs()) {
      for (const auto& table : run.tables) {
        const TableMeta& meta = table->meta();
        ++info.files;
        info.bytes += meta.size_bytes;
        info.entries += meta.entries;
        info.deletes += meta.deletes;
        info.expiring += meta.expiring;
        if (meta.expiring == 0) continue;
        info.next_expiry_us = info.next_expiry_us == 0
                                  ? meta.expiry_min_us
                                  : std::min(info.next_expiry_us, meta.expiry_min_us);
      }
    }
  }
  std::sort(infos.begin() + 1, infos.end(),
            [](const TableInfo& a, const TableInfo& b) { return a.name < b.name; });
  return infos;
}

// --- batches -------------------------------------------------------------------------------------

Result<std::optional<WriteBatch>> DbImpl::ResolveExpiries(const WriteBatch& batch,
                                                          const WriteOptions& options) const {
  const bool by_default = options.ttl_us != 0 || options_.ttl_us != 0;
  if (!batch.expires() && !by_default && batch.tables().empty()) {
    return std::optional<WriteBatch>();  // Most batches.
  }
  const auto state = read_state_.Get();
  const auto ttl_of = [&](TableRef table) -> std::uint64_t {
    if (options.ttl_us != 0) return options.ttl_us;
    if (table.id == 0) return options_.ttl_us;
    const auto found = state->named.find(table.id);
    return found == state->named.end() ? 0 : found->second->ttl_us;
  };
  const bool some_expire = batch.expires() || by_default ||
                           std::any_of(batch.tables().begin(), batch.tables().end(),
                                       [&](TableRef table) { return ttl_of(table) != 0; });
  if (!some_expire) return std::optional<WriteBatch>();
  STRATA_TRY(CheckExpiringSize(batch.value_size_max()));  //@L19
  const std::uint64_t now = environment_.clock->WallMicros();
  return std::optional(batch.WithExpiries([&](TableRef table, std::uint64_t expires_at_us) {
    if (expires_at_us != 0) return expires_at_us == kNeverExpires ? 0 : expires_at_us;
    const std::uint64_t ttl = ttl_of(table);
    return ttl == 0 || ttl > kNeverExpires - now ? 0 : now + ttl;
  }));
}

bool DbImpl::HasTables(const std::vector<Writer*>& group) {
  return std::any_of(group.begin(), group.end(),
                     [](const Writer* it) { return !it->batch->tables().empty(); });
}

// A table may have been dropped since the batch was made.
std::vector<Writer*> DbImpl::CheckTables(const std::vector<Writer*>& group) {
  std::vector<Writer*> writing;
  for (Writer* writer : group) {
    for (const TableRef table : writer->batch->tables()) {
      if (table.id == 0 || named_.contains(table.id)) continue;
      writer->status = NoTable(table);
      writer->decided = true;
      break;
    }
    if (!writer->decided) writing.push_back(writer);
  }
  return writing;
}

Status DbImpl::EnableFeature(std::string_view feature) {
  AwaitEdits();
  editing_ = true;
  Status enabled = versions_->EnableFeature(feature);
  editing_ = false;
  environment_.executor->NotifyAll();
  STRATA_TRY(Remember(std::move(enabled)));
  return NoteLogs({});
}

// Before the first entry that expires gets into the log, the manifest says that there are such.
Status DbImpl::EnableExpiry(const std::vector<Writer*>& group) {
  const auto expires = [](const Writer* writer) { return writer->batch->expires(); };
  if (expiry_enabled_ || std::none_of(group.begin(), group.end(), expires)) return {};
  STRATA_TRY(EnableFeature(kExpiryFeature));
  expiry_enabled_ = true;
  return {};
}

// --- reads ---------------------------------------------------------------------------------------

Status DbImpl::MoveTo(TableRef table, ReadPoint* point) {
  //@solve 17.1 "lead a read to its table" inert(return {};)
  if (table.id == 0) return {};
  const auto found = point->state->named.find(table.id);
  if (found == point->state->named.end()) return NoTable(table);
  std::shared_ptr<const ReadState> state = found->second;
  point->state = std::move(state);
  return {};
  //@}
}

Result<bool> DbImpl::EmptyDeletes(TableRef table) const {
  if (table.id == 0) return empty_value_deletes_;
  ReadPoint point{.state = read_state_.Get(), .sequence = 0};
  STRATA_TRY(MoveTo(table, &point));
  return point.state->empty_value_deletes;
}

Result<std::vector<MultiGetResult>> DbImpl::MultiGet(std::span<const TableKey> keys,
                                                     const ReadOptions& options) {
  STRATA_TRY(owner_.Check(directory_));
  ReadPoint all = TakeReadPoint();
  STRATA_TRY(MoveTo(options.snapshot, &all));
  std::map<TableRef, std::vector<std::size_t>> by_table;
  for (std::size_t i = 0; i < keys.size(); ++i) by_table[keys[i].table].push_back(i);
  ExpiryCheck expiry(*environment_.clock);
  std::vector<MultiGetResult> results(keys.size());
  for (const auto& [table, places] : by_table) {
    ReadPoint point = all;
    STRATA_TRY(MoveTo(table, &point));
    std::vector<std::string_view> wanted;
    for (const std::size_t i : places) wanted.push_back(keys[i].key);
    STRATA_TRY_ASSIGN(auto found, MultiGetAt(point, wanted, options, &expiry));
    for (std::size_t i = 0; i < places.size(); ++i) results[places[i]] = std::move(found[i]);
  }
  return results;
}

}  // namespace strata
