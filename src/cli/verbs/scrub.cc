// `strata scrub`.

#include "cli/session.h"
#include "cli/verbs/damage_section.h"

namespace strata::cli {
namespace {

class ScrubVerb final : public Verb {
 public:
  Result<ExitCode> Run(Session& session) override {
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    STRATA_TRY_ASSIGN(const ScrubReport report, db->Scrub());
    Section section = Section::Map("scrub");
    section.Add("ok", Cell::Flag(report.damage.empty()));
    section.Add("files", Cell::Count(report.files));
    section.Add("bytes", Cell::Size(report.bytes));
    section.Add("damaged", Cell::Count(report.damage.size()));
    std::vector<Section> sections = {std::move(section)};
    if (!report.damage.empty()) sections.push_back(DamageSection(report.damage));
    STRATA_TRY(PrintReport(session.console(), session.style(), sections));
    if (report.damage.empty()) return kExitOk;
    session.Note(
        "these keys are errors to who reads them; `strata repair --to NEW` copies all "
        "that is whole into a new store, and lists what isn't");
    return kExitCorruption;
  }
};

}  // namespace

Command ScrubCommand() {
  return {.name = "scrub",
          .alias = "",
          .group = "Care",
          .summary = "Read every byte from the disk and list all that is damaged (exit code 6)",
          .examples = "--db cities scrub\n--db cities scrub -o json",
          .make = MakeVerb<ScrubVerb>};
}

}  // namespace strata::cli
