#include "seal/open_store.h"

namespace strata::seal {
namespace {

// A wish that the store is on its way to, or has, needs nothing.
Status Grant(SealedFiles& files, SealWish wish) {
  const SealMode mode = files.mode();
  if (wish == SealWish::kSeal && mode == SealMode::kUnsealing) return files.BeginSealing();
  if (wish == SealWish::kUnseal && mode != SealMode::kUnsealing) return files.BeginUnsealing();
  return {};
}

}  // namespace

Result<std::unique_ptr<SealedFiles>> OpenSealed(FileSystem& below,
                                                const SealedFilesOptions& options,
                                                const StoreAsFound& found) {
  STRATA_TRY_ASSIGN(const bool is_sealed, below.Exists(JoinPath(options.directory, kSealFileName)));
  if (options.keyring == nullptr) {
    if (!is_sealed) return std::unique_ptr<SealedFiles>();
    return InvalidArgument(
        "the store is sealed: give the keyring that it was sealed with "
        "(Options::keyring, --keyring FILE, STRATA_KEYRING)");
  }
  auto files = std::make_unique<SealedFiles>(below, options);
  if (is_sealed) {
    STRATA_TRY(files->Load());
    if (!found.read_only) STRATA_TRY(Grant(*files, found.wish));
    return files;
  }
  if (found.wish == SealWish::kUnseal) return std::unique_ptr<SealedFiles>();
  if (found.is_there && found.wish != SealWish::kSeal) {
    return InvalidArgument(
        "a keyring is given, and the store isn't sealed: open it without one, or "
        "seal it (`strata seal`)");
  }
  if (found.read_only) return std::unique_ptr<SealedFiles>();  // There is nothing to read.
  STRATA_TRY(found.is_there ? files->BeginSealing() : files->BecomeSealed({}));
  return files;
}

}  // namespace strata::seal
