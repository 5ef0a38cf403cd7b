// Reads a store as a whole and checks all that can be checked: every block of every table, every
// record of every log, the manifest and CURRENT.

#include <functional>  //@L19

#include "db/db_impl.h"
#include "version/current_file.h"
#include "version/manifest.h"
#include "wal/log_reader.h"

namespace strata {
namespace {

constexpr std::uint64_t kFileBytesMax = 8ULL << 30;

// A log that is being written may end anywhere; damage before its end is an error all the same.
//@L06..18{
//| Status VerifyLog(FileSystem& files, const std::string& directory, const std::string& name) {
//@}
//@L19{
using RecordCheck = std::function<Status(const wal::Record&)>;
Status VerifyLog(FileSystem& files, const std::string& directory, const std::string& name,
                 const RecordCheck& check) {
  //@}
  STRATA_TRY_ASSIGN(const std::string contents,
                    files.ReadFile(JoinPath(directory, name), kFileBytesMax));
  wal::LogReader reader(contents);
  while (true) {
    auto record = reader.Next();
    if (!record) return std::move(record).error().WithContext(name);
    if (!record->has_value()) return {};
    STRATA_TRY(Annotate(check(**record), name));  //@L19
  }
}

Status VerifyTables(const Version& version) {
  for (const Run& run : version.runs()) {
    for (const auto& table : run.tables) STRATA_TRY(table->reader().VerifyAll());
  }
  return {};
}

}  // namespace

Status DbImpl::VerifyAll() {
  STRATA_TRY(owner_.Check(directory_));
  const std::shared_ptr<const ReadState> state = read_state_.Get();
  STRATA_TRY(VerifyTables(*state->version));
  for (const auto& [id, named] : state->named) STRATA_TRY(VerifyTables(*named->version));  //@L17
  STRATA_TRY(VerifyBlobs(*state->version));                                                //@L19
  for (const auto& [id, named] : state->named) STRATA_TRY(VerifyBlobs(*named->version));   //@L19
  // Logs and manifest come and go with edits, which need the mutex; readers don't.
  MutexLock lock(mutex_);
  FileSystem& files = *environment_.files;
  STRATA_TRY_ASSIGN(const auto names, files.List(directory_));
  for (const std::string& name : names) {
    const auto parsed = ParseFileName(name);
    if (parsed && parsed->kind == FileKind::kLog && parsed->number >= versions_->oldest_log()) {
      //| STRATA_TRY(VerifyLog(files, directory_, name));  //@L06..18
      //@L19{
      STRATA_TRY(VerifyLog(files, directory_, name,
                           [this](const wal::Record& record) { return VerifyPlaces(record); }));
      //@}
    }
  }
  STRATA_TRY_ASSIGN(const CurrentManifest current, ReadCurrent(files, directory_));
  const std::string name = ManifestFileName(current.number);
  STRATA_TRY_ASSIGN(const std::string contents,
                    files.ReadFile(JoinPath(directory_, name), kFileBytesMax));
  auto manifest = ReadManifest(contents, current.synced_bytes);
  if (!manifest) return std::move(manifest).error().WithContext(name);
  return {};
}

}  // namespace strata
