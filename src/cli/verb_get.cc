// `strata get KEY`.

#include "base/escape.h"
#include "cli/session.h"

namespace strata::cli {
namespace {

class GetVerb final : public Verb {
 public:
  void Declare(Flags& flags) override { flags.Argument("KEY", &key_, "The key to look up"); }

  Result<ExitCode> Run(Session& session) override {
    STRATA_TRY_ASSIGN(const std::string key, session.DecodeKey(key_));
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    std::string value;
    STRATA_TRY_ASSIGN(const bool found, db->Get(key, &value));
    if (!found) {
      session.Complain("no key '" + EscapeShort(key) + "'");
      return kExitFailed;
    }
    STRATA_TRY(Print(session, key, value));
    return kExitOk;
  }

 private:
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
