// Reads one file of a store, in pieces, to see whether it is whole: past the block cache and past
// what the system has cached, since the question is what is on the disk. It goes on after damage,
// so that all of it is told.
//
// Thread safety: none; each reads with a handle of its own, and needs no lock.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "io/file_system.h"
#include "stats/counters.h"
#include "strata/damage.h"
#include "version/manifest_format.h"

namespace strata::scrub {

// Called for each piece that isn't whole.
using Told = std::function<void(Damage)>;

class FileScrub {
 public:
  FileScrub() = default;
  FileScrub(const FileScrub&) = delete;
  FileScrub& operator=(const FileScrub&) = delete;
  virtual ~FileScrub() = default;

  // Reads about `bytes` more, at least one piece. True: the file is read to its end.
  virtual bool Step(std::uint64_t bytes) = 0;

  std::uint64_t bytes_read() const { return bytes_read_; }
  bool whole() const { return whole_; }  // As far as it was read.

 protected:
  std::uint64_t bytes_read_ = 0;
  bool whole_ = true;
};

// Where the files are. All borrowed.
struct Place {
  FileSystem& files;
  const std::string& directory;
  Counters& counters;
};

// `table`: the name of the table that the file is part of, for who is told.
std::unique_ptr<FileScrub> NewTableScrub(const Place& place, const TableMeta& meta,
                                         std::string table, Told told);
std::unique_ptr<FileScrub> NewBlobScrub(const Place& place, const BlobMeta& meta, std::string table,
                                        Told told);
// Of a log that nobody appends to any more; `sealed_length`: what the manifest says of it.
std::unique_ptr<FileScrub> NewLogScrub(const Place& place, FileNumber number,
                                       std::optional<std::uint64_t> sealed_length, Told told);
// CURRENT, and the manifest that it names, which may grow, or be begun anew, meanwhile.
// `written`: the manifest that is written now, and how much of it was before this was asked for.
std::unique_ptr<FileScrub> NewManifestScrub(const Place& place, const CurrentManifest& written,
                                            Told told);

}  // namespace strata::scrub
