#include "version/manifest_files.h"

#include "base/mutant.h"
#include "io/faulty_file_system.h"
#include "version/current_file.h"

namespace strata {

Result<std::unique_ptr<ManifestWriter>> WriteSnapshot(const Environment& environment,
                                                      const std::string& directory,
                                                      FileNumber number, const ManifestState& state,
                                                      Counters* counters) {
  const std::string path = JoinPath(directory, ManifestFileName(number));
  STRATA_TRY_ASSIGN(auto manifest, ManifestWriter::Create(environment, path, number, counters));
  STRATA_TRY(manifest->Append(EncodeProperties(state.properties)));
  for (const VersionEdit& edit : state.Snapshot()) STRATA_TRY(manifest->Append(EncodeEdit(edit)));
  STRATA_TRY(manifest->Sync());
  return manifest;
}

Status SwitchTo(const ManifestWriter& manifest, FileSystem& files, const std::string& directory) {
  const CurrentManifest current{manifest.number(), manifest.size()};
  if (STRATA_MUTANT(skip_dir_fsync_rename) || STRATA_MUTANT(unlink_before_rename_durable)) {
    const auto forgetful = NewFaultyFileSystem(files);
    forgetful->SetPlan({.fail_at = 5, .fault = Fault::kDirectoryNotSynced});  // After the rename.
    return SwitchCurrent(*forgetful, directory, current);
  }
  return SwitchCurrent(files, directory, current);
}

void RemoveUnlessCurrent(FileSystem& files, const std::string& directory, FileNumber number) {
  (void)files.Remove(JoinPath(directory, TemporaryFileName(number))).has_value();
  const auto current = ReadCurrent(files, directory);
  if (!current || current->number == number) return;
  (void)files.Remove(JoinPath(directory, ManifestFileName(number))).has_value();
}

void RemoveOldManifests(FileSystem& files, const std::string& directory, FileNumber current) {
  const auto names = files.List(directory);
  if (!names.has_value()) return;
  for (const std::string& name : *names) {
    const auto file = ParseFileName(name);
    if (!file.has_value()) continue;
    const bool is_old = file->kind == FileKind::kManifest && file->number != current;
    if (is_old || file->kind == FileKind::kTemporary) {
      (void)files.Remove(JoinPath(directory, name));
    }
  }
  if (STRATA_MUTANT(unlink_before_rename_durable)) {
    (void)files.SyncDirectory(directory);
  }
}

}  // namespace strata
