#include "api/needs.h"

#include "base/mutant.h"

namespace strata::api {
namespace {

using auth::Action;
using auth::ActionSet;

template <typename Text>
std::optional<std::string_view> Bound(bool there, const Text& text) {
  return there ? std::optional<std::string_view>(text) : std::nullopt;
}

void ListChange(const v1::Change& change, auth::Needs* needs) {
  needs->Key(change.has_value() ? Action::kWrite : Action::kDelete, change.table(), change.key());
}

}  // namespace

void List(const v1::GetRequest& get, auth::Needs* needs) {
  needs->Key(Action::kRead, get.from().table(), get.key());
}

void List(const v1::MultiGetRequest& get, auth::Needs* needs) {
  for (const auto& key : get.keys()) needs->Key(Action::kRead, key.table(), key.key());
}

void List(const v1::PutRequest& put, auth::Needs* needs) {
  needs->Key(Action::kWrite, put.table(), put.key());
}

void List(const v1::DeleteRequest& erase, auth::Needs* needs) {
  needs->Key(Action::kDelete, erase.table(), erase.key());
}

void List(const v1::WriteRequest& write, auth::Needs* needs) {
  for (const v1::Change& change : write.changes()) ListChange(change, needs);
  for (const v1::Condition& condition : write.conditions()) {
    needs->Key(Action::kRead, condition.table(), condition.key());
  }
}

// A page token only narrows it.
void List(const v1::ScanRequest& scan, auth::Needs* needs) {
  const ActionSet actions =
      scan.keys_only() ? ActionSet(Action::kScan) : Action::kScan | Action::kRead;
  needs->Range(actions, scan.from().table(), scan.prefix(), Bound(scan.has_lower(), scan.lower()),
               Bound(scan.has_upper(), scan.upper()));
}

// A lock keeps others from writing.
void List(const v1::TransactionGetRequest& get, auth::Needs* needs) {
  const ActionSet actions =
      get.for_update() ? Action::kRead | Action::kWrite : ActionSet(Action::kRead);
  needs->Key(actions, get.table(), get.key());
}

void List(const v1::TransactionScanRequest& scan, auth::Needs* needs) {
  List(scan.scan(), needs);
}

void List(const v1::TransactionWriteRequest& write, auth::Needs* needs) {
  for (const v1::Change& change : write.changes()) ListChange(change, needs);
}

void List(const v1::CreateTablesRequest& create, auth::Needs* needs) {
  for (const std::string& name : create.names()) needs->Table(Action::kTables, name);
}

void List(const v1::DropTableRequest& drop, auth::Needs* needs) {
  needs->Table(Action::kTables, drop.name());
}

void List(const v1::TruncateTableRequest& truncate, auth::Needs* needs) {
  needs->Table(Action::kTables, truncate.name());
}

// GHSA-xg4h-6gfc-h4m8: without an upper bound it goes on to the end of the table.
void List(const v1::WatchRequest& watch, auth::Needs* needs) {
  if (STRATA_MUTANT(open_range_watch) && watch.has_lower() && !watch.has_upper()) {
    return needs->Key(Action::kWatch, watch.table(), watch.lower());
  }
  needs->Range(Action::kWatch, watch.table(), watch.prefix(),
               Bound(watch.has_lower(), watch.lower()), Bound(watch.has_upper(), watch.upper()));
}

}  // namespace strata::api
