// `strata audit verify|show|changes`: who did what, and whether anything is missing from it.

#include <charconv>

#include "auth/audit_log.h"
#include "auth/rules_table.h"
#include "cli/session.h"

namespace strata::cli {
namespace {

class AuditVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("ACTION", &action_,
                   "verify or show (the log in DIRECTORY), or changes (of users, with --db)");
    flags.OptionalArgument("DIRECTORY", &directory_, "What `serve --audit-log` was given");
    flags.Text("expect", &expect_, "SEQ:HASH",
               "verify: this record was there before, so it must be still");
  }

  Result<ExitCode> Run(Session& session) override {
    if (action_ == "changes") return Changes(session);
    if (action_ != "verify" && action_ != "show") {
      return InvalidArgument("'" + action_ + "' isn't one of verify|show|changes");
    }
    if (!directory_) return InvalidArgument("which log? Give its DIRECTORY");
    return action_ == "show" ? Show(session) : Verify(session);
  }

 private:
  Result<ExitCode> Verify(Session& session) const {
    std::optional<auth::AuditPlace> expected;
    if (expect_) STRATA_TRY_ASSIGN(expected, ParsePlace(*expect_));
    STRATA_TRY_ASSIGN(const auth::AuditReport report,
                      auth::VerifyAuditLog(session.files(), *directory_, expected));
    if (report.broken) {
      session.Complain("the audit log isn't whole: " + *report.broken);
      return kExitCorruption;
    }
    Section section = Section::Map("audit");
    section.Add("ok", Cell::Flag(true));
    section.Add("files", Cell::Count(report.files));
    section.Add("first", Cell::Number(report.first_seq));
    section.Add("last", Cell::Text(std::to_string(report.last.seq) + ":" + report.last.hash));
    section.Add("torn", Cell::Count(report.torn));
    STRATA_TRY(PrintReport(session.console(), session.style(), {std::move(section)}));
    return kExitOk;
  }

  Result<ExitCode> Show(Session& session) const {
    constexpr std::uint64_t kFileMax = std::uint64_t{1} << 30;
    STRATA_TRY_ASSIGN(const auto names, auth::AuditFiles(session.files(), *directory_));
    for (const std::string& name : names) {
      STRATA_TRY_ASSIGN(const std::string text,
                        session.files().ReadFile(JoinPath(*directory_, name), kFileMax));
      session.console().Out(text);
    }
    return kExitOk;
  }

  static Result<ExitCode> Changes(Session& session) {
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    STRATA_TRY_ASSIGN(const auto lines, auth::ChangesOf(*db));
    for (const std::string& line : lines) session.console().Out(line + "\n");
    return kExitOk;
  }

  static Result<auth::AuditPlace> ParsePlace(const std::string& text) {
    auth::AuditPlace place;
    const std::size_t colon = text.find(':');
    const char* const end = text.data() + std::min(colon, text.size());
    const auto parsed = std::from_chars(text.data(), end, place.seq);
    if (colon == std::string::npos || parsed.ec != std::errc() || parsed.ptr != end ||
        text.size() - colon - 1 != place.hash.size()) {
      return InvalidArgument("--expect: it is what `audit verify` shows as last, SEQ:HASH");
    }
    place.hash = text.substr(colon + 1);
    return place;
  }

  std::string action_;
  std::optional<std::string> directory_;
  std::optional<std::string> expect_;
};

}  // namespace

Command AuditCommand() {
  return {.name = "audit",
          .alias = "",
          .group = "Servers",
          .summary = "Show who did what, and whether anything is missing from it",
          .examples = "audit verify /var/log/strata/audit\n--db cities audit changes",
          .make = MakeVerb<AuditVerb>};
}

}  // namespace strata::cli
