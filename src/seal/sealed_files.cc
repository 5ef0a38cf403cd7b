#include "seal/sealed_files.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "io/os_error.h"
#include "seal/sealed_file.h"

namespace strata::seal {
namespace {

constexpr std::uint64_t kSealBytesMax = 1ULL << 20;

std::string NameIn(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

bool IsWhole(SealedKind kind) {
  return kind == SealedKind::kCurrent || kind == SealedKind::kSeal;
}

// A crash may leave such a file's name without its first bytes; its format knows what that means.
bool MayBeCut(SealedKind kind) {
  return kind == SealedKind::kLog || kind == SealedKind::kBlob;
}

// The first bytes of a file, as many as a header has or the file.
Result<std::string> FirstBytes(const RandomAccessFile& file) {
  std::string bytes(std::min<std::uint64_t>(file.size(), kHeaderSize), '\0');
  STRATA_TRY_ASSIGN(const std::string_view read, file.Read(0, bytes.size(), bytes.data()));
  return std::string(read);
}

}  // namespace

SealedFiles::SealedFiles(FileSystem& below, SealedFilesOptions options)
    : ForwardingFileSystem(below), options_(std::move(options)), keyring_(options_.keyring) {
  STRATA_CHECK(keyring_ != nullptr);
}

// --- what is asked of it -------------------------------------------------------------------------

SealMode SealedFiles::mode() const {
  MutexLock lock(mutex_);
  return state_.mode;
}

bool SealedFiles::is_unsealed() const {
  MutexLock lock(mutex_);
  return ended_;
}

StoreId SealedFiles::store() const {
  MutexLock lock(mutex_);
  return store_;
}

std::vector<Ancestor> SealedFiles::ancestors() const {
  MutexLock lock(mutex_);
  return state_.ancestors;
}

void SealedFiles::SetKeyring(std::shared_ptr<const keyring::Keyring> keyring) {
  MutexLock lock(mutex_);
  keyring_ = std::move(keyring);
}

std::shared_ptr<const keyring::Keyring> SealedFiles::keyring() const {
  MutexLock lock(mutex_);
  return keyring_;
}

Result<FileRole> SealedFiles::RoleOf(const std::string& path) const {
  const std::string name = NameIn(path);
  if (name == kSealFileName || name == kSealTemporaryName) {
    return FileRole{.kind = SealedKind::kSeal, .number = 0};
  }
  if (const auto role = options_.roles.role_of(name)) return *role;
  return InvalidArgument(path + ": nothing says how such a file is sealed");
}

// --- opening -------------------------------------------------------------------------------------

Status SealedFiles::CheckPlain(const FileRole& role) const {
  MutexLock lock(mutex_);
  if (state_.mode == SealMode::kUnsealing) return {};
  if (state_.mode == SealMode::kSealing && role.number < state_.plain_below) return {};
  return Corruption("it isn't sealed, and the store is");
}

Status SealedFiles::CheckOrigin(const SealHeader& header, const FileRole& role) const {
  if (header.kind != role.kind) return Corruption("it was sealed as a file of another kind");
  const bool has_number = !IsWhole(role.kind);
  if (has_number && header.number != role.number) {
    return Corruption("it was sealed as file " + std::to_string(header.number));
  }
  if (role.kind == SealedKind::kSeal) return {};  // It says what the store's id is.
  MutexLock lock(mutex_);
  if (header.store == store_) return {};
  const bool may_be_inherited = role.kind == SealedKind::kTable || role.kind == SealedKind::kBlob;
  for (const Ancestor& ancestor : state_.ancestors) {
    if (may_be_inherited && ancestor.store == header.store && role.number < ancestor.below) {
      return {};
    }
  }
  return Corruption("it was sealed in another store");
}

Result<SealHeader> SealedFiles::OurHeader(std::string_view header, const FileRole& role) const {
  STRATA_TRY_ASSIGN(const SealHeader decoded, DecodeHeader(header));
  STRATA_TRY(CheckOrigin(decoded, role));
  return decoded;
}

// While files may be in the clear, one may begin as sealed ones do: a value that is in it does.
bool SealedFiles::IsSealed(std::string_view header, const FileRole& role) const {
  return LooksSealed(header) && (OurHeader(header, role) || !CheckPlain(role));
}

Result<std::unique_ptr<const FileCipher>> SealedFiles::CipherFor(std::string_view header,
                                                                 const FileRole& role) const {
  STRATA_TRY_ASSIGN(const SealHeader decoded, OurHeader(header, role));
  const auto keys = keyring();
  const crypto::Secret* const key = keys->Find(decoded.key);
  if (key == nullptr) {
    return InvalidArgument("it is sealed under data key " + keyring::KeyIdText(decoded.key) +
                           ", which isn't in the keyring");
  }
  auto cipher = std::make_unique<GcmFileCipher>(FileKey(*key, decoded), decoded.salt, decoded.key,
                                                GcmFileCipher::For::kReading);
  if (!IsGenuine(header, cipher->aead())) return Corruption("its header isn't what was sealed");
  return std::unique_ptr<const FileCipher>(std::move(cipher));
}

Result<SealedFiles::Opened> SealedFiles::OpenBelow(const std::string& path, const FileRole& role,
                                                   ReadMode mode) {
  Opened opened;
  STRATA_TRY_ASSIGN(opened.file, below().Open(path, mode));
  STRATA_TRY_ASSIGN(const std::string header, FirstBytes(*opened.file));
  if (!IsSealed(header, role)) {
    Status plain = CheckPlain(role);
    if (plain) return opened;
    if (!MayBeCut(role.kind)) return std::move(plain).error().WithContext(path);
    opened.cipher = std::make_unique<NoCipher>(std::move(plain).error());
    return opened;
  }
  auto cipher = CipherFor(header, role);
  if (cipher) {
    opened.cipher = *std::move(cipher);
    return opened;
  }
  const bool is_worn = !DecodeHeader(header);
  if (!is_worn || !MayBeCut(role.kind)) return std::move(cipher).error().WithContext(path);
  opened.cipher = std::make_unique<NoCipher>(std::move(cipher).error());
  return opened;
}

Result<std::unique_ptr<RandomAccessFile>> SealedFiles::Open(const std::string& path,
                                                            ReadMode mode) {
  STRATA_TRY_ASSIGN(const FileRole role, RoleOf(path));
  STRATA_TRY_ASSIGN(Opened opened, OpenBelow(path, role, mode));
  std::unique_ptr<RandomAccessFile> file = std::move(opened.file);
  if (opened.cipher != nullptr) file = NewPieceReader(std::move(file), std::move(opened.cipher));
  if (role.kind == SealedKind::kManifest) STRATA_TRY(CheckAge({role.number, file->size()}));
  return file;
}

Result<std::string> SealedFiles::ReadWhole(const RandomAccessFile& file,
                                           const FileCipher& cipher) const {
  const std::uint64_t size = SizeWithout(file.size(), kHeaderSize);
  std::string bytes(size, '\0');
  STRATA_TRY_ASSIGN(const std::string_view sealed, file.Read(kHeaderSize, size, bytes.data()));
  if (sealed.size() < FileCipher::kOverhead) return Corruption("it is cut short");
  STRATA_TRY(cipher.Open({.part = SealedPart::kWhole}, sealed, bytes.data()));
  bytes.resize(bytes.size() - FileCipher::kOverhead);
  return bytes;
}

Result<std::string> SealedFiles::ReadFile(const std::string& path, std::uint64_t size_max) {
  if (options_.roles.is_in_the_clear(NameIn(path))) return below().ReadFile(path, size_max);
  STRATA_TRY_ASSIGN(const FileRole role, RoleOf(path));
  STRATA_TRY_ASSIGN(const Opened opened, OpenBelow(path, role, ReadMode::kPread));
  if (opened.cipher == nullptr) return below().ReadFile(path, size_max);
  constexpr std::uint64_t kAdded = kHeaderSize + FileCipher::kOverhead;
  if (SizeWithout(opened.file->size(), kAdded) > size_max) return FileTooLarge(path, size_max);
  if (IsWhole(role.kind)) return Annotate(ReadWhole(*opened.file, *opened.cipher), path);
  const std::uint64_t size = SizeWithout(opened.file->size(), kHeaderSize);
  std::string bytes(size, '\0');
  STRATA_TRY_ASSIGN(const auto read, opened.file->Read(kHeaderSize, size, bytes.data()));
  return std::string(read);
}

Result<FileContents> SealedFiles::ReadContents(const std::string& path, std::uint64_t size_max) {
  FileContents contents;
  STRATA_TRY_ASSIGN(contents.source, Open(path, ReadMode::kPread));
  const std::uint64_t size = contents.source->size();
  if (size > size_max) return FileTooLarge(path, size_max);
  contents.bytes.resize(size);
  STRATA_TRY_ASSIGN(const std::string_view read,
                    contents.source->Read(0, size, contents.bytes.data()));
  if (read.data() != contents.bytes.data()) contents.bytes.assign(read);
  return contents;
}

Result<std::uint64_t> SealedFiles::FileSize(const std::string& path) {
  STRATA_TRY_ASSIGN(const std::uint64_t size, below().FileSize(path));
  if (options_.roles.is_in_the_clear(NameIn(path))) return size;
  STRATA_TRY_ASSIGN(const FileRole role, RoleOf(path));
  STRATA_TRY_ASSIGN(const auto file, below().Open(path, ReadMode::kPread));
  STRATA_TRY_ASSIGN(const std::string header, FirstBytes(*file));
  if (!IsSealed(header, role)) return size;
  return SizeWithout(size, kHeaderSize + (IsWhole(role.kind) ? FileCipher::kOverhead : 0));
}

// --- writing -------------------------------------------------------------------------------------

Result<std::unique_ptr<WritableFile>> SealedFiles::Create(const std::string& path,
                                                          const WritableFileOptions& options) {
  STRATA_TRY_ASSIGN(const FileRole role, RoleOf(path));
  bool in_the_clear = false;
  {
    MutexLock lock(mutex_);
    in_the_clear = ended_ || state_.mode == SealMode::kUnsealing;
  }
  if (in_the_clear) return below().Create(path, options);
  return CreateSealed(path, role, options);
}

Result<std::unique_ptr<WritableFile>> SealedFiles::CreateSealed(
    const std::string& path, const FileRole& role, const WritableFileOptions& options) {
  SealHeader header;
  header.kind = role.kind;
  header.number = role.number;
  header.salt = crypto::NewSalt(options_.entropy);
  const auto keys = keyring();
  header.key = keys->active();
  {
    MutexLock lock(mutex_);
    header.store = store_;
    header.manifest = mark_;
  }
  auto cipher =
      std::make_unique<GcmFileCipher>(FileKey(*keys->Find(header.key), header), header.salt,
                                      header.key, GcmFileCipher::For::kWriting, options_.listener);
  STRATA_TRY_ASSIGN(auto file, below().Create(path, options));
  if (Status begun = file->Append(EncodeHeader(header, cipher->aead())); !begun) {
    file.reset();
    (void)below().Remove(path).has_value();
    return std::move(begun).error();
  }
  if (IsWhole(role.kind)) return NewWholeWriter(std::move(file), std::move(cipher));
  SyncListener synced;
  if (role.kind == SealedKind::kManifest) {
    synced = [this, number = role.number](std::uint64_t size) { NoteManifest(number, size); };
  }
  return NewPieceWriter(std::move(file), std::move(cipher), std::move(synced));
}

Status SealedFiles::Link(const std::string& path, FileSystem& other, const std::string& to) {
  return below().Link(path, other, to);
}

Result<std::unique_ptr<FileSystem>> SealedFiles::OpenDirectory(const std::string& directory) {
  return Error(ErrorCode::kUnsupported, "opening " + directory + ": it is open, and sealed");
}

// --- how far the store has come ------------------------------------------------------------------

void SealedFiles::NoteManifest(std::uint64_t number, std::uint64_t length) {
  MutexLock lock(mutex_);
  written_ = {number, length};
  if (mark_.number == number) mark_ = written_;
}

Status SealedFiles::Rename(const std::string& from, const std::string& to) {
  STRATA_TRY_ASSIGN(const FileRole role, RoleOf(from));
  STRATA_TRY(below().Rename(from, to));
  if (role.kind != SealedKind::kCurrent) return {};
  MutexLock lock(mutex_);
  renamed_ = role.number;
  return {};
}

Status SealedFiles::SyncDirectory(const std::string& directory) {
  std::uint64_t renamed = 0;
  {
    MutexLock lock(mutex_);
    renamed = renamed_;
  }
  STRATA_TRY(below().SyncDirectory(directory));
  MutexLock lock(mutex_);
  if (renamed != 0 && written_.number == renamed) mark_ = written_;
  return {};
}

Result<std::string> SealedFiles::HeaderOf(const std::string& name) {
  STRATA_TRY_ASSIGN(const auto file,
                    below().Open(JoinPath(options_.directory, name), ReadMode::kPread));
  return FirstBytes(*file);
}

// Every file remembers how far the manifest had come when it was made: none can have come from a
// time after it.
Status SealedFiles::CheckAge(const ManifestMark& manifest) {
  {
    MutexLock lock(mutex_);
    if (std::exchange(age_was_checked_, true)) return {};
  }
  STRATA_TRY_ASSIGN(const auto names, List(options_.directory));
  for (const std::string& name : names) {
    const auto role = RoleOf(name);
    if (!role) continue;
    STRATA_TRY_ASSIGN(const std::string header, HeaderOf(name));
    const auto decoded = DecodeHeader(header);
    if (!decoded || decoded->manifest <= manifest) continue;
    if (!CipherFor(header, *role)) continue;  // Whoever opens it is told what is wrong with it.
    return Corruption("the manifest is older than the file " + name +
                      ": somebody has put back what the store was before");
  }
  return {};
}

// --- from plain to sealed, and back --------------------------------------------------------------

Status SealedFiles::Load() {
  const std::string path = JoinPath(options_.directory, kSealFileName);
  STRATA_TRY_ASSIGN(const std::string header, HeaderOf(std::string(kSealFileName)));
  STRATA_TRY_ASSIGN(const std::string bytes, ReadFile(path, kSealBytesMax));
  STRATA_TRY_ASSIGN(const SealHeader decoded, Annotate(DecodeHeader(header), path));
  STRATA_TRY_ASSIGN(SealState state, Annotate(DecodeState(bytes), path));
  MutexLock lock(mutex_);
  store_ = decoded.store;
  state_ = std::move(state);
  return {};
}

Status SealedFiles::WriteState(const SealState& state) {
  const std::string path = JoinPath(options_.directory, kSealFileName);
  const std::string fresh = JoinPath(options_.directory, kSealTemporaryName);
  STRATA_TRY_ASSIGN(const bool is_left_over, below().Exists(fresh));
  if (is_left_over) STRATA_TRY(below().Remove(fresh));
  STRATA_TRY_ASSIGN(const auto file, CreateSealed(fresh, {SealedKind::kSeal, 0}, {}));
  STRATA_TRY(file->Append(EncodeState(state)));
  STRATA_TRY(AsFinal(file->Sync()));
  STRATA_TRY(file->Close());
  STRATA_TRY(AsFinal(below().SyncDirectory(options_.directory)));
  STRATA_TRY(below().Rename(fresh, path));
  STRATA_TRY(AsFinal(below().SyncDirectory(options_.directory)));
  MutexLock lock(mutex_);
  state_ = state;
  return {};
}

void SealedFiles::DrawStoreId() {
  const crypto::Salt drawn = crypto::NewSalt(options_.entropy);
  MutexLock lock(mutex_);
  std::copy_n(drawn.begin(), store_.size(), store_.begin());
}

Status SealedFiles::BecomeSealed(std::vector<Ancestor> ancestors) {
  DrawStoreId();
  return WriteState(
      {.mode = SealMode::kSealed, .plain_below = 0, .ancestors = std::move(ancestors)});
}

Result<std::uint64_t> SealedFiles::NextNumber() {
  STRATA_TRY_ASSIGN(const auto names, List(options_.directory));
  std::uint64_t next = 1;
  for (const std::string& name : names) {
    const auto role = RoleOf(name);
    if (role) next = std::max(next, role->number + 1);
  }
  return next;
}

Status SealedFiles::BeginSealing() {
  STRATA_TRY_ASSIGN(const std::uint64_t next, NextNumber());
  SealState state;
  {
    MutexLock lock(mutex_);
    state = state_;
  }
  state.mode = SealMode::kSealing;
  state.plain_below = next;
  if (store() == StoreId{}) DrawStoreId();
  return WriteState(state);
}

Status SealedFiles::BeginUnsealing() {
  SealState state;
  {
    MutexLock lock(mutex_);
    state = state_;
  }
  state.mode = SealMode::kUnsealing;
  return WriteState(state);
}

Status SealedFiles::EndSealing() {
  return WriteState({.mode = SealMode::kSealed, .plain_below = 0, .ancestors = ancestors()});
}

Status SealedFiles::EndUnsealing() {
  STRATA_TRY(below().Remove(JoinPath(options_.directory, kSealFileName)));
  STRATA_TRY(AsFinal(below().SyncDirectory(options_.directory)));
  MutexLock lock(mutex_);
  ended_ = true;
  return {};
}

Status SealedFiles::Reseal() {
  SealState state;
  {
    MutexLock lock(mutex_);
    state = state_;
  }
  return WriteState(state);
}

Result<std::vector<FileSeal>> SealedFiles::Census() {
  STRATA_TRY_ASSIGN(const auto names, List(options_.directory));
  std::vector<FileSeal> files;
  for (const std::string& name : names) {
    const auto role = RoleOf(name);
    if (!role || name == kSealTemporaryName) continue;
    auto header = HeaderOf(name);
    if (!header && header.error().code() == ErrorCode::kNotFound) continue;  // It went meanwhile.
    STRATA_TRY(header);
    FileSeal& file = files.emplace_back(FileSeal{name, *role, std::nullopt});
    if (!IsSealed(*header, *role)) continue;
    if (const auto decoded = DecodeHeader(*header)) file.key = decoded->key;
  }
  return files;
}

}  // namespace strata::seal
