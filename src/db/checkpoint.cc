// A copy of a store as it is at one instant, made beside its writers: what is in memory is written
// to tables, the versions of that moment are held, and their files, which never change, get a
// second name or are copied. The last thing written is what makes the copy a store.

#include <algorithm>
#include <memory>

#include "base/mutant.h"
#include "db/db_impl.h"

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

// Keeps the files of that moment until it is let go.
Result<DbImpl::HeldState> DbImpl::FlushAndHold() {
  STRATA_TRY(Flush());
  HeldState held;
  {
    MutexLock lock(mutex_);
    STRATA_TRY(health_.CheckWritable());
    versions_.set().SetLastSequence(trees_.last_sequence());
    held.state = versions_.set().State();
    if (!STRATA_MUTANT(copy_holds_nothing)) held.versions = versions_.set().versions();
  }
  held.state.begun_logs.clear();  // What later writes put into logs isn't part of it.
  held.state.sealed_logs.clear();
  held.state.oldest_log = held.state.next_file;
  return held;
}

Result<CheckpointInfo> DbImpl::CopyTo(FileSystem& target, const std::string& directory) {
  STRATA_TRY_ASSIGN(HeldState held, FlushAndHold());
  ManifestState& state = held.state;
  state.properties.store_id = files_.store().NewId();
  CheckpointInfo info;
  for (const std::string& name : FilesOf(state)) {
    STRATA_TRY(CopyFile(name, target, directory, &info));
  }
  STRATA_TRY(target.SyncDirectory(directory));
  Environment environment = context_.environment;
  environment.files = &target;
  STRATA_TRY(VersionSet::CreateFrom(environment, directory, state));
  STRATA_TRY(context_.outside->SyncDirectory(ParentDirectory(directory)));
  return info;
}

Status DbImpl::CopyFile(const std::string& name, FileSystem& target, const std::string& directory,
                        CheckpointInfo* info) const {
  const std::string path = JoinPath(context_.directory, name);
  const std::string copy = JoinPath(directory, name);
  Status linked = context_.environment.files->Link(path, target, copy);
  if (!linked && linked.error().code() != ErrorCode::kUnsupported) return linked;
  if (!linked) STRATA_TRY(Copy(*context_.environment.files, path, target, copy));
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
