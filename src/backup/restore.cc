#include "backup/restore.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "backup/directory_target.h"
#include "base/crc32c.h"
#include "version/restoring.h"
#include "version/version_set.h"
#include "wal/log_writer.h"

namespace strata {
namespace backup {
namespace {

constexpr std::string_view kMarker = kRestoringFileName;

class Restorer {
 public:
  Restorer(const Environment& environment, FileSystem& files, Target& target, std::string directory)
      : environment_(environment),
        files_(files),
        target_(target),
        directory_(std::move(directory)) {
    environment_.files = &files_;
  }

  Status Run(const Plan& plan) {
    STRATA_TRY(MakeMarker());
    for (const StoredFile& file : plan.from.Files()) {
      STRATA_TRY(Annotate(CopyFile(file), "restoring " + Path(file.FileName())));
    }
    ManifestState state = plan.from.state;
    state.properties.store_id = NewId();
    state.oldest_log = state.next_file;
    if (!plan.records.empty()) STRATA_TRY(WriteLog(plan, &state));
    STRATA_TRY(files_.SyncDirectory(directory_));
    STRATA_TRY(VersionSet::CreateFrom(environment_, directory_, state));
    return files_.Remove(Path(kMarker));
  }

 private:
  std::string Path(std::string_view name) const { return JoinPath(directory_, name); }

  Status MakeMarker() {
    STRATA_TRY_ASSIGN(const auto marker, files_.Create(Path(kMarker)));
    STRATA_TRY(marker->Append("strata restore is filling this directory, or was cut off\n"));
    STRATA_TRY(marker->Sync());
    STRATA_TRY(marker->Close());
    return files_.SyncDirectory(directory_);
  }

  // It was checked before; what is written is compared all the same.
  Status CopyFile(const StoredFile& file) {
    STRATA_TRY_ASSIGN(const auto out, files_.Create(Path(file.FileName())));
    std::uint32_t crc = 0;
    STRATA_TRY(target_.Get(file.ObjectName(), [&](std::string_view piece) -> Status {
      crc = ExtendCrc32c(crc, piece);
      return out->Append(piece);
    }));
    if (out->size() != file.size || crc != file.crc) {
      return Corruption(file.ObjectName() + " in " + target_.where() + " has changed meanwhile");
    }
    STRATA_TRY(out->Sync());
    return out->Close();
  }

  // The first opening finds it, as any log that isn't in tables yet.
  Status WriteLog(const Plan& plan, ManifestState* state) {
    const FileNumber number = state->next_file++;
    STRATA_TRY_ASSIGN(const auto file, files_.Create(Path(LogFileName(number))));
    wal::LogWriter log(*file, environment_.entropy() | 1, nullptr);
    STRATA_TRY(log.Start());
    for (const LoggedRecord& record : plan.records) {
      const std::string_view payload = record.payload;
      STRATA_TRY(log.Append(wal::RecordType::kBatch, record.first, std::span(&payload, 1)));
    }
    STRATA_TRY(log.End());
    STRATA_TRY(file->Close());
    std::uint64_t since = 0;
    for (const auto& [_, table] : state->tables) since = std::max(since, table.write_time_max_us);
    state->begun_logs[number] = since == 0 ? plan.from.time_us : since;
    state->sealed_logs[number] = log.size();
    state->oldest_log = number;
    return {};
  }

  FileId NewId() const {
    FileId id;
    for (std::size_t at = 0; at < id.size(); at += sizeof(std::uint64_t)) {
      const std::uint64_t bits = environment_.entropy();
      std::memcpy(id.data() + at, &bits, sizeof(bits));
    }
    return id;
  }

  Environment environment_;
  FileSystem& files_;
  Target& target_;
  const std::string directory_;
};

// Success when nothing is there, or what a restore left that was cut off: that goes.
Status MakeEmpty(FileSystem& files, const std::string& directory) {
  STRATA_TRY_ASSIGN(const auto names, files.List(directory));
  const auto has = [&](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  const bool cut_off = has(kMarker) && !has(kCurrentFileName);
  for (const std::string& name : names) {
    if (!cut_off || (name != kMarker && !ParseFileName(name))) {
      return InvalidArgument("restoring to " + directory + ": " + name +
                             " is in it; name a directory that is empty, or not there");
    }
  }
  for (const std::string& name : names) {
    if (name != kMarker) STRATA_TRY(files.Remove(JoinPath(directory, name)));
  }
  if (names.empty()) return {};
  STRATA_TRY(files.SyncDirectory(directory));  // Only now may the marker go.
  STRATA_TRY(files.Remove(JoinPath(directory, kMarker)));
  return files.SyncDirectory(directory);
}

}  // namespace

Result<RestoreInfo> Restore(const Environment& environment, Target& target,
                            const std::string& directory, const RestoreOptions& how) {
  STRATA_TRY_ASSIGN(const Plan plan, MakePlan(target, how));
  FileSystem& files = *environment.files;
  STRATA_TRY(MakeDirectory(files, directory));
  STRATA_TRY_ASSIGN(const auto held, files.OpenDirectory(directory));
  STRATA_TRY(MakeEmpty(*held, directory));
  STRATA_TRY(Restorer(environment, *held, target, directory).Run(plan));
  RestoreInfo info;
  info.from = plan.from.Describe();
  info.sequence = plan.sequence;
  info.log_entries = plan.sequence - plan.from.sequence();
  return info;
}

}  // namespace backup

Result<RestoreInfo> RestoreStore(const Options& options, const std::string& repository,
                                 const std::string& directory, const RestoreOptions& how) {
  const Environment& environment =
      options.environment != nullptr ? *options.environment : RealEnvironment();
  STRATA_TRY_ASSIGN(const auto target,
                    backup::DirectoryTarget::Open(*environment.files, repository,
                                                  backup::DirectoryTarget::Access::kRead));
  return backup::Restore(environment, *target, directory, how);
}

}  // namespace strata
