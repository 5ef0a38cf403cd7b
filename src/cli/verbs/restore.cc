// `strata restore`.

#include "cli/format/quantity.h"
#include "cli/session.h"
#include "cli/verbs/backup_time.h"
#include "strata/backup.h"

namespace strata::cli {
namespace {

class RestoreVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("TARGET", &target_, "The directory of the backups");
    flags.Text("to", &to_, "DIR", "Where the store goes: a directory that is empty, or not there");
    flags.Text("backup", &choice_.backup, "NUMBER|NAME", "Which backup (the newest)");
    flags.Number("sequence", &choice_.sequence, "The newest that has nothing after this sequence");
    flags.Text("time", &time_, "TIME",
               "The newest that was made by this moment (2026-12-01T04:30:00Z)");
  }

  Result<ExitCode> Run(Session& session) override {
    if (to_.empty()) return InvalidArgument("where to? Give --to DIR");
    STRATA_TRY_ASSIGN(const bool remote, session.IsRemote());
    if (remote) return InvalidArgument("restore works on files: run it where they are");
    if (time_) {
      STRATA_TRY_ASSIGN(choice_.time_us, ParseTime(*time_));
    }
    STRATA_TRY_ASSIGN(const BackupInfo info,
                      RestoreBackup(target_, to_, choice_, &session.environment()));
    session.Note("restored backup " + std::to_string(info.number) + " to " + to_ +
                 ": as of sequence " + std::to_string(info.sequence) + ", " +
                 FormatTime(info.time_us) + ", " + FormatSize(info.bytes));
    return kExitOk;
  }

 private:
  std::string target_;
  std::string to_;
  BackupChoice choice_;
  std::optional<std::string> time_;
};

}  // namespace

Command RestoreCommand() {
  return {.name = "restore",
          .alias = "",
          .group = "Care",
          .summary = "Make a store of a backup, after all of it was checked",
          .examples =
              "restore /mnt/backups --to cities\n"
              "restore /mnt/backups --to cities --backup before-the-move\n"
              "restore /mnt/backups --to cities --time 2026-12-01T04:30:00Z",
          .make = MakeVerb<RestoreVerb>};
}

}  // namespace strata::cli
