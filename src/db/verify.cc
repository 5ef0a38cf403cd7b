// Reads a store as a whole and checks all that can be checked: every block of every table, every
// record of every log, the manifest and CURRENT.

#include <functional>
#include <map>

#include "db/db_impl.h"
#include "io/file_contents.h"
#include "version/current_file.h"
#include "version/manifest.h"
#include "wal/log_reader.h"

namespace strata {
namespace {

constexpr std::uint64_t kFileBytesMax = 8ULL << 30;

// A log that is being written may end anywhere; damage before its end is an error all the same.
using RecordCheck = std::function<Status(const wal::Record&)>;
// Of the file, the first `size` bytes matter.
Status VerifyLog(FileSystem& files, const std::string& directory, const std::string& name,
                 std::uint64_t size, const RecordCheck& check) {
  STRATA_TRY_ASSIGN(const FileContents contents,
                    ReadContents(files, JoinPath(directory, name), kFileBytesMax));
  wal::LogReader reader(std::string_view(contents.bytes).substr(0, size),
                        {.cipher = contents.cipher()});
  while (true) {
    auto record = reader.Next();
    if (!record) return std::move(record).error().WithContext(name);
    if (!record->has_value()) return {};
    STRATA_TRY(Annotate(check(**record), name));
  }
}

Status VerifyTables(const Version& version) {
  for (const Run& run : version.runs()) {
    for (const auto& table : run.tables) STRATA_TRY(table->reader().VerifyAll());
  }
  return {};
}

Status VerifyBlobs(const Version& version) {
  for (const auto& [id, state] : version.blobs()) {
    STRATA_TRY(state.blob->reader().VerifyAll());
    STRATA_TRY_ASSIGN(const Bitmap live, version.LiveIn(id));
    if (!state.blob->reader().held().ContainsAll(live)) {
      return Corruption(state.blob->reader().name() + ": lacks values that tables point to");
    }
  }
  return {};
}

// Every value that a record of a log points to is there.
Status VerifyPlaces(const StoreContext& context, const wal::Record& record) {
  std::string value;
  return wal::ForEachEntry(record.payload, 1, [&](const wal::BatchEntry& entry) -> Status {
    if (!sst::IsPointer(entry.kind)) return {};
    const auto place = blob::DecodePlace(entry.value);
    if (!place) return Corruption("an entry whose pointer to a blob can't be");
    return ReadDirect(context, *place, &value);
  });
}

Status VerifyVersion(const Version& version) {
  STRATA_TRY(VerifyTables(version));
  STRATA_TRY(VerifyBlobs(version));
  return {};
}

}  // namespace

Status DbImpl::VerifyAll() {
  STRATA_TRY(CheckOwner());
  const std::shared_ptr<const ReadState> state = reader_.state();
  STRATA_TRY(VerifyVersion(*state->version));
  Status verified;
  state->named.ForEach([&](std::uint32_t, const ReadState& named) {
    if (verified) verified = VerifyVersion(*named.version);
  });
  STRATA_TRY(std::move(verified));
  STRATA_TRY(VerifyLogs());
  return VerifyManifest();
}

// Which logs there are is asked at the front of the queue, where no record is being written; they
// are read beside the writers.
Status DbImpl::VerifyLogs() {
  std::map<FileNumber, std::uint64_t> logs;  // The size of each.
  const auto list = [&]() -> Status {
    STRATA_TRY_ASSIGN(const auto names, context_.environment.files->List(context_.directory));
    for (const std::string& name : names) {
      const auto parsed = ParseFileName(name);
      if (!parsed || parsed->kind != FileKind::kLog ||
          parsed->number < versions_.set().oldest_log()) {
        continue;
      }
      const bool is_written = parsed->number == journal_.number();
      logs[parsed->number] = is_written ? journal_.size() : UINT64_MAX;
    }
    return {};
  };
  if (!commit_.RunAtFront(list)) {  // A store that takes no writes has nobody there.
    MutexLock lock(mutex_);
    STRATA_TRY(list());
  }
  const auto check = [this](const wal::Record& record) { return VerifyPlaces(context_, record); };
  for (const auto& [number, size] : logs) {
    Status checked = VerifyLog(*context_.environment.files, context_.directory, LogFileName(number),
                               size, check);
    if (checked) continue;
    MutexLock lock(mutex_);
    if (number >= versions_.set().oldest_log()) return checked;  // Else it is in tables by now.
  }
  return {};
}

// The manifest may be begun anew meanwhile, and then the old one goes.
Status DbImpl::VerifyManifest() const {
  FileSystem& files = *context_.environment.files;
  while (true) {
    STRATA_TRY_ASSIGN(const CurrentManifest current, ReadCurrent(files, context_.directory));
    const std::string name = ManifestFileName(current.number);
    const auto contents = ReadContents(files, JoinPath(context_.directory, name), kFileBytesMax);
    STRATA_TRY_ASSIGN(const CurrentManifest after, ReadCurrent(files, context_.directory));
    if (after.number != current.number) continue;
    STRATA_TRY(contents);
    auto manifest = ReadManifest(contents->bytes, current.synced_bytes, {}, contents->cipher());
    if (!manifest) return std::move(manifest).error().WithContext(name);
    return {};
  }
}

}  // namespace strata
