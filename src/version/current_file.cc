#include "version/current_file.h"

#include "io/os_error.h"

namespace strata {
namespace {

constexpr std::uint64_t kSizeMax = 4096;

Status WriteSynced(FileSystem& files, const std::string& path, std::string_view contents) {
  STRATA_TRY_ASSIGN(const std::unique_ptr<WritableFile> file, files.Create(path));
  STRATA_TRY(file->Append(contents));
  STRATA_TRY(file->Sync());
  return file->Close();
}

}  // namespace

Result<CurrentManifest> ReadCurrent(FileSystem& files, const std::string& directory) {
  const std::string path = JoinPath(directory, kCurrentFileName);
  STRATA_TRY_ASSIGN(const std::string text, files.ReadFile(path, kSizeMax));
  return Annotate(DecodeCurrent(text), "reading " + path);
}

Status SwitchCurrent(FileSystem& files, const std::string& directory,
                     const CurrentManifest& current) {
  const std::string temporary = JoinPath(directory, TemporaryFileName(current.number));
  const std::string path = JoinPath(directory, kCurrentFileName);
  STRATA_TRY(WriteSynced(files, temporary, EncodeCurrent(current)));
  // The manifest's name is on the disk before any CURRENT can name it.
  STRATA_TRY(AsFinal(files.SyncDirectory(directory)));
  STRATA_TRY(files.Rename(temporary, path));
  return AsFinal(files.SyncDirectory(directory));
}

}  // namespace strata
