#include "backup/directory_target.h"

#include <algorithm>

#include "backup/durable_directory.h"
#include "base/crc32c.h"

namespace strata::backup {
namespace {

constexpr std::string_view kLockName = "LOCK";
constexpr std::string_view kDraftSuffix = ".part";
constexpr std::size_t kPieceBytes = 1 << 20;

bool IsObject(std::string_view name) {
  return name != kLockName && !name.ends_with(kDraftSuffix);
}

}  // namespace

Result<std::unique_ptr<DirectoryTarget>> DirectoryTarget::Open(FileSystem& files,
                                                               const std::string& directory,
                                                               Access access) {
  std::unique_ptr<DirectoryTarget> target(new DirectoryTarget(files, directory));
  if (access == Access::kWrite) STRATA_TRY(target->Begin());
  STRATA_TRY(files.List(directory));  // It is there, and a directory.
  return target;
}

Status DirectoryTarget::Begin() {
  STRATA_TRY(MakeDurableDirectory(files_, directory_));
  STRATA_TRY_ASSIGN(lock_, files_.Lock(PathOf(std::string(kLockName))));
  STRATA_TRY_ASSIGN(const auto names, files_.List(directory_));
  for (const std::string& name : names) {
    if (name.ends_with(kDraftSuffix)) STRATA_TRY(files_.Remove(PathOf(name)));
  }
  return {};
}

Status DirectoryTarget::Put(const std::string& name, const ByteSum& sum, const ByteSource& source) {
  const std::string draft = PathOf(name + std::string(kDraftSuffix));
  Status written = WriteDraft(draft, sum, source);
  if (written) written = files_.Rename(draft, PathOf(name));
  if (!written) {
    (void)files_.Remove(draft).has_value();
    return written;
  }
  return files_.SyncDirectory(directory_);
}

Status DirectoryTarget::WriteDraft(const std::string& draft, const ByteSum& sum,
                                   const ByteSource& source) {
  STRATA_TRY_ASSIGN(const auto file, files_.Create(draft));
  SumTaker taken;
  while (true) {
    STRATA_TRY_ASSIGN(const std::string_view piece, source());
    if (piece.empty()) break;
    taken.Take(piece);
    STRATA_TRY(file->Append(piece));
  }
  STRATA_TRY(Annotate(taken.Compare(sum), "what was read for " + draft));
  STRATA_TRY(file->Sync());
  return file->Close();
}

Result<bool> DirectoryTarget::PutIfAbsent(const std::string& name, std::string_view bytes) {
  STRATA_TRY_ASSIGN(const bool exists, files_.Exists(PathOf(name)));
  if (exists) return false;  // Nobody else makes one meanwhile: we hold the lock.
  std::string_view rest = bytes;
  STRATA_TRY(
      Put(name, {.size = bytes.size(), .crc = Crc32c(bytes)},
          [&]() -> Result<std::string_view> { return std::exchange(rest, std::string_view()); }));
  return true;
}

Status DirectoryTarget::Read(const std::string& name, const ByteSink& sink) {
  STRATA_TRY_ASSIGN(const auto file, files_.Open(PathOf(name)));
  std::string scratch(kPieceBytes, '\0');
  for (std::uint64_t offset = 0; offset < file->size();) {
    const auto size = std::min<std::uint64_t>(kPieceBytes, file->size() - offset);
    STRATA_TRY_ASSIGN(const std::string_view piece, file->Read(offset, size, scratch.data()));
    STRATA_TRY(sink(piece));
    offset += size;
  }
  return {};
}

Result<std::vector<ObjectInfo>> DirectoryTarget::List(std::string_view prefix) {
  STRATA_TRY_ASSIGN(const auto names, files_.List(directory_));
  std::vector<ObjectInfo> objects;
  for (const std::string& name : names) {
    if (!name.starts_with(prefix) || !IsObject(name)) continue;
    STRATA_TRY_ASSIGN(const std::uint64_t size, files_.FileSize(PathOf(name)));
    objects.push_back({.name = name, .size = size});
  }
  return objects;
}

Status DirectoryTarget::Delete(const std::string& name) {
  STRATA_TRY(files_.Remove(PathOf(name)));
  return files_.SyncDirectory(directory_);
}

}  // namespace strata::backup
