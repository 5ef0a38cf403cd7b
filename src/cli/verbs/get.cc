// `strata get KEY`.

#include "base/escape.h"
#include "cli/session.h"

namespace strata::cli {
namespace {

class GetVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("KEY", &key_, "The key to look up");
    flags.Switch("with-version", &with_version_, "Print the version too: see cas");
    flags.Switch("meta", &meta_, "Print its version and when it expires, too");
  }

  Result<ExitCode> Run(Session& session) override {
    STRATA_TRY_ASSIGN(const std::string key, session.DecodeKey(key_));
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    if (with_version_) return GetWithVersion(session, *db, key);
    std::string value;
    STRATA_TRY_ASSIGN(const TableRef table, session.Table(*db));
    if (meta_) return GetWithMeta(session, *db, key, table);
    Transaction* const txn = session.transaction();
    STRATA_TRY_ASSIGN(const bool found, txn != nullptr ? txn->Get(key, &value, {.table = table})
                                                       : db->Get(key, &value, {.table = table}));
    if (!found) {
      session.Complain("no key '" + EscapeShort(key) + "'");
      return kExitFailed;
    }
    STRATA_TRY(Print(session, key, value));
    return kExitOk;
  }

 private:
  static Result<ExitCode> GetWithVersion(Session& session, DB& db, const std::string& key) {
    STRATA_TRY(session.RefuseInTransaction("a version"));
    STRATA_TRY_ASSIGN(const TableRef table, session.Table(db));
    STRATA_TRY_ASSIGN(const auto entry, db.GetEntry(key, {.table = table}));
    if (!entry) {
      session.Complain("no key '" + EscapeShort(key) + "'");
      return kExitFailed;
    }
    RowPrinter printer(session.console(), session.style(), {"key", "version", "value"});
    STRATA_TRY(
        printer.Add({Cell::Key(key), Cell::Number(entry->version), Cell::Value(entry->value)}));
    printer.Finish();
    return kExitOk;
  }

  static Result<ExitCode> GetWithMeta(Session& session, DB& db, const std::string& key,
                                      TableRef table) {
    STRATA_TRY(session.RefuseInTransaction("an expiry"));
    STRATA_TRY_ASSIGN(const auto entry, db.GetEntry(key, {.table = table}));
    if (!entry) {
      session.Complain("no key '" + EscapeShort(key) + "'");
      return kExitFailed;
    }
    RowPrinter printer(session.console(), session.style(),
                       {"key", "value", "version", "expires_in_us"});
    const std::uint64_t now = session.clock().WallMicros();
    const std::uint64_t left = entry->expires_at_us > now ? entry->expires_at_us - now : 0;
    STRATA_TRY(printer.Add({Cell::Key(key), Cell::Value(entry->value), Cell::Number(entry->version),
                            entry->expires_at_us != 0 ? Cell::Number(left) : Cell::None()}));
    printer.Finish();
    return kExitOk;
  }

  static Status Print(Session& session, const std::string& key, const std::string& value) {
    const OutputStyle style = session.style();
    switch (style.format) {
      case OutputFormat::kRaw:
        session.console().Out(value);
        return {};
      case OutputFormat::kTable:
      case OutputFormat::kPlain: {
        STRATA_TRY_ASSIGN(const std::string text, Cell::Value(value).Show(style));
        session.console().Out(text + "\n");
        return {};
      }
      case OutputFormat::kJson: {
        std::string object = "{";
        Cell::Key(key).AppendJson(&object, "key");
        object += ",";
        Cell::Value(value).AppendJson(&object, "value");
        session.console().Out(object + "}\n");
        return {};
      }
      case OutputFormat::kJsonl:
      case OutputFormat::kCsv:
        break;
    }
    RowPrinter printer(session.console(), style, {"key", "value"});
    STRATA_TRY(printer.Add({Cell::Key(key), Cell::Value(value)}));
    printer.Finish();
    return {};
  }

  std::string key_;
  bool with_version_ = false;
  bool meta_ = false;
};

}  // namespace

Command GetCommand() {
  return {.name = "get",
          .alias = "",
          .group = "Keys and values",
          .summary = "Print the value of a key (exit code 1 when it isn't there)",
          .examples =
              "--db cities get london\n--db cities get london -o json\n"
              "--db files get photo -o raw > photo.jpg",
          .make = MakeVerb<GetVerb>};
}

}  // namespace strata::cli
