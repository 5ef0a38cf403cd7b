#include "auth/rules_table.h"

#include <map>
#include <utility>

#include "auth/rows.h"

namespace strata::auth {
namespace {

using RowMap = std::map<std::string, std::string>;

RowMap Mapped(const Accounts& accounts) {
  RowMap map;
  for (Row& row : EncodeRows(accounts)) map.emplace(std::move(row.key), std::move(row.value));
  return map;
}

Result<TableRef> FindOrCreate(DB& db) {
  auto found = db.FindTable(kRulesTable);
  if (found || found.error().code() != ErrorCode::kNotFound) return found;
  return db.CreateTable(kRulesTable, {});
}

// What makes the one of the other. It holds only if nobody else changed anything meanwhile.
WriteBatch Difference(TableRef table, const Accounts& before, const Accounts& after,
                      const std::string& line) {
  const RowMap old_rows = Mapped(before);
  const RowMap new_rows = Mapped(after);
  WriteBatch batch;
  const auto version = old_rows.find("version");
  if (version == old_rows.end()) {
    batch.RequireAbsent("version", table);
  } else {
    batch.RequireValue("version", version->second, table);
  }
  for (const auto& [key, value] : old_rows) {
    if (!new_rows.contains(key)) batch.Delete(key, {.table = table});
  }
  for (const auto& [key, value] : new_rows) {
    const auto at = old_rows.find(key);
    if (at == old_rows.end() || at->second != value) batch.Put(key, value, {.table = table});
  }
  batch.Put(ChangeKey(after.version), line, {.table = table});
  return batch;
}

}  // namespace

Result<Accounts> LoadAccounts(DB& db) {
  Accounts accounts;
  const auto table = db.FindTable(kRulesTable);
  if (!table) {
    if (table.error().code() == ErrorCode::kNotFound) return accounts;
    return table.error();
  }
  STRATA_TRY_ASSIGN(const auto rows, db.NewIterator({.table = *table}));
  STRATA_TRY(rows->SeekToFirst());
  while (rows->Valid()) {
    STRATA_TRY(DecodeRow(rows->key(), rows->value(), &accounts));
    STRATA_TRY(rows->Next());
  }
  return accounts;
}

Result<Accounts> ChangeAccounts(DB& db, AuditRecord record,
                                const std::function<Status(Accounts*)>& edit) {
  STRATA_TRY_ASSIGN(const TableRef table, FindOrCreate(db));
  while (true) {
    STRATA_TRY_ASSIGN(const Accounts before, LoadAccounts(db));
    Accounts after = before;
    STRATA_TRY(edit(&after));
    STRATA_TRY(Check(after));
    AuditPlace place;
    if (before.version != 0) place = {.seq = before.version, .hash = before.head};
    record.allowed = true;
    const std::string line = SealRecord(record, place.seq, &place);
    after.version = place.seq;
    after.head = place.hash;
    STRATA_TRY_ASSIGN(const WriteOutcome outcome,
                      db.WriteIf(Difference(table, before, after, line), {.sync = true}));
    if (outcome.written()) return after;
  }
}

Result<std::vector<std::string>> ChangesOf(DB& db) {
  std::vector<std::string> lines;
  STRATA_TRY_ASSIGN(const Accounts accounts, LoadAccounts(db));
  if (accounts.version == 0) return lines;
  STRATA_TRY_ASSIGN(const TableRef table, db.FindTable(kRulesTable));
  STRATA_TRY_ASSIGN(const auto rows, db.NewIterator({.prefix = "change/", .table = table}));
  STRATA_TRY(rows->SeekToFirst());
  AuditPlace place;
  while (rows->Valid()) {
    STRATA_TRY(CheckLine(rows->value(), &place));
    lines.emplace_back(rows->value());
    STRATA_TRY(rows->Next());
  }
  if (place == AuditPlace{.seq = accounts.version, .hash = accounts.head}) return lines;
  return Corruption("the records of changes end at " + std::to_string(place.seq) +
                    ", and the rules are those of change " + std::to_string(accounts.version));
}

}  // namespace strata::auth
