// Backups as strata/backup.h has them: a store becomes a source, a directory a target.

#include <algorithm>

#include "backup/backup_writer.h"
#include "backup/directory_target.h"
#include "backup/restore.h"
#include "db/db_impl.h"
#include "strata/backup.h"

namespace strata {
namespace {

using backup::BackupManifest;
using backup::DirectoryTarget;
using backup::HeldFile;
using backup::Repository;
using Access = DirectoryTarget::Access;

const Environment& EnvironmentOr(const Environment* environment) {
  return environment != nullptr ? *environment : RealEnvironment();
}

Result<std::unique_ptr<DirectoryTarget>> OpenBackups(const std::string& directory,
                                                     const Environment& environment,
                                                     Access access) {
  return Annotate(DirectoryTarget::Open(*environment.files, directory, access),
                  "opening the backups in " + directory);
}

BackupInfo InfoOf(const BackupManifest& manifest) {
  return {.number = manifest.number,
          .name = manifest.name,
          .time_us = manifest.time_us,
          .sequence = manifest.sequence,
          .files = manifest.files.size(),
          .bytes = manifest.bytes(),
          .copied_files = 0,
          .copied_bytes = 0,
          .damage = ""};
}

// Keeps `file`, a Table or a Blob, as long as it is needed. It is opened anew to be verified: what
// counts is what the disk has under its name.
template <typename File>
HeldFile Held(std::shared_ptr<const File> file, const std::string& directory, FileSystem* files,
              TableFiles& opener) {
  const FileIdentity identity = IdentityOf(file->meta());
  const std::string path =
      JoinPath(directory, backup::StoreFileName(identity.kind, identity.number));
  return {.identity = identity,
          .size_bytes = file->meta().size_bytes,
          .verify = [file, &opener]() -> Status {
            STRATA_TRY_ASSIGN(const auto fresh, opener.Open(file->meta()));
            return fresh->reader().VerifyAll();
          },
          .open = [file, files, path] { return files->Open(path); }};
}

}  // namespace

// --- the store -----------------------------------------------------------------------------------

// All that was written before has been flushed, and tables tell of more.
static SequenceNumber ReachedBy(const ManifestState& state, SequenceNumber flushed) {
  SequenceNumber reached = flushed;
  for (const auto& [_, table] : state.tables) reached = std::max(reached, table.sequence_max);
  for (const auto& [_, sequence] : state.truncated) reached = std::max(reached, sequence);
  return reached;
}

Result<backup::Instant> DbImpl::Hold() {
  STRATA_TRY(CheckOwner());
  const SequenceNumber flushed = reader_.Now().sequence;
  STRATA_TRY_ASSIGN(HeldState held, FlushAndHold());
  backup::Instant instant{.state = std::move(held.state), .sequence = 0, .files = {}};
  instant.sequence = ReachedBy(instant.state, flushed);
  const auto hold = [&](const auto& file) {
    instant.files.push_back(Held(file, context_.directory, context_.environment.files, files_));
  };
  for (const auto& [table, version] : held.versions) {
    for (const Run& run : version->runs())
      std::for_each(run.tables.begin(), run.tables.end(), hold);
    for (const auto& [blob, state] : version->blobs()) hold(state.blob);
  }
  return instant;
}

Environment DbImpl::World() const {
  Environment world = context_.environment;
  world.files = context_.outside;
  return world;
}

Result<BackupInfo> BackUp(DB& db, const std::string& directory, const BackupOptions& options) {
  auto* const source = dynamic_cast<backup::BackupSource*>(&db);
  if (source == nullptr) {
    return Error(ErrorCode::kUnsupported, "only a store that is open here can be backed up here");
  }
  const Environment world = source->World();
  STRATA_TRY_ASSIGN(const auto target, OpenBackups(directory, world, Access::kWrite));
  const std::string doing = "backing up the store to " + directory;
  STRATA_TRY_ASSIGN(const backup::Instant instant, Annotate(source->Hold(), doing));
  backup::BackupWriter writer(*target);
  STRATA_TRY_ASSIGN(const backup::WrittenBackup written,
                    Annotate(writer.Write(instant, {.name = options.name,
                                                    .time_us = world.clock->WallMicros(),
                                                    .check = options.check}),
                             doing));
  BackupInfo info = InfoOf(written.manifest);
  info.copied_files = written.copied_files;
  info.copied_bytes = written.copied_bytes;
  return info;
}

// --- the files -----------------------------------------------------------------------------------

Result<std::vector<BackupInfo>> ListBackups(const std::string& directory,
                                            const Environment* environment) {
  STRATA_TRY_ASSIGN(const auto target,
                    OpenBackups(directory, EnvironmentOr(environment), Access::kRead));
  STRATA_TRY_ASSIGN(const auto backups, Repository(*target).List());
  std::vector<BackupInfo> infos;
  for (const backup::ListedBackup& listed : backups) {
    infos.push_back(InfoOf(listed.manifest));
    infos.back().damage = listed.damage;
  }
  return infos;
}

Result<BackupCheck> CheckBackups(const std::string& directory, const Environment* environment) {
  STRATA_TRY_ASSIGN(const auto target,
                    OpenBackups(directory, EnvironmentOr(environment), Access::kRead));
  STRATA_TRY_ASSIGN(auto totals, Repository(*target).Check());
  return BackupCheck{.backups = totals.backups,
                     .files = totals.files,
                     .bytes = totals.bytes,
                     .damage = std::move(totals.damage)};
}

Result<BackupPrune> PruneBackups(const std::string& directory, std::uint64_t keep,
                                 const Environment* environment) {
  const Environment& world = EnvironmentOr(environment);
  STRATA_TRY(OpenBackups(directory, world, Access::kRead));  // Nothing is made for nothing.
  STRATA_TRY_ASSIGN(const auto target, OpenBackups(directory, world, Access::kWrite));
  STRATA_TRY_ASSIGN(const auto totals, Annotate(Repository(*target).Prune(keep),
                                                "removing backups from " + directory));
  return BackupPrune{.backups = totals.backups, .files = totals.files, .bytes = totals.bytes};
}

Result<BackupInfo> RestoreBackup(const std::string& backups, const std::string& directory,
                                 const BackupChoice& choice, const Environment* environment) {
  const Environment& world = EnvironmentOr(environment);
  STRATA_TRY_ASSIGN(const auto target, OpenBackups(backups, world, Access::kRead));
  Repository repository(*target);
  const std::string doing = "restoring from " + backups;
  STRATA_TRY_ASSIGN(const BackupManifest manifest,
                    Annotate(backup::ChooseBackup(repository, {.backup = choice.backup,
                                                               .time_us = choice.time_us,
                                                               .sequence = choice.sequence}),
                             doing));
  STRATA_TRY(Annotate(backup::RestoreStore(*target, manifest, world, directory), doing));
  return InfoOf(manifest);
}

}  // namespace strata
