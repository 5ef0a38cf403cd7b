// `strata delete KEY...`.

#include "cli/session.h"
#include "cli/verbs/conditions.h"
#include "cli/verbs/indexed_rows.h"

namespace strata::cli {
namespace {

class DeleteVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Arguments("KEY", &keys_, true, "The keys to remove");
    flags.Switch("if-present", &if_present_, "Only if all of them are there");
  }

  Result<ExitCode> Run(Session& session) override {
    std::vector<std::string> keys;
    for (const std::string& text : keys_) {
      STRATA_TRY_ASSIGN(std::string key, session.DecodeKey(text));
      keys.push_back(std::move(key));
    }
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    STRATA_TRY_ASSIGN(const TableRef table, session.Table(*db));
    if (if_present_ || session.transaction() != nullptr) {
      STRATA_TRY(RequireNoIndexes(*db, session.TableName()));
    }
    if (if_present_) return DeleteIfPresent(session, *db, keys);
    if (Transaction* const txn = session.transaction()) {
      for (const std::string& key : keys) STRATA_TRY(txn->Delete(key, {.table = table}));
      return kExitOk;
    }
    for (const std::string& key : keys) {
      STRATA_TRY(DeleteRow(*db, session.TableName(), key, {.table = table}));
    }
    return kExitOk;
  }

 private:
  static Result<ExitCode> DeleteIfPresent(Session& session, DB& db,
                                          const std::vector<std::string>& keys) {
    STRATA_TRY(session.RefuseInTransaction("a condition"));
    WriteBatch batch;
    STRATA_TRY_ASSIGN(const TableRef table, session.Table(db));
    for (const std::string& key : keys) {
      batch.RequirePresent(key, table);
      batch.Delete(key, {.table = table});
    }
    STRATA_TRY_ASSIGN(const auto outcome, db.WriteIf(batch));
    return Tell(session, outcome);
  }

  std::vector<std::string> keys_;
  bool if_present_ = false;
};

}  // namespace

Command DeleteCommand() {
  return {.name = "delete",
          .alias = "del",
          .group = "Keys and values",
          .summary = "Remove keys (no error for one that isn't there)",
          .examples = "--db cities delete london\n--db cities del paris rome",
          .make = MakeVerb<DeleteVerb>};
}

}  // namespace strata::cli
