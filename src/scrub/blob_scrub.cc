// Blob files: every record checks, and the footer is the one that the manifest means.

#include <utility>

#include "blob/blob_reader.h"
#include "scrub/file_scrub.h"
#include "version/version.h"

namespace strata::scrub {
namespace {

class BlobScrub final : public FileScrub {
 public:
  BlobScrub(const Place& place, const BlobMeta& meta, std::string table, Told told)
      : table_(std::move(table)),
        told_(std::move(told)),
        name_(BlobFileName(meta.file)),
        reader_(Open(place, meta)) {}

  bool Step(std::uint64_t bytes) override {
    if (!reader_) {
      Tell(0, reader_.error());
      return true;
    }
    const blob::BlobReader& reader = **reader_;
    const std::uint64_t end = bytes_read_ + bytes;
    std::string scratch;
    for (next_ = reader.held().Next(next_); next_ < reader.held().size() && bytes_read_ < end;
         next_ = reader.held().Next(next_ + 1)) {
      const auto ordinal = static_cast<std::uint32_t>(next_);
      const auto place = reader.Locate(ordinal);
      if (place) bytes_read_ += place->size;
      const auto stored = reader.ReadStored(ordinal, &scratch);
      if (!stored) Tell(place ? place->offset : 0, stored.error());
    }
    return next_ >= reader.held().size();
  }

 private:
  Result<std::unique_ptr<blob::BlobReader>> Open(const Place& place, const BlobMeta& meta) {
    STRATA_TRY_ASSIGN(auto file,
                      place.files.Open(JoinPath(place.directory, name_), ReadMode::kOnDisk));
    STRATA_TRY_ASSIGN(auto reader, blob::BlobReader::Open(std::move(file), name_, place.counters));
    STRATA_TRY(CheckOpenedBlob(meta, *reader));
    bytes_read_ += reader->memory_bytes() + blob::kFooterSize;
    return reader;
  }

  // Which keys point to a value only the tables tell.
  void Tell(std::uint64_t offset, const Error& error) {
    whole_ = false;
    told_({.file = name_, .offset = offset, .what = error.message(), .table = table_});
  }

  const std::string table_;
  const Told told_;
  const std::string name_;
  const Result<std::unique_ptr<blob::BlobReader>> reader_;
  std::uint64_t next_ = 0;  // Ordinal.
};

}  // namespace

std::unique_ptr<FileScrub> NewBlobScrub(const Place& place, const BlobMeta& meta, std::string table,
                                        Told told) {
  return std::make_unique<BlobScrub>(place, meta, std::move(table), std::move(told));
}

}  // namespace strata::scrub
