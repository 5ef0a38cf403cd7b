// `strata repair`.

#include "strata/repair.h"

#include "cli/session.h"
#include "cli/verbs/damage_section.h"

namespace strata::cli {
namespace {

Section LostSection(const std::vector<LostRange>& lost) {
  Section section{.name = "lost",
                  .columns = {"table", "first", "last", "older_may_show", "file", "offset", "what"},
                  .rows = {},
                  .is_map = false};
  for (const LostRange& range : lost) {
    section.rows.push_back({Cell::Text(range.table), BoundCell(range.first), BoundCell(range.last),
                            Cell::Flag(range.older_may_show), Cell::Text(range.file),
                            Cell::Number(range.offset), Cell::Text(range.what)});
  }
  return section;
}

class RepairVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Text("to", &to_, "NEW", "The new store: a directory that is empty, or not there");
  }

  Result<ExitCode> Run(Session& session) override {
    if (!to_) {
      return InvalidArgument(
          "say where the new store is to be: repair --to NEW; the old one stays "
          "as it is");
    }
    STRATA_TRY_ASSIGN(const bool remote, session.IsRemote());
    if (remote) return InvalidArgument("repair works on the files: give --db instead of --server");
    STRATA_TRY_ASSIGN(const std::string directory, session.Directory());
    Options options = session.globals().engine;
    options.environment = &session.environment();
    STRATA_TRY_ASSIGN(const RepairReport report, RepairStore(options, directory, *to_));
    Section section = Section::Map("repair");
    section.Add("manifest_whole", Cell::Flag(report.manifest_whole));
    section.Add("tables_read", Cell::Count(report.tables_read));
    section.Add("logs_read", Cell::Count(report.logs_read));
    section.Add("entries", Cell::Count(report.entries));
    section.Add("bytes", Cell::Size(report.bytes));
    section.Add("lost", Cell::Count(report.lost.size()));
    std::vector<Section> sections = {std::move(section)};
    if (!report.lost.empty()) sections.push_back(LostSection(report.lost));
    STRATA_TRY(PrintReport(session.console(), session.style(), sections));
    return report.lost.empty() ? kExitOk : kExitCorruption;
  }

 private:
  std::optional<std::string> to_;
};

}  // namespace

Command RepairCommand() {
  return {.name = "repair",
          .alias = "",
          .group = "Care",
          .summary = "Copy all that is whole to a new store, list what is lost (exit code 6)",
          .examples =
              "--db cities repair --to cities.new\n"
              "--db cities repair --to cities.new -o json",
          .make = MakeVerb<RepairVerb>};
}

}  // namespace strata::cli
