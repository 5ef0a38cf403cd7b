// `strata put KEY VALUE`.

#include "cli/import_export/byte_source.h"
#include "cli/session.h"
#include "cli/verbs/conditions.h"
#include "cli/verbs/indexed_rows.h"

namespace strata::cli {
namespace {

class PutVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("KEY", &key_, "The key to write");
    flags.OptionalArgument("VALUE", &value_, "Its value");
    flags.Text("value-file", &file_, "FILE",
               "Take the value from FILE (- for stdin), byte for byte");
    flags.Switch("if-absent", &if_absent_, "Only if the key isn't there");
    flags.Switch("if-present", &if_present_, "Only if the key is there");
    flags.DurationMicros("ttl", &write_.ttl_us, "The key is gone after this time");
  }

  Result<ExitCode> Run(Session& session) override {
    STRATA_TRY_ASSIGN(const std::string key, session.DecodeKey(key_));
    STRATA_TRY_ASSIGN(const std::string value, Value(session));
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kCreate));
    STRATA_TRY_ASSIGN(const TableRef table, session.Table(*db));
    write_ = {.table = table, .ttl_us = write_.ttl_us};
    if (if_absent_ || if_present_ || session.transaction() != nullptr) {
      STRATA_TRY(RequireNoIndexes(*db, session.TableName()));
    }
    if (if_absent_ || if_present_) return PutIf(session, *db, key, value);
    if (Transaction* const txn = session.transaction()) {
      const std::uint64_t expiry =
          write_.ttl_us == 0 ? 0 : session.clock().WallMicros() + write_.ttl_us;
      STRATA_TRY(txn->Put(key, value, {table, expiry}));
      return kExitOk;
    }
    STRATA_TRY(PutRow(*db, session.TableName(), key, value, write_));
    return kExitOk;
  }

 private:
  Result<ExitCode> PutIf(Session& session, DB& db, const std::string& key,
                         const std::string& value) const {
    if (if_absent_ && if_present_) {
      return InvalidArgument("--if-absent and --if-present exclude each other");
    }
    STRATA_TRY(session.RefuseInTransaction("a condition"));
    STRATA_TRY_ASSIGN(const auto outcome, if_absent_ ? db.PutIfAbsent(key, value, write_)
                                                     : db.UpdateIfExists(key, value, write_));
    return Tell(session, outcome);
  }

  Result<std::string> Value(Session& session) const {
    if (value_.has_value() == file_.has_value()) {
      return InvalidArgument("give either VALUE or --value-file FILE (usage: put KEY VALUE)");
    }
    if (value_) return session.DecodeValue(*value_);
    STRATA_TRY_ASSIGN(const auto source, OpenSource(session, *file_));
    return ReadAll(*source, kValueSizeMax);
  }

  std::string key_;
  std::optional<std::string> value_;
  std::optional<std::string> file_;
  bool if_absent_ = false;
  bool if_present_ = false;
  WriteOptions write_;
};

}  // namespace

Command PutCommand() {
  return {.name = "put",
          .alias = "",
          .group = "Keys and values",
          .summary = "Write a key, replacing the value it may have",
          .examples =
              "--db cities put london 8900000\n"
              "--db cities put 'tab\\there' '\\x00\\xff'      (escapes in keys and values)\n"
              "--db cities put london 8900000 --if-absent   (exit code 5 when it's there)\n"
              "--db files put photo --value-file photo.jpg\n"
              "--db web put session-7 ada --table sessions --ttl 30m",
          .make = MakeVerb<PutVerb>};
}

}  // namespace strata::cli
