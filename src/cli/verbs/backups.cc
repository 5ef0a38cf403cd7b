// `strata backup TARGET` and `strata backup list|check|prune TARGET`.

#include <algorithm>
#include <array>

#include "backup/directory_target.h"
#include "backup/repository.h"
#include "cli/format/moment.h"
#include "cli/format/quantity.h"
#include "cli/session.h"

namespace strata::cli {
namespace {

using backup::DirectoryTarget;

class BackupVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.OptionalArgument("ACTION", &action_, "list, check or prune; none: make a backup");
    flags.OptionalArgument("TARGET", &target_, "The directory of the backups; on a server none");
    flags.Text("name", &options_.name, "NAME", "A name to find the backup by");
    flags.Switch("logs", &options_.logs, "Also store logged writes since the last backup");
    flags.Switch("check", &options_.check,
                 "Compare the bytes of files that are there already, too");
    flags.Number("keep", &keep_, "prune: how many backups stay");
  }

  Result<ExitCode> Run(Session& session) override {
    STRATA_TRY_ASSIGN(const bool remote, session.IsRemote());
    const std::array<std::string, 3> actions{"list", "check", "prune"};
    const bool acts =
        action_ && std::find(actions.begin(), actions.end(), *action_) != actions.end();
    if (!acts && target_) {
      return InvalidArgument("'" + *action_ + "' isn't one of list|check|prune");
    }
    if (!acts) return Make(session, remote);
    if (!target_) return InvalidArgument(*action_ + " needs the directory of the backups");
    const auto access =
        *action_ == "prune" ? DirectoryTarget::Access::kWrite : DirectoryTarget::Access::kRead;
    STRATA_TRY_ASSIGN(const auto target, DirectoryTarget::Open(session.files(), *target_, access));
    if (*action_ == "list") return List(session, *target);
    return *action_ == "check" ? Check(session, *target) : Prune(session, *target);
  }

 private:
  Result<ExitCode> Make(Session& session, bool remote) {
    const std::string to = action_.value_or("");  // The one argument there is.
    if (to.empty() && !remote) return InvalidArgument("where to? Give the TARGET of the backup");
    if (!to.empty() && remote) {
      return InvalidArgument(
          "a server's backups go where it was told to put them (--backup-dir): "
          "give no TARGET, or a --name");
    }
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kFail));
    STRATA_TRY_ASSIGN(const BackupInfo made, db->Backup(to, options_));
    session.Note("backup " + std::to_string(made.number) + " is of sequence " +
                 std::to_string(made.sequence) + ": " + std::to_string(made.files) + " files of " +
                 FormatSize(made.bytes) + ", of these " + std::to_string(made.new_files) + " of " +
                 FormatSize(made.new_bytes) + " copied");
    return kExitOk;
  }

  static Result<ExitCode> List(Session& session, DirectoryTarget& target) {
    STRATA_TRY_ASSIGN(const auto backups, backup::ReadBackups(target));
    RowPrinter printer(session.console(), session.style(),
                       {"backup", "name", "time", "sequence", "files", "bytes", "store"});
    for (const backup::FoundBackup& found : backups) {
      STRATA_TRY_ASSIGN(const backup::Manifest manifest, found.manifest);
      const BackupInfo info = manifest.Describe();
      STRATA_TRY(printer.Add({Cell::Number(info.number), Cell::Text(info.name),
                              Cell::Text(FormatMoment(info.time_us)), Cell::Number(info.sequence),
                              Cell::Count(info.files), Cell::Size(info.bytes),
                              Cell::Text(backup::ToHex(info.store_id).substr(0, 8))}));
    }
    printer.Finish();
    return kExitOk;
  }

  // All of them, also after one that is damaged.
  static Result<ExitCode> Check(Session& session, DirectoryTarget& target) {
    STRATA_TRY_ASSIGN(const auto backups, backup::ReadBackups(target));
    RowPrinter printer(session.console(), session.style(), {"backup", "state"});
    std::optional<Error> first;
    backup::Checked checked;
    for (const backup::FoundBackup& found : backups) {
      Status state = found.manifest ? backup::CheckBackup(target, *found.manifest, &checked)
                                    : Status(found.manifest.error());
      STRATA_TRY(printer.Add(
          {Cell::Number(found.number), Cell::Text(state ? "ok" : state.error().message())}));
      if (!state && !first) first = state.error();
    }
    STRATA_TRY_ASSIGN(const auto logs, backup::ListLogs(target));
    for (const backup::LogsName& name : logs) {
      const auto read = backup::ReadLogs(target, name);
      if (!read && !first) first = read.error();
    }
    printer.Finish();
    if (first) return *first;
    return kExitOk;
  }

  Result<ExitCode> Prune(Session& session, DirectoryTarget& target) const {
    if (!keep_ || *keep_ == 0) return InvalidArgument("prune needs --keep N, 1 or more");
    STRATA_TRY_ASSIGN(const backup::Pruned pruned, backup::Prune(target, *keep_));
    session.Note("removed " + std::to_string(pruned.backups.size()) + " backups, and " +
                 std::to_string(pruned.objects) + " objects of " + FormatSize(pruned.bytes) +
                 " that no other backup needs");
    return kExitOk;
  }

  std::optional<std::string> action_;
  std::optional<std::string> target_;
  BackupOptions options_;
  std::optional<std::uint64_t> keep_;
};

}  // namespace

Command BackupCommand() {
  return {
      .name = "backup",
      .alias = "",
      .group = "Care",
      .summary = "Keep a store as it is now, beside its earlier backups; list, check or prune them",
      .examples =
          "--db cities backup cities.backups\n"
          "--db cities backup cities.backups --name before-import --logs\n"
          "--server 127.0.0.1:7379 backup --name nightly\n"
          "backup list cities.backups\n"
          "backup check cities.backups\n"
          "backup prune cities.backups --keep 7",
      .make = MakeVerb<BackupVerb>};
}

}  // namespace strata::cli
