// Logs and the manifest: records that follow each other, each with a checksum.

#include <algorithm>
#include <utility>

#include "scrub/file_scrub.h"
#include "version/current_file.h"
#include "version/manifest.h"
#include "wal/log_reader.h"

namespace strata::scrub {
namespace {

constexpr std::uint64_t kFileBytesMax = 8ULL << 30;

Result<std::string> ReadFromDisk(const Place& place, const std::string& name) {
  STRATA_TRY_ASSIGN(const auto file,
                    place.files.Open(JoinPath(place.directory, name), ReadMode::kOnDisk));
  if (file->size() > kFileBytesMax) return Corruption("it has " + std::to_string(file->size()));
  std::string contents(static_cast<std::size_t>(file->size()), '\0');
  STRATA_TRY_ASSIGN(const std::string_view bytes, file->Read(0, contents.size(), contents.data()));
  contents.resize(bytes.size());
  return contents;
}

// Files that are read in one step: a log is no larger than a memtable or two.
class RecordScrub final : public FileScrub {
 public:
  // Reads the file, and says how large it is and where it isn't whole.
  struct Read {
    std::string name;
    std::uint64_t bytes = 0;
    std::uint64_t offset = 0;
    Status status = {};
  };
  RecordScrub(std::function<Read()> read, Told told)
      : read_(std::move(read)), told_(std::move(told)) {}

  bool Step(std::uint64_t /*bytes*/) override {
    Read read = read_();
    bytes_read_ = read.bytes;
    whole_ = read.status.has_value();
    if (whole_) return true;
    told_({.file = read.name,
           .offset = read.offset,
           .what = std::move(read.status).error().WithContext(read.name).message()});
    return true;
  }

 private:
  const std::function<Read()> read_;
  const Told told_;
};

RecordScrub::Read ReadLog(const Place& place, FileNumber number,
                          std::optional<std::uint64_t> sealed_length) {
  RecordScrub::Read read{.name = LogFileName(number)};
  const auto contents = ReadFromDisk(place, read.name);
  if (!contents) {
    read.status = contents.error();
    return read;
  }
  read.bytes = contents->size();
  wal::LogReader reader(*contents, {.sealed_length = sealed_length});
  while (true) {
    const auto record = reader.Next();
    read.offset = reader.valid_length();
    if (!record) read.status = record.error();
    if (!record || !*record) return read;
  }
}

// True: `*read` says how it is; false: another manifest took its place meanwhile.
bool TryManifest(const Place& place, const CurrentManifest& written, RecordScrub::Read* read) {
  read->name = kCurrentFileName;
  const auto current = ReadCurrent(place.files, place.directory);
  if (!current) {
    read->status = current.error();
    return true;
  }
  read->name = ManifestFileName(current->number);
  const auto contents = ReadFromDisk(place, read->name);
  const auto after = ReadCurrent(place.files, place.directory);
  if (after && after->number != current->number) return false;
  if (!contents) {
    read->status = contents.error();
    return true;
  }
  read->bytes = contents->size();
  std::uint64_t must_reach = current->synced_bytes;
  if (written.number == current->number) must_reach = std::max(must_reach, written.synced_bytes);
  if (const auto state = ReadManifest(*contents, must_reach); !state) {
    read->status = state.error();
  }
  return true;
}

}  // namespace

std::unique_ptr<FileScrub> NewLogScrub(const Place& place, FileNumber number,
                                       std::optional<std::uint64_t> sealed_length, Told told) {
  return std::make_unique<RecordScrub>(
      [place, number, sealed_length] { return ReadLog(place, number, sealed_length); },
      std::move(told));
}

std::unique_ptr<FileScrub> NewManifestScrub(const Place& place, const CurrentManifest& written,
                                            Told told) {
  return std::make_unique<RecordScrub>(
      [place, written] {
        RecordScrub::Read read;
        while (!TryManifest(place, written, &read)) read = {};
        return read;
      },
      std::move(told));
}

}  // namespace strata::scrub
