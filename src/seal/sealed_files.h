// A store's directory whose files are sealed: a file system in front of it. Each file begins with a
// header of its own and has a key of its own (seal_header.h). Offsets and sizes are those that the
// formats know, without the header. Logs, manifests, tables and blobs have a cipher (CipherOf), and
// their formats seal their pieces; CURRENT and SEAL are one piece, which is sealed and opened here.
//
// What it refuses, by a message that names the file: one that is sealed for another place or store,
// or under a key that the keyring lacks; a file in the clear, unless the store is on its way; and a
// manifest that is older than some file says it was when the file was made.
//
// Known limit: a whole directory put back as it was is a store that was; nothing in it can tell.
// Thread safety: as FileSystem.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/environment.h"
#include "io/file_contents.h"
#include "io/forwarding_file_system.h"
#include "io/mutex.h"
#include "keyring/keyring.h"
#include "seal/gcm_file_cipher.h"
#include "seal/seal_header.h"
#include "seal/seal_state.h"

namespace strata::seal {

// What a name stands for. Nothing: the lock, and nobody else's business.
struct FileRole {
  SealedKind kind = SealedKind::kTable;
  std::uint64_t number = 0;

  bool operator==(const FileRole&) const = default;
};
// A name that is neither a role's nor the lock's is refused: what isn't known isn't sealed.
struct FileRoles {
  std::function<std::optional<FileRole>(std::string_view name)> role_of;
  std::function<bool(std::string_view name)> is_in_the_clear;
};

struct SealedFilesOptions {
  std::string directory;
  std::shared_ptr<const keyring::Keyring> keyring;
  Entropy entropy;
  FileRoles roles;
  SealListener listener = {};
  std::shared_ptr<FileSystem> kept = nullptr;  // Lives as long as the result; may be null.
};

// A file, and the key that it is sealed with; none: it is in the clear.
struct FileSeal {
  std::string name;
  FileRole role;
  std::optional<keyring::KeyId> key;
};

class SealedFiles final : public ForwardingFileSystem, public HasSealedFiles {
 public:
  // `below` is the directory, in `options.directory`; it must outlive this.
  SealedFiles(FileSystem& below, SealedFilesOptions options);

  // --- the store as a whole ---
  // Reads SEAL. Errors: kNotFound when there is none; as Open.
  Status Load();
  // Makes it another store: sealed, with an id of its own. REQUIRES: nothing is in the directory.
  Status BecomeSealed(std::vector<Ancestor> ancestors);
  // Durably: from now on new files are sealed, and then a file in the clear is one that is there
  // now; or they aren't.
  Status BeginSealing();
  Status BeginUnsealing();
  // All files are sealed; those in the clear are refused from now on. REQUIRES: the census says so.
  Status EndSealing();
  // SEAL goes. REQUIRES: no file is sealed.
  Status EndUnsealing();
  // SEAL is written anew under the active key.
  Status Reseal();
  SealMode mode() const;
  bool is_unsealed() const;  // EndUnsealing was called.
  StoreId store() const;
  std::vector<Ancestor> ancestors() const;

  // Another generation of the keyring that it was given.
  void SetKeyring(std::shared_ptr<const keyring::Keyring> keyring);
  std::shared_ptr<const keyring::Keyring> keyring() const;
  // Under which key each file is, by name. Nothing is opened.
  Result<std::vector<FileSeal>> Census();
  // The files as they are stored: for copies.
  FileSystem& stored() { return below(); }
  const SealedFilesOptions& options() const { return options_; }

  // --- FileSystem ---
  using FileSystem::Create;
  using FileSystem::Open;
  Result<std::unique_ptr<WritableFile>> Create(const std::string& path,
                                               const WritableFileOptions& options) override;
  Result<std::unique_ptr<RandomAccessFile>> Open(const std::string& path, ReadMode mode) override;
  // Of a sealed log or manifest the bytes as they are; read those through Open.
  Result<std::string> ReadFile(const std::string& path, std::uint64_t size_max) override;
  Result<FileContents> ReadContents(const std::string& path, std::uint64_t size_max) override;
  Result<std::uint64_t> FileSize(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status SyncDirectory(const std::string& directory) override;
  Status Link(const std::string& path, FileSystem& other, const std::string& to) override;
  // Errors: kUnsupported.
  Result<std::unique_ptr<FileSystem>> OpenDirectory(const std::string& directory) override;

  // A manifest's file, `number`, has so much on the disk.
  void NoteManifest(std::uint64_t number, std::uint64_t length);

 private:
  struct Opened {
    std::unique_ptr<RandomAccessFile> file;
    std::unique_ptr<const FileCipher> cipher;  // Null: in the clear.
  };
  Result<FileRole> RoleOf(const std::string& path) const;
  Result<Opened> OpenBelow(const std::string& path, const FileRole& role, ReadMode mode);
  Result<std::unique_ptr<const FileCipher>> CipherFor(std::string_view header,
                                                      const FileRole& role) const;
  Result<SealHeader> OurHeader(std::string_view header, const FileRole& role) const;
  bool IsSealed(std::string_view header, const FileRole& role) const;
  Status CheckOrigin(const SealHeader& header, const FileRole& role) const;
  Status CheckPlain(const FileRole& role) const;
  Result<std::string> ReadWhole(const RandomAccessFile& file, const FileCipher& cipher) const;
  Result<std::unique_ptr<WritableFile>> CreateSealed(const std::string& path, const FileRole& role,
                                                     const WritableFileOptions& options);
  void DrawStoreId();
  Status WriteState(const SealState& state);
  Result<std::uint64_t> NextNumber();
  Status CheckAge(const ManifestMark& manifest);
  Result<std::string> HeaderOf(const std::string& name);

  const SealedFilesOptions options_;
  mutable Mutex mutex_;
  std::shared_ptr<const keyring::Keyring> keyring_ STRATA_GUARDED_BY(mutex_);
  SealState state_ STRATA_GUARDED_BY(mutex_);
  StoreId store_ STRATA_GUARDED_BY(mutex_){};
  bool ended_ STRATA_GUARDED_BY(mutex_) = false;  // It was unsealed.
  // What new headers say: CURRENT durably names this manifest, which has so much on the disk.
  ManifestMark mark_ STRATA_GUARDED_BY(mutex_);
  ManifestMark written_ STRATA_GUARDED_BY(mutex_);       // The manifest that was synced last.
  std::uint64_t renamed_ STRATA_GUARDED_BY(mutex_) = 0;  // CURRENT names it, not yet durably.
  bool age_was_checked_ STRATA_GUARDED_BY(mutex_) = false;
};

}  // namespace strata::seal
