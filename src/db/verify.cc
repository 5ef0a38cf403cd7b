// Reads a store as a whole and checks all that can be checked: every block of every table, every
// record of every log, the manifest and CURRENT.

#include <functional>  //@L19
#include <map>         //@L19

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
// Of the file, the first `size` bytes matter.
Status VerifyLog(FileSystem& files, const std::string& directory, const std::string& name,
                 std::uint64_t size, const RecordCheck& check) {
  //@}
  STRATA_TRY_ASSIGN(const std::string contents,
                    files.ReadFile(JoinPath(directory, name), kFileBytesMax));
  //| wal::LogReader reader(contents);  //@L06..18
  wal::LogReader reader(std::string_view(contents).substr(0, size));  //@L19
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
  STRATA_TRY(VerifyLogs());
  return VerifyManifest();
}

//@L06..18{
//| // Logs come and go with edits, which need the mutex; readers don't.
//| Status DbImpl::VerifyLogs() {
//|   MutexLock lock(mutex_);
//|   FileSystem& files = *environment_.files;
//|   STRATA_TRY_ASSIGN(const auto names, files.List(directory_));
//|   for (const std::string& name : names) {
//|     const auto parsed = ParseFileName(name);
//|     if (parsed && parsed->kind == FileKind::kLog && parsed->number >= versions_->oldest_log()) {
//|       STRATA_TRY(VerifyLog(files, directory_, name));
//|     }
//|   }
//|   return {};
//| }
//@}
//@L19{
// Which logs there are is asked at the front of the queue, where no record is being written; they
// are read beside the writers.
Status DbImpl::VerifyLogs() {
  std::map<FileNumber, std::uint64_t> logs;  // The size of each.
  const auto list = [&]() STRATA_REQUIRES(mutex_) -> Status {
    STRATA_TRY_ASSIGN(const auto names, environment_.files->List(directory_));
    for (const std::string& name : names) {
      const auto parsed = ParseFileName(name);
      if (!parsed || parsed->kind != FileKind::kLog || parsed->number < versions_->oldest_log()) {
        continue;
      }
      const bool is_written = log_.writer != nullptr && parsed->number == log_.number;
      logs[parsed->number] = is_written ? log_.writer->size() : UINT64_MAX;
    }
    return {};
  };
  if (!RunAtFront(list)) {  // A store that takes no writes has nobody there.
    MutexLock lock(mutex_);
    STRATA_TRY(list());
  }
  const auto check = [this](const wal::Record& record) { return VerifyPlaces(record); };
  for (const auto& [number, size] : logs) {
    Status checked = VerifyLog(*environment_.files, directory_, LogFileName(number), size, check);
    if (checked) continue;
    MutexLock lock(mutex_);
    if (number >= versions_->oldest_log()) return checked;  // Else it is in tables by now.
  }
  return {};
}
//@}

// The manifest may be begun anew meanwhile, and then the old one goes.
Status DbImpl::VerifyManifest() const {
  FileSystem& files = *environment_.files;
  while (true) {
    STRATA_TRY_ASSIGN(const CurrentManifest current, ReadCurrent(files, directory_));
    const std::string name = ManifestFileName(current.number);
    const auto contents = files.ReadFile(JoinPath(directory_, name), kFileBytesMax);
    STRATA_TRY_ASSIGN(const CurrentManifest after, ReadCurrent(files, directory_));
    if (after.number != current.number) continue;
    STRATA_TRY(contents);
    auto manifest = ReadManifest(*contents, current.synced_bytes);
    if (!manifest) return std::move(manifest).error().WithContext(name);
    return {};
  }
}

}  // namespace strata
