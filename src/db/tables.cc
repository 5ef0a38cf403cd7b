// Named tables: how they come and go, and how a read or a batch finds the one that it means. All
// changes run at the commit queue's front, so no batch is on its way meanwhile.

#include <algorithm>

#include "db/db_impl.h"

namespace strata {
namespace {

Error NoTable(std::string_view name) {
  return {ErrorCode::kNotFound, "no table is named \"" + std::string(name) + "\""};
}

Status CheckNoneTwice(std::span<const std::string> names) {
  std::vector<std::string> sorted(names.begin(), names.end());
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice == sorted.end()) return {};
  return InvalidArgument("two tables can't both be named \"" + *twice + "\"; none was made");
}

}  // namespace

// --- coming and going ----------------------------------------------------------------------------

Result<TableRef> DbImpl::CreateTable(std::string_view name, const TableOptions& options) {
  const std::string names[] = {std::string(name)};
  STRATA_TRY_ASSIGN(const auto tables, CreateTables(names, options));
  return tables.front();
}

Result<std::vector<TableRef>> DbImpl::CreateTables(std::span<const std::string> names,
                                                   const TableOptions& options) {
  STRATA_TRY(CheckOwner());
  for (const std::string& name : names) STRATA_TRY(CheckTableName(name));
  STRATA_TRY(CheckNoneTwice(names));
  if (options.compression.value_or(Compression::kNone) > Compression::kZstd) {
    return InvalidArgument("table option compression: there is no such compression");
  }
  std::vector<TableRef> made;
  if (names.empty()) return made;
  const auto create = [&]() -> Status {
    VersionEdit edit;
    std::vector<std::shared_ptr<Tree>> trees;
    for (const std::string& name : names) {
      if (trees_.Named(name) != nullptr) {
        return InvalidArgument("a table is named \"" + name + "\" already");
      }
      if (trees_.next_id() >= UINT32_MAX - names.size()) {
        return InvalidArgument("all ids of tables have been given out");
      }
      const auto id = trees_.next_id() + static_cast<std::uint32_t>(trees.size());
      edit.created.push_back({.id = id, .name = name, .options = options});
      STRATA_TRY_ASSIGN(trees.emplace_back(), trees_.Make(edit.created.back()));
    }
    STRATA_TRY(versions_.EnableFeature(kTablesFeature));
    if (options.replicated) STRATA_TRY(versions_.EnableFeature(kReplicatedFeature));
    STRATA_TRY(versions_.Install(std::move(edit), {}));
    std::vector<std::uint32_t> ids;
    for (auto& tree : trees) {
      ids.push_back(tree->table.id);
      made.push_back({tree->table.id});
      trees_.Add(std::move(tree));
    }
    trees_.Publish(ids);
    return {};
  };
  STRATA_TRY(commit_.RunAtFront(create));
  return made;
}

Status DbImpl::DropTable(std::string_view name) {
  if (name == kDefaultTableName) return InvalidArgument("the default table can't be dropped");
  STRATA_TRY(CheckOwner());
  return commit_.RunAtFront([&]() -> Status {
    const std::shared_ptr<Tree> tree = trees_.Named(name);
    if (tree == nullptr) return NoTable(name);
    STRATA_TRY(commit_.SyncAtFront());  // What came before it, in any table, isn't lost without it.
    versions_.AwaitEdits();
    const std::shared_ptr<const Version> version = tree->version;
    VersionEdit edit;
    edit.dropped.push_back(tree->table.id);
    STRATA_TRY(versions_.Install(std::move(edit), {}));
    trees_.Drop(tree);
    for (const Run& run : version->runs()) {
      for (const auto& table : run.tables) table->MarkObsolete(files_.RemovalOf(*table));
    }
    trees_.Publish({tree->table.id});
    return Status();
  });
}

Result<TableRef> DbImpl::FindTable(std::string_view name) {
  STRATA_TRY(CheckOwner());
  MutexLock lock(mutex_);
  const auto tree = trees_.Named(name);
  if (tree == nullptr) return NoTable(name);
  return TableRef{tree->table.id};
}

std::vector<TableInfo> DbImpl::ListTables() {
  if (!owner_.IsThisProcess()) return {};
  MutexLock lock(mutex_);
  return DescribeTables();
}

Result<bool> DbImpl::EmptyDeletes(TableRef table) const {
  if (table.id == 0) return trees_.empty_value_deletes();
  ReadPoint point{.state = reader_.state(), .sequence = 0};
  STRATA_TRY(Reader::MoveTo(table, &point));
  return point.state->empty_value_deletes;
}

}  // namespace strata
