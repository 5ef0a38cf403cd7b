// Named tables: how they come and go, and how a read or a batch finds the one that it means. All
// changes run at the commit queue's front, so no batch is on its way meanwhile.

#include <algorithm>

#include "db/db_impl.h"

namespace strata {
namespace {

Error NoTable(std::string_view name) {
  return {ErrorCode::kNotFound, "no table is named \"" + std::string(name) + "\""};
}

}  // namespace

// --- coming and going ----------------------------------------------------------------------------

Result<TableRef> DbImpl::CreateTable(std::string_view name, const TableOptions& options) {
  STRATA_TRY(CheckOwner());
  STRATA_TRY(CheckTableName(name));
  NamedTable table{.id = 0, .name = std::string(name), .options = options};
  const auto create = [&]() -> Status {
    if (trees_.Named(name) != nullptr) {
      return InvalidArgument("a table is named \"" + table.name + "\" already");
    }
    table.id = trees_.next_id();
    if (table.id == UINT32_MAX) return InvalidArgument("all ids of tables have been given out");
    STRATA_TRY_ASSIGN(auto tree, trees_.Make(table));
    STRATA_TRY(versions_.EnableFeature(kTablesFeature));
    VersionEdit edit;
    edit.created.push_back(table);
    STRATA_TRY(versions_.Install(std::move(edit), {}));
    trees_.Add(std::move(tree));
    trees_.Publish();
    return {};
  };
  STRATA_TRY(commit_.RunAtFront(create));
  return TableRef{table.id};
}

Status DbImpl::DropTable(std::string_view name) {
  if (name == kDefaultTableName) return InvalidArgument("the default table can't be dropped");
  STRATA_TRY(CheckOwner());
  return commit_.RunAtFront([&]() -> Status {
    const std::shared_ptr<Tree> tree = trees_.Named(name);
    if (tree == nullptr) return NoTable(name);
    versions_.AwaitEdits();
    const std::shared_ptr<const Version> version = tree->version;
    //@solve 17.2 "drop a table by one edit" uses(version)
    VersionEdit edit;
    edit.dropped.push_back(tree->table.id);
    STRATA_TRY(versions_.Install(std::move(edit), {}));
    trees_.Drop(tree);
    for (const Run& run : version->runs()) {
      for (const auto& table : run.tables) table->MarkObsolete(files_.RemovalOf(*table));
    }
    trees_.Publish();
    return Status();
    //@}
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
