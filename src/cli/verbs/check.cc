// `strata check FILE`: could one store have answered so? See check/linearizability.h.

#include "check/linearizability.h"
#include "cli/import_export/byte_source.h"
#include "cli/session.h"

namespace strata::cli {
namespace {

constexpr std::uint64_t kFileSizeMax = std::uint64_t{1} << 30;

class CheckVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("FILE", &path_, "A history; - for stdin");
    flags.Number("steps", &options_.steps_max, "Give up after so many steps (100M)");
  }

  Result<ExitCode> Run(Session& session) override {
    STRATA_TRY_ASSIGN(const auto source, OpenSource(session, path_));
    STRATA_TRY_ASSIGN(const std::string text, ReadAll(*source, kFileSizeMax));
    const auto history = check::ParseHistory(text);
    if (!history) return Corruption(path_ + ": " + history.error().message());
    const check::Verdict verdict = check::CheckLinearizable(*history, options_);
    const OutputFormat format = session.style().format;
    if (format == OutputFormat::kTable || format == OutputFormat::kPlain) {
      session.console().Out(check::VerdictText(*history, verdict));
    } else {
      STRATA_TRY(PrintReport(session.console(), session.style(), ReportOf(*history, verdict)));
    }
    return verdict.answer == check::Answer::kLinearizable ? kExitOk : kExitFailed;
  }

 private:
  static Report ReportOf(const check::History& history, const check::Verdict& verdict) {
    static constexpr const char* kAnswers[] = {"linearizable", "not linearizable", "undecided"};
    Section summary = Section::Map("check");
    summary.Add("verdict", Cell::Text(kAnswers[static_cast<int>(verdict.answer)]));
    summary.Add("operations", Cell::Count(history.size()));
    summary.Add("parts", Cell::Count(verdict.parts));
    summary.Add("steps", Cell::Count(verdict.steps));
    Section proof{.name = "proof", .columns = {"place", "operation"}, .rows = {}};
    for (std::size_t i = 0; i < verdict.why.proof.size(); ++i) {
      proof.rows.push_back({Cell::Number(verdict.why.places[i]),
                            Cell::Text(check::OperationText(verdict.why.proof[i]))});
    }
    return {std::move(summary), std::move(proof)};
  }

  std::string path_;
  check::CheckOptions options_;
};

}  // namespace

Command CheckCommand() {
  return {.name = "check",
          .alias = "",
          .group = "Care",
          .summary = "Judge a history of what clients saw (exit code 1 if no store can do that)",
          .examples = "check history\ncheck history -o json",
          .make = MakeVerb<CheckVerb>};
}

}  // namespace strata::cli
