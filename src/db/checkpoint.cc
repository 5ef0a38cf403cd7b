// A copy of a store as it is at one instant, made beside its writers: what is in memory is written
// to tables, the versions of that moment are held, and their files, which never change, get a
// second name or are copied. The last thing written is what makes the copy a store.

#include <algorithm>
#include <memory>

#include "base/mutant.h"
#include "db/db_impl.h"
#include "seal/sealed_files.h"

namespace strata {
namespace {

constexpr std::size_t kCopyBytes = 1 << 20;

Status Copy(FileSystem& from, const std::string& path, FileSystem& to, const std::string& target) {
  STRATA_TRY_ASSIGN(const auto in, from.Open(path));
  STRATA_TRY_ASSIGN(const auto out, to.Create(target));
  const std::unique_ptr<char[]> buffer(new char[kCopyBytes]);
  for (std::uint64_t offset = 0; offset < in->size();) {
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(in->size() - offset, kCopyBytes));
    STRATA_TRY_ASSIGN(const std::string_view bytes, in->Read(offset, size, buffer.get()));
    STRATA_TRY(out->Append(bytes));
    offset += size;
  }
  STRATA_TRY(out->Sync());
  return out->Close();
}

// The files that `state` names, without a directory.
std::vector<std::string> FilesOf(const ManifestState& state) {
  std::vector<std::string> names;
  names.reserve(state.tables.size() + state.blobs.size());
  for (const auto& [number, _] : state.tables) names.push_back(TableFileName(number));
  for (const auto& [_, blob] : state.blobs) names.push_back(BlobFileName(blob.file));
  return names;
}

}  // namespace

Result<CheckpointInfo> DbImpl::Checkpoint(const std::string& directory) {
  STRATA_TRY(CheckOwner());
  FileSystem& files = *context_.outside;
  STRATA_TRY(files.CreateDirectories(directory));
  STRATA_TRY_ASSIGN(const auto there, files.List(directory));
  if (!there.empty()) {
    return InvalidArgument("copying the store to " + directory + ": " + there.front() +
                           " is in it; name a directory that is empty, or not there");
  }
  STRATA_TRY_ASSIGN(const auto target, files.OpenDirectory(directory));
  auto info = Annotate(CopyTo(*target, directory), "copying the store to " + directory);
  if (!info) RemoveCopy(*target, directory);
  return info;
}

Result<CheckpointInfo> DbImpl::CopyTo(FileSystem& target, const std::string& directory) {
  STRATA_TRY(Flush());
  ManifestState state;
  VersionSet::Versions held;  // Keeps the files of that moment.
  {
    MutexLock lock(mutex_);
    STRATA_TRY(health_.CheckWritable());
    versions_.set().SetLastSequence(trees_.last_sequence());
    state = versions_.set().State();
    if (!STRATA_MUTANT(copy_holds_nothing)) held = versions_.set().versions();
    state.properties.store_id = files_.store().NewId();
  }
  state.begun_logs.clear();  // What later writes put into logs isn't part of it.
  state.sealed_logs.clear();
  state.oldest_log = state.next_file;
  CheckpointInfo info;
  for (const std::string& name : FilesOf(state)) {
    STRATA_TRY(CopyFile(name, target, directory, &info));
  }
  STRATA_TRY(target.SyncDirectory(directory));
  STRATA_TRY_ASSIGN(const auto sealed, SealCopy(target, directory, state.next_file));
  Environment environment = context_.environment;
  environment.files = sealed == nullptr ? &target : sealed.get();
  STRATA_TRY(VersionSet::CreateFrom(environment, directory, state));
  STRATA_TRY(context_.outside->SyncDirectory(ParentDirectory(directory)));
  return info;
}

// A store of its own, that reads what this one has sealed so far.
Result<std::unique_ptr<seal::SealedFiles>> DbImpl::SealCopy(FileSystem& target,
                                                            const std::string& directory,
                                                            FileNumber next_file) const {
  if (context_.sealed == nullptr || context_.sealed->is_unsealed()) {
    return std::unique_ptr<seal::SealedFiles>();
  }
  if (context_.sealed->mode() != seal::SealMode::kSealed) {
    return InvalidArgument(
        "some of the store's files are sealed and some aren't: let it be sealed "
        "or unsealed to the end before (`strata seal`, `strata unseal`)");
  }
  seal::SealedFilesOptions options = context_.sealed->options();
  options.directory = directory;
  options.keyring = context_.sealed->keyring();
  options.kept = nullptr;
  auto ancestors = context_.sealed->ancestors();
  ancestors.push_back({.store = context_.sealed->store(), .below = next_file});
  auto sealed = std::make_unique<seal::SealedFiles>(target, options);
  STRATA_TRY(sealed->BecomeSealed(std::move(ancestors)));
  return sealed;
}

Status DbImpl::CopyFile(const std::string& name, FileSystem& target, const std::string& directory,
                        CheckpointInfo* info) const {
  const std::string path = JoinPath(context_.directory, name);
  const std::string copy = JoinPath(directory, name);
  Status linked = context_.environment.files->Link(path, target, copy);
  if (!linked && linked.error().code() != ErrorCode::kUnsupported) return linked;
  if (!linked) {  // As they are stored: what is sealed stays so.
    FileSystem& stored =
        context_.sealed == nullptr ? *context_.environment.files : context_.sealed->stored();
    STRATA_TRY(Copy(stored, path, target, copy));
  }
  STRATA_TRY_ASSIGN(const std::uint64_t size, target.FileSize(copy));
  ++info->files;
  info->bytes += size;
  if (linked) info->linked_bytes += size;
  return {};
}

// Only what was made here: the directory was empty.
void DbImpl::RemoveCopy(FileSystem& target, const std::string& directory) const {
  const auto names = target.List(directory);
  if (!names) return;
  for (const std::string& name : *names) {
    (void)target.Remove(JoinPath(directory, name)).has_value();
  }
  (void)context_.outside->RemoveDirectory(directory).has_value();
}

}  // namespace strata
