// Keeps the current Version and makes each change of it durable before anybody sees it: the
// manifest is a log of edits, begun anew with a snapshot when it grows long, and CURRENT names it.
//
// Order of a change: table files synced, directory synced, edit appended and synced, then the new
// Version installed. After any error on the manifest it is never appended to again: the set stays
// failed, and deletes nothing.
// Thread safety: none; the db serialises changes with its mutex.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/environment.h"
#include "stats/counters.h"
#include "version/version.h"
#include "version/version_edit.h"

namespace strata {

// Fixed when a store is made; the manifest's first record.
struct StoreProperties {
  std::uint32_t format_version = 1;
  FileId store_id{};
  bool empty_value_deletes = false;
  std::vector<std::string> features;  // A reader refuses those that it doesn't know, by name.
};

// Opens the table file of a meta and checks that it is the one meant (size, id, footer checksum).
using TableOpener = std::function<Result<std::shared_ptr<const Table>>(const TableMeta&)>;

class VersionSet {
 public:
  // What recovery found besides the version.
  struct Recovered {
    std::vector<SealedLog> sealed_logs;  // Logs whose length is known and that still matter.
    FileNumber oldest_log = 0;
    SequenceNumber last_sequence = 0;
  };

  // Makes the files of a new, empty store in an existing directory.
  static Status Create(const Environment& environment, const std::string& directory,
                       const StoreProperties& properties);

  // Reads CURRENT and its manifest, then begins a new manifest (a recovered one is never appended
  // to). Errors: kNotFound without a CURRENT; kCorruption naming the file and offset.
  static Result<std::unique_ptr<VersionSet>> Recover(const Environment& environment,
                                                     const std::string& directory,
                                                     TableOpener opener, Counters& counters);

  // Makes `edit` durable and installs the version after it. `opened`: as Version::With.
  Status LogAndApply(VersionEdit edit, std::vector<std::shared_ptr<const Table>> opened);

  const std::shared_ptr<const Version>& current() const { return current_; }
  const StoreProperties& properties() const { return properties_; }
  const Recovered& recovered() const { return recovered_; }

  // Never gives out a number twice, not even one whose file was never made.
  FileNumber NewFileNumber() { return next_file_++; }
  // A file of this number was found in the directory.
  void MarkFileNumberUsed(FileNumber number) {
    if (number >= next_file_) next_file_ = number + 1;
  }
  SequenceNumber last_sequence() const { return last_sequence_; }
  void SetLastSequence(SequenceNumber sequence) { last_sequence_ = sequence; }
  FileNumber oldest_log() const { return oldest_log_; }
  FileNumber manifest_number() const { return manifest_number_; }
  std::uint64_t manifest_bytes() const;

  // Ends the manifest with an end record. REQUIRES: no error so far, nothing follows.
  Status Close();

  ~VersionSet();
  VersionSet(const VersionSet&) = delete;
  VersionSet& operator=(const VersionSet&) = delete;

 private:
  VersionSet(const Environment& environment, std::string directory, TableOpener opener,
             Counters& counters);
  struct Manifest;

  const Environment& environment_;
  const std::string directory_;
  const TableOpener opener_;
  Counters& counters_;
  std::shared_ptr<const Version> current_;
  StoreProperties properties_;
  Recovered recovered_;
  std::unique_ptr<Manifest> manifest_;
  std::atomic<FileNumber> next_file_ = 1;  // Background jobs number their files without the mutex.
  FileNumber manifest_number_ = 0;
  FileNumber oldest_log_ = 0;
  SequenceNumber last_sequence_ = 0;
  std::vector<SealedLog> sealed_logs_;
  Status first_error_;
};

}  // namespace strata
