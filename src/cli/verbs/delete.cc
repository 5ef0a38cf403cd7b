// `strata delete KEY...`.

#include "cli/session.h"
#include "cli/verbs/conditions.h"    //@L15
#include "cli/verbs/indexed_rows.h"  //@L18

namespace strata::cli {
namespace {

class DeleteVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Arguments("KEY", &keys_, true, "The keys to remove");
    flags.Switch("if-present", &if_present_, "Only if all of them are there");  //@L15
  }

  Result<ExitCode> Run(Session& session) override {
    std::vector<std::string> keys;
    for (const std::string& text : keys_) {
      STRATA_TRY_ASSIGN(std::string key, session.DecodeKey(text));
      keys.push_back(std::move(key));
    }
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    STRATA_TRY_ASSIGN(const TableRef table, session.Table(*db));  //@L17
    //@L18{
    if (if_present_ || session.transaction() != nullptr) {
      STRATA_TRY(RequireNoIndexes(*db, session.TableName()));
    }
    //@}
    //@L15{
    if (if_present_) return DeleteIfPresent(session, *db, keys);
    //@}
    //@L16{
    if (Transaction* const txn = session.transaction()) {
      //| for (const std::string& key : keys) STRATA_TRY(txn->Delete(key));  //@L16..16
      for (const std::string& key : keys) STRATA_TRY(txn->Delete(key, {.table = table}));  //@L17
      return kExitOk;
    }
    //@}
    //| for (const std::string& key : keys) STRATA_TRY(db->Delete(key));  //@L01..16
    //| for (const std::string& key : keys) STRATA_TRY(db->Delete(key, {.table = table}));  //@L17..17
    //@L18{
    for (const std::string& key : keys) {
      STRATA_TRY(DeleteRow(*db, session.TableName(), key, {.table = table}));
    }
    //@}
    return kExitOk;
  }

 private:
  //@L15{
  static Result<ExitCode> DeleteIfPresent(Session& session, DB& db,
                                          const std::vector<std::string>& keys) {
    STRATA_TRY(session.RefuseInTransaction("a condition"));  //@L16
    WriteBatch batch;
    STRATA_TRY_ASSIGN(const TableRef table, session.Table(db));  //@L17
    for (const std::string& key : keys) {
      //@L15..16{
      //| batch.RequirePresent(key);
      //| batch.Delete(key);
      //@}
      batch.RequirePresent(key, table);     //@L17
      batch.Delete(key, {.table = table});  //@L17
    }
    STRATA_TRY_ASSIGN(const auto outcome, db.WriteIf(batch));
    return Tell(session, outcome);
  }
  //@}

  std::vector<std::string> keys_;
  bool if_present_ = false;  //@L15
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
