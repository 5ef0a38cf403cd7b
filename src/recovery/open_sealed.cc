#include "recovery/open_sealed.h"

#include <optional>
#include <utility>

#include "io/locked_memory.h"
#include "keyring/key_sources.h"
#include "keyring/keyring_file.h"
#include "recovery/recovery.h"
#include "seal/open_store.h"
#include "version/file_names.h"

namespace strata {
namespace {

std::optional<seal::FileRole> RoleOf(std::string_view name) {
  const auto file = ParseFileName(name);
  if (!file) return std::nullopt;
  switch (file->kind) {
    case FileKind::kLog:
      return seal::FileRole{seal::SealedKind::kLog, file->number};
    case FileKind::kTable:
      return seal::FileRole{seal::SealedKind::kTable, file->number};
    case FileKind::kManifest:
      return seal::FileRole{seal::SealedKind::kManifest, file->number};
    case FileKind::kBlob:
      return seal::FileRole{seal::SealedKind::kBlob, file->number};
    case FileKind::kCurrent:
    case FileKind::kTemporary:  // What is to become CURRENT, with the manifest's number.
      return seal::FileRole{seal::SealedKind::kCurrent, file->number};
    case FileKind::kLock:
      break;
  }
  return std::nullopt;
}

seal::SealWish WishOf(SealChange change) {
  switch (change) {
    case SealChange::kNone:
      break;
    case SealChange::kSeal:
      return seal::SealWish::kSeal;
    case SealChange::kUnseal:
      return seal::SealWish::kUnseal;
  }
  return seal::SealWish::kAsItIs;
}

}  // namespace

seal::FileRoles StoreFileRoles() {
  return {.role_of = RoleOf,
          .is_in_the_clear = [](std::string_view name) { return name == kLockFileName; }};
}

Result<std::shared_ptr<const keyring::Keyring>> LoadStoreKeyring(const StoreContext& context) {
  const std::string& path = context.options.keyring;
  if (path.empty()) return std::shared_ptr<const keyring::Keyring>();
  const auto read = keyring::ReaderOf(keyring::RealKeySources(*context.outside));
  STRATA_TRY_ASSIGN(auto loaded, keyring::LoadKeyring(*context.outside, path, read));
  if (loaded.is_older && context.events) context.events->Emit("keyring_worn", {{"file", path}});
  return std::make_shared<const keyring::Keyring>(std::move(loaded.keyring));
}

Status Recovery::OpenSealed() {
  FileSystem& directory = *context_.environment.files;
  seal::SealedFilesOptions options;
  options.directory = context_.directory;
  STRATA_TRY_ASSIGN(options.keyring, LoadStoreKeyring(context_));
  options.entropy = context_.environment.entropy;
  options.roles = StoreFileRoles();
  options.kept = context_.held_directory;
  STRATA_TRY_ASSIGN(const bool is_there,
                    directory.Exists(JoinPath(context_.directory, kCurrentFileName)));
  STRATA_TRY_ASSIGN(auto sealed, seal::OpenSealed(directory, options,
                                                  {.is_there = is_there,
                                                   .read_only = context_.options.read_only,
                                                   .wish = WishOf(context_.options.seal)}));
  if (sealed == nullptr) return {};
  // Of the machine's stores alone: tests of others are processes that a debugger looks into.
  if (context_.outside == &PosixFileSystem()) ForbidCoreDumps();
  context_.sealed = sealed.get();
  context_.held_directory = std::move(sealed);
  context_.environment.files = context_.held_directory.get();
  return {};
}

}  // namespace strata
