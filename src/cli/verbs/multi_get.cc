// `strata multi-get KEY...`.

#include "cli/session.h"

namespace strata::cli {
namespace {

class MultiGetVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Arguments("KEY", &texts_, true, "The keys to look up");
  }

  Result<ExitCode> Run(Session& session) override {
    std::vector<std::string> keys;
    for (const std::string& text : texts_) {
      STRATA_TRY_ASSIGN(std::string key, session.DecodeKey(text));
      keys.push_back(std::move(key));
    }
    STRATA_TRY(session.RefuseInTransaction("multi-get"));
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    const std::vector<std::string_view> views(keys.begin(), keys.end());
    ReadOptions options;
    STRATA_TRY_ASSIGN(options.table, session.Table(*db));
    STRATA_TRY_ASSIGN(const auto results, db->MultiGet(views, options));
    RowPrinter printer(session.console(), session.style(), {"key", "found", "value"});
    bool all_found = true;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const MultiGetResult& result = results[i];
      all_found = all_found && result.found;
      STRATA_TRY(printer.Add({Cell::Key(keys[i]), Cell::Flag(result.found),
                              result.found ? Cell::Value(result.value) : Cell::None()}));
    }
    printer.Finish();
    return all_found ? kExitOk : kExitFailed;
  }

 private:
  std::vector<std::string> texts_;
};

}  // namespace

Command MultiGetCommand() {
  return {.name = "multi-get",
          .alias = "mget",
          .group = "Keys and values",
          .summary = "Look up many keys at one instant (exit code 1 when one isn't there)",
          .examples = "--db cities multi-get london paris rome",
          .make = MakeVerb<MultiGetVerb>};
}

}  // namespace strata::cli
