// `strata backup [list|check|prune] [TARGET|NAME]`.

#include "strata/backup.h"

#include "cli/format/quantity.h"
#include "cli/session.h"
#include "cli/verbs/backup_time.h"
#include "strata/client.h"

namespace strata::cli {
namespace {

constexpr std::size_t kDamageShown = 20;

class BackupVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Arguments("TARGET", &words_, /*is_required=*/false,
                    "The directory of the backups, after list, check or prune if it is that; with "
                    "--server, a name for the new backup");
    flags.Text("name", &name_, "NAME", "A name for the new backup");
    flags.Switch("check", &check_, "Read what earlier backups have brought, too");
    flags.Number("keep", &keep_, "prune: how many of the newest stay");
  }

  Result<ExitCode> Run(Session& session) override {
    STRATA_TRY_ASSIGN(const bool remote, session.IsRemote());
    if (remote) return AskServer(session);
    if (words_.size() == 1) return Make(session, words_.front());
    if (words_.size() != 2) {
      return InvalidArgument("which directory? Give `backup TARGET`, or `backup list TARGET`");
    }
    if (words_[0] == "list") return List(session, words_[1]);
    if (words_[0] == "check") return Check(session, words_[1]);
    if (words_[0] == "prune") return Prune(session, words_[1]);
    return InvalidArgument("'" + words_[0] + "' isn't one of list|check|prune");
  }

 private:
  static void Tell(Session& session, const BackupInfo& info, const std::string& where) {
    session.Note("backup " + std::to_string(info.number) + where + ": as of sequence " +
                 std::to_string(info.sequence) + ", " + FormatSize(info.bytes) + "; copied " +
                 FormatSize(info.copied_bytes));
  }

  Result<ExitCode> AskServer(Session& session) {
    if (words_.size() > 1) {
      return InvalidArgument(
          "a server makes backups where its --backup-dir says: give a NAME, or nothing. Run list, "
          "check and prune there, without --server");
    }
    if (!words_.empty()) name_ = words_.front();
    STRATA_TRY(session.Open(Session::IfMissing::kFail));  // It is there, and says why if not.
    const Globals& globals = session.globals();
    STRATA_TRY_ASSIGN(const auto client, Client::Connect({.endpoints = {globals.server},
                                                          .timeout_us = globals.timeout_us,
                                                          .environment = &session.environment()}));
    STRATA_TRY_ASSIGN(const BackupInfo info, client->Backup({.name = name_, .check = check_}));
    Tell(session, info, " on the server");
    return kExitOk;
  }

  Result<ExitCode> Make(Session& session, const std::string& target) {
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    STRATA_TRY_ASSIGN(const BackupInfo info, BackUp(*db, target, {.name = name_, .check = check_}));
    Tell(session, info, " in " + target);
    return kExitOk;
  }

  static Result<ExitCode> List(Session& session, const std::string& target) {
    STRATA_TRY_ASSIGN(const auto backups, ListBackups(target, &session.environment()));
    RowPrinter printer(session.console(), session.style(),
                       {"backup", "name", "time", "sequence", "files", "bytes", "damage"});
    for (const BackupInfo& info : backups) {
      STRATA_TRY(
          printer.Add({Cell::Number(info.number), Cell::Text(info.name),
                       Cell::Text(FormatTime(info.time_us)), Cell::Number(info.sequence),
                       Cell::Count(info.files), Cell::Size(info.bytes), Cell::Text(info.damage)}));
    }
    printer.Finish();
    return kExitOk;
  }

  static Result<ExitCode> Check(Session& session, const std::string& target) {
    STRATA_TRY_ASSIGN(const BackupCheck found, CheckBackups(target, &session.environment()));
    Section section = Section::Map("check");
    section.Add("ok", Cell::Flag(found.damage.empty()));
    section.Add("backups", Cell::Count(found.backups));
    section.Add("files", Cell::Count(found.files));
    section.Add("bytes", Cell::Size(found.bytes));
    STRATA_TRY(PrintReport(session.console(), session.style(), {std::move(section)}));
    if (found.damage.empty()) return kExitOk;
    for (std::size_t i = 0; i < found.damage.size() && i < kDamageShown; ++i) {
      session.Complain(found.damage[i]);
    }
    return kExitCorruption;
  }

  Result<ExitCode> Prune(Session& session, const std::string& target) const {
    if (!keep_) return InvalidArgument("how many stay? Give --keep N");
    STRATA_TRY_ASSIGN(const BackupPrune gone, PruneBackups(target, *keep_, &session.environment()));
    session.Note("backups removed: " + std::to_string(gone.backups) +
                 "; files that no other needs: " + std::to_string(gone.files) + ", " +
                 FormatSize(gone.bytes));
    return kExitOk;
  }

  std::vector<std::string> words_;
  std::string name_;
  bool check_ = false;
  std::optional<std::uint64_t> keep_;
};

}  // namespace

Command BackupCommand() {
  return {.name = "backup",
          .alias = "",
          .group = "Care",
          .summary = "Back up a store: what has changed is copied, and checked",
          .examples =
              "--db cities backup /mnt/backups\n"
              "--server 127.0.0.1:7379 backup before-the-move\n"
              "backup list /mnt/backups\n"
              "backup check /mnt/backups\n"
              "backup prune /mnt/backups --keep 7",
          .make = MakeVerb<BackupVerb>};
}

}  // namespace strata::cli
