// `strata compact`.

#include "cli/format/quantity.h"
#include "cli/session.h"

namespace strata::cli {
namespace {

std::uint64_t TableBytes(DB& db) {
  std::uint64_t bytes = 0;
  for (const LevelShape& level : db.Stats().levels) bytes += level.bytes;
  return bytes;
}

class CompactVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Text("from", &from_, "KEY", "Start at KEY");
    flags.Text("to", &to_, "KEY", "End before KEY");
  }

  Result<ExitCode> Run(Session& session) override {
    std::optional<std::string> from;
    std::optional<std::string> to;
    if (from_) {
      STRATA_TRY_ASSIGN(from, session.DecodeKey(*from_));
    }
    if (to_) {
      STRATA_TRY_ASSIGN(to, session.DecodeKey(*to_));
    }
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    STRATA_TRY(db->Flush());
    const std::uint64_t before = TableBytes(*db);
    STRATA_TRY_ASSIGN(const TableRef table, session.Table(*db));
    STRATA_TRY(db->CompactTable(table, from, to));
    STRATA_TRY(db->WaitForCompactions());
    session.Note("compacted " + FormatSize(before) + " of tables into " +
                 FormatSize(TableBytes(*db)));
    return kExitOk;
  }

 private:
  std::optional<std::string> from_;
  std::optional<std::string> to_;
};

}  // namespace

Command CompactCommand() {
  return {.name = "compact",
          .alias = "",
          .group = "Care",
          .summary = "Merge tables down to the last level: deleted and old entries go",
          .examples = "--db cities compact\n--db cities compact --from a --to b",
          .make = MakeVerb<CompactVerb>};
}

}  // namespace strata::cli
