// A store as a backup sees it: what it is at one instant, with the files of that instant, which
// don't change and stay while they are held.
//
// Thread safety: any thread may ask for an instant; the instant belongs to one.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "io/environment.h"
#include "version/manifest.h"
#include "version/table_store.h"

namespace strata::backup {

// One of the files, which are tables and blob files.
struct HeldFile {
  FileIdentity identity;
  std::uint64_t size_bytes = 0;
  // Reads every block from the disk, and checks it. Errors: kCorruption naming the file.
  std::function<Status()> verify;
  std::function<Result<std::unique_ptr<RandomAccessFile>>()> open;
};

struct Instant {
  ManifestState state;          // Without logs: all that it says is in files.
  SequenceNumber sequence = 0;  // Everything up to it is in.
  std::vector<HeldFile> files;
};

class BackupSource {
 public:
  BackupSource() = default;
  BackupSource(const BackupSource&) = delete;
  BackupSource& operator=(const BackupSource&) = delete;
  virtual ~BackupSource() = default;

  // Writes what is in memory to tables, and holds what is there then. Writers go on meanwhile: what
  // was acknowledged before the call is in; of what comes during it a beginning.
  virtual Result<Instant> Hold() = 0;
  // The world that the store lives in, with the file system in which others' paths are looked up.
  virtual Environment World() const = 0;
};

}  // namespace strata::backup
