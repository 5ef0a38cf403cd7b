#include "keyring/keyring_file.h"

#include <utility>

#include "io/os_error.h"

namespace strata::keyring {
namespace {

std::string OlderPath(const std::string& path) {
  return path + ".old";
}

// After a crash at any point the file is what it was, or `bytes`.
Status Replace(FileSystem& files, const std::string& path, std::string_view bytes) {
  const std::string fresh = path + ".new";
  STRATA_TRY_ASSIGN(const bool is_left_over, files.Exists(fresh));
  if (is_left_over) STRATA_TRY(files.Remove(fresh));
  STRATA_TRY_ASSIGN(const auto file, files.Create(fresh));
  STRATA_TRY(file->Append(bytes));
  STRATA_TRY(AsFinal(file->Sync()));
  STRATA_TRY(file->Close());
  const std::string directory = ParentDirectory(path);
  STRATA_TRY(AsFinal(files.SyncDirectory(directory)));
  STRATA_TRY(files.Rename(fresh, path));
  return AsFinal(files.SyncDirectory(directory));
}

// Only what a worn disk or a crash explains is a reason to look at the older one.
bool IsWorn(const Result<std::string>& bytes) {
  if (!bytes) return bytes.error().code() == ErrorCode::kNotFound;
  const auto image = DecodeKeyring(*bytes);
  return !image && image.error().code() == ErrorCode::kCorruption;
}

}  // namespace

Result<LoadedKeyring> LoadKeyring(FileSystem& files, const std::string& path,
                                  const KeyReader& read) {
  auto bytes = files.ReadFile(path, kKeyringBytesMax);
  if (IsWorn(bytes)) {
    auto older = files.ReadFile(OlderPath(path), kKeyringBytesMax);
    if (!IsWorn(older)) {
      STRATA_TRY(older);
      STRATA_TRY_ASSIGN(Keyring keyring,
                        Annotate(Keyring::Open(*older, read), "keyring " + OlderPath(path)));
      return LoadedKeyring{std::move(keyring), true};
    }
  }
  if (!bytes) return std::move(bytes).error().WithContext("keyring " + path);
  STRATA_TRY_ASSIGN(Keyring keyring, Annotate(Keyring::Open(*bytes, read), "keyring " + path));
  return LoadedKeyring{std::move(keyring), false};
}

Status CreateKeyring(FileSystem& files, const std::string& path, const Keyring& keyring,
                     const Entropy& entropy) {
  for (const std::string& name : {path, OlderPath(path)}) {
    STRATA_TRY_ASSIGN(const bool exists, files.Exists(name));
    if (!exists) continue;
    return InvalidArgument("a keyring is in " + name +
                           " already: what is sealed with it would be lost with it");
  }
  return Annotate(Replace(files, path, keyring.Encode(entropy)), "keyring " + path);
}

Status ChangeKeyring(FileSystem& files, const std::string& path, const KeyReader& read,
                     const Entropy& entropy, const std::function<Status(Keyring&)>& change) {
  STRATA_TRY_ASSIGN(const auto lock, files.Lock(path + ".lock"));
  STRATA_TRY_ASSIGN(LoadedKeyring loaded, LoadKeyring(files, path, read));
  STRATA_TRY(Annotate(change(loaded.keyring), "keyring " + path));
  if (!loaded.is_older) {  // A damaged file doesn't take the place of the older one.
    STRATA_TRY_ASSIGN(const std::string bytes, files.ReadFile(path, kKeyringBytesMax));
    STRATA_TRY(Replace(files, OlderPath(path), bytes));
  }
  return Annotate(Replace(files, path, loaded.keyring.Encode(entropy)), "keyring " + path);
}

}  // namespace strata::keyring
