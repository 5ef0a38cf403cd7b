// `strata restore TARGET --to DIR`.

#include "backup/restore.h"

#include "backup/directory_target.h"
#include "cli/format/moment.h"
#include "cli/session.h"

namespace strata::cli {
namespace {

class RestoreVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("TARGET", &target_, "The directory of the backups");
    flags.Text("to", &to_, "DIR", "Where the store goes: empty, or not there");
    flags.Text("backup", &how_.backup, "N|NAME", "Which backup (the newest)");
    flags.Number("sequence", &how_.sequence, "As of this sequence, by logs that were kept");
    flags.Add("time", "TIME", "As of this moment, as 2026-12-01T09:30:00Z",
              [this](std::string_view text) -> Status {
                STRATA_TRY_ASSIGN(how_.time_us, ParseMoment(text));
                return {};
              });
  }

  Result<ExitCode> Run(Session& session) override {
    if (to_.empty()) return InvalidArgument("where to? Give --to DIR");
    using backup::DirectoryTarget;
    STRATA_TRY_ASSIGN(const auto target, DirectoryTarget::Open(session.files(), target_,
                                                               DirectoryTarget::Access::kRead));
    STRATA_TRY_ASSIGN(const RestoreInfo info,
                      backup::Restore(session.environment(), *target, to_, how_));
    std::string note = "restored backup " + std::to_string(info.from.number);
    if (info.log_entries > 0) note += " and " + std::to_string(info.log_entries) + " writes";
    session.Note(note + " to " + to_ + ", as of sequence " + std::to_string(info.sequence));
    return kExitOk;
  }

 private:
  std::string target_;
  std::string to_;
  RestoreOptions how_;
};

}  // namespace

Command RestoreCommand() {
  return {.name = "restore",
          .alias = "",
          .group = "Care",
          .summary = "Make a store of a backup, or of a moment after it, having checked all of it",
          .examples =
              "restore cities.backups --to cities.new\n"
              "restore cities.backups --to cities.new --backup before-import\n"
              "restore cities.backups --to cities.new --sequence 1700\n"
              "restore cities.backups --to cities.new --time 2026-12-01T09:30:00Z",
          .make = MakeVerb<RestoreVerb>};
}

}  // namespace strata::cli
