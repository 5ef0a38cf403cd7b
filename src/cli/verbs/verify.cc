// `strata verify`.

#include "cli/session.h"

namespace strata::cli {
namespace {

class VerifyVerb final : public Verb {
 public:
  Result<ExitCode> Run(Session& session) override {
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    STRATA_TRY(db->VerifyAll());
    Section section = Section::Map("verify");
    std::uint64_t tables = 0;
    std::uint64_t bytes = 0;
    for (const LevelShape& level : db->Stats().levels) {
      tables += level.tables;
      bytes += level.bytes;
    }
    section.Add("ok", Cell::Flag(true));
    section.Add("tables", Cell::Count(tables));
    section.Add("table_bytes", Cell::Size(bytes));
    STRATA_TRY(PrintReport(session.console(), session.style(), {std::move(section)}));
    return kExitOk;
  }
};

}  // namespace

Command VerifyCommand() {
  return {.name = "verify",
          .alias = "",
          .group = "Care",
          .summary = "Read and check every byte of the store (exit code 6 when it is damaged)",
          .examples = "--db cities verify",
          .make = MakeVerb<VerifyVerb>};
}

}  // namespace strata::cli
