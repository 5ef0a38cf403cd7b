#include "backup/directory_target.h"

#include <algorithm>

#include "base/crc32c.h"

namespace strata::backup {
namespace {

constexpr std::string_view kTemporary = "tmp-";
constexpr std::string_view kTemporaryLogs = "tmp-logs-";
constexpr std::string_view kLock = "LOCK";
constexpr std::size_t kPieceBytes = 1 << 20;

Status Fill(WritableFile& file, const Target::Content& content, const Target::Source& source) {
  Target::Content written;
  while (true) {
    STRATA_TRY_ASSIGN(const std::string_view piece, source());
    if (piece.empty()) break;
    STRATA_TRY(file.Append(piece));
    written.size += piece.size();
    written.crc = ExtendCrc32c(written.crc, piece);
  }
  if (written.size != content.size || written.crc != content.crc) {
    return Corruption("its bytes changed between being checked and being copied");
  }
  STRATA_TRY(file.Sync());
  return file.Close();
}

}  // namespace

Result<std::unique_ptr<DirectoryTarget>> DirectoryTarget::Open(FileSystem& files,
                                                               const std::string& directory,
                                                               Access access) {
  std::unique_ptr<DirectoryTarget> target(new DirectoryTarget(files, directory));
  if (access != Access::kRead) {
    STRATA_TRY(Annotate(target->Lock(access), "opening the backups in " + directory));
  } else {
    STRATA_TRY(files.List(directory));
  }
  return target;
}

Status DirectoryTarget::Lock(Access access) {
  STRATA_TRY(MakeDirectory(files_, directory_));
  const bool adds_logs = access == Access::kAddLogs;
  STRATA_TRY_ASSIGN(lock_, files_.Lock(Path(std::string(kLock) + (adds_logs ? "-logs" : ""))));
  STRATA_TRY_ASSIGN(const auto names, files_.List(directory_));
  for (const std::string& name : names) {
    if (name.starts_with(kTemporary) && name.starts_with(kTemporaryLogs) == adds_logs) {
      STRATA_TRY(files_.Remove(Path(name)));  // Of one that was cut off.
    }
  }
  return {};
}

Status DirectoryTarget::Put(const std::string& name, const Content& content, const Source& source) {
  const std::string draft = Path(std::string(kTemporary) + name);
  STRATA_TRY_ASSIGN(const auto file, files_.Create(draft));
  Status put = Fill(*file, content, source);
  if (put) put = files_.Rename(draft, Path(name));
  if (!put) {
    (void)files_.Remove(draft).has_value();
    return std::move(put).error().WithContext("storing " + name + " in " + directory_);
  }
  return files_.SyncDirectory(directory_);
}

Result<bool> DirectoryTarget::Create(const std::string& name, std::string_view bytes) {
  STRATA_TRY_ASSIGN(const bool there, files_.Exists(Path(name)));
  if (there) return false;  // Nobody else writes here: the lock is held.
  STRATA_TRY(Put(name, {bytes.size(), Crc32c(bytes)},
                 [&]() -> Result<std::string_view> { return std::exchange(bytes, {}); }));
  return true;
}

Status DirectoryTarget::Get(const std::string& name, const Sink& sink) {
  STRATA_TRY_ASSIGN(const auto file, files_.Open(Path(name)));
  const Source source = SourceOf(*file);
  while (true) {
    STRATA_TRY_ASSIGN(const std::string_view piece, source());
    if (piece.empty()) return {};
    STRATA_TRY(sink(piece));
  }
}

Result<std::vector<Target::Object>> DirectoryTarget::List(std::string_view prefix) {
  STRATA_TRY_ASSIGN(const auto names, files_.List(directory_));
  std::vector<Object> objects;
  for (const std::string& name : names) {
    if (!name.starts_with(prefix) || name.starts_with(kTemporary) || name.starts_with(kLock))
      continue;
    STRATA_TRY_ASSIGN(const std::uint64_t size, files_.FileSize(Path(name)));
    objects.push_back({name, size});
  }
  return objects;
}

Status DirectoryTarget::Delete(const std::string& name) {
  Status removed = files_.Remove(Path(name));
  if (!removed && removed.error().code() == ErrorCode::kNotFound) return {};
  STRATA_TRY(std::move(removed));
  return files_.SyncDirectory(directory_);
}

Status MakeDirectory(FileSystem& files, const std::string& directory) {
  STRATA_TRY(files.CreateDirectories(directory));
  std::string parent = ParentDirectory(directory);
  STRATA_TRY(files.SyncDirectory(parent));
  while (parent != "." && parent != "/") {
    parent = ParentDirectory(parent);
    if (!files.SyncDirectory(parent)) break;
  }
  return {};
}

Target::Source SourceOf(const RandomAccessFile& file) {
  return [&file, offset = std::uint64_t{0},
          buffer = std::string()]() mutable -> Result<std::string_view> {
    const std::uint64_t size = std::min<std::uint64_t>(file.size() - offset, kPieceBytes);
    if (size == 0) return std::string_view();
    buffer.resize(static_cast<std::size_t>(size));
    STRATA_TRY_ASSIGN(const std::string_view piece,
                      file.Read(offset, static_cast<std::size_t>(size), buffer.data()));
    offset += size;
    return piece;
  };
}

}  // namespace strata::backup
