// `strata version`.

#include "cli/session.h"

namespace strata::cli {
namespace {

std::string CompilerName() {
#if defined(__clang__)
  return "clang " __clang_version__;
#else
  return "gcc " __VERSION__;
#endif
}

class VersionVerb final : public Verb {
 public:
  Result<ExitCode> Run(Session& session) override {
    const OutputStyle style = session.style();
    if (style.format == OutputFormat::kTable || style.format == OutputFormat::kPlain) {
      session.console().Out("strata " STRATA_VERSION " (" + CompilerName() + ")\n");
      return kExitOk;
    }
    Section section = Section::Map("strata");
    section.Add("version", Cell::Text(STRATA_VERSION));
    section.Add("compiler", Cell::Text(CompilerName()));
    STRATA_TRY(PrintReport(session.console(), style, {std::move(section)}));
    return kExitOk;
  }
};

}  // namespace

Command VersionCommand() {
  return {.name = "version",
          .alias = "",
          .group = "Help",
          .summary = "Print the program's version",
          .examples = "version",
          .make = MakeVerb<VersionVerb>};
}

}  // namespace strata::cli
