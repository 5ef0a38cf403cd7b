// How a store comes back: what is in tables, then the logs that hold what isn't in
// tables yet. Three answers about a log: intact, torn at a tail that nobody was promised, damaged.
// The first two open; damage is an error that names the place.
//
//   recovery.cc          the directory, and the logs
//   open_sealed.cc       whether its files are sealed
//   recover_versions.cc  the manifest
//   recover_values.cc    values that logs point to
//
// It exists while a store is opened; what it found is in the parts it was given.
// Thread safety: none; the store's mutex is held.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/file_system.h"
#include "journal/journal.h"
#include "journal/log_chain.h"
#include "read/reader.h"
#include "recovery/log_copy.h"
#include "state/direct_writer.h"
#include "state/health.h"
#include "state/store_context.h"
#include "state/table_files.h"
#include "state/tree_set.h"
#include "state/versions.h"
#include "upkeep/flush_writer.h"
#include "wal/batch_format.h"
#include "wal/log_reader.h"

namespace strata {

inline constexpr std::uint64_t kLogBytesMax = 8ULL << 30;

// The parts of a store that an opening fills.
struct RecoveredParts {
  StoreContext& context;
  Reader& reader;
  TreeSet& trees;
  Journal& journal;
  TableFiles& files;
  Versions& versions;
  FlushWriter& writer;
  DirectWriter& direct_writer;
  Health& health;
};

class Recovery {
 public:
  explicit Recovery(const RecoveredParts& parts);

  // Opens the directory, reads what is there, and begins a log. Errors: kNotFound and
  // kInvalidArgument as the options say, kCorruption naming file and offset, kIo.
  Status Run();

  // REQUIRES: Run succeeded.
  std::unique_ptr<FileLock> TakeLock() { return std::move(lock_); }
  std::uint64_t recovered_entries() const { return recovered_entries_; }

 private:
  // Puts the file system of a sealed store before its directory; see open_sealed.cc.
  Status OpenSealed();
  Status ReplayLogs();
  // Replays one log into the memtables. Only the last one may end torn.
  Status ReplayLog(FileNumber number, bool is_last);
  // Puts the entries of a record into the memtables, but for those that a truncation has taken.
  // Counts them all.
  Status PutBack(std::string_view entries, SequenceNumber first, std::uint64_t* count);
  bool IsTruncated(const wal::BatchEntry& entry) const;  // Its table was, after it was written.
  Status EndLog(const wal::LogReader& reader, FileNumber number, bool is_last, bool sealed);
  Status CheckNoLogMissing(const std::vector<FileNumber>& logs) const;
  bool IsKnown(FileNumber number) const;  // A log: the manifest says that it was begun.
  bool IsLeftOver(FileNumber number) const;
  Status CheckExistence() const;
  Status CreateOrRecoverVersions();
  // What the manifest says of a log that was closed, or nothing.
  std::optional<std::uint64_t> SealedLength(FileNumber log) const;
  // Writes the memtables out when a log holds more than fits into them.
  Status Spill();
  Status WriteRecovered();
  // Wall clock: nothing that the logs hold was written earlier.
  std::uint64_t RecoveredSince() const;
  Status Finish(const std::vector<FileNumber>& logs);
  void RemoveStrayFiles();
  void RemoveStrayBlobs();
  Result<std::optional<std::string_view>> RestoreValues(const wal::Record& record,
                                                        std::string* restored);
  Status RestoreValue(wal::BatchEntry entry, std::string* restored);
  Status EndAtMissingValue(LogEnd* end);
  std::uint64_t CopyBytesMax() const;
  // What the logs hold had better go into the new log than into tables.
  bool FitsNewLog() const;
  // Begins it, with that or with nothing.
  Status BeginNewLog(FileNumber number, bool copy_logs);
  // Leaves nothing behind when it fails.
  Status CopyLogs(FileNumber new_log);
  Result<std::optional<SequenceNumber>> FirstEntryOf(FileNumber log) const;
  // Takes such logs, whose opening came no further, from the list, and removes them.
  Status LeaveCopiesOut(std::vector<FileNumber>* logs) const;

  StoreContext& context_;
  Reader& reader_;
  TreeSet& trees_;
  TableFiles& files_;
  Versions& versions_;
  FlushWriter& writer_;
  DirectWriter& direct_writer_;
  Health& health_;
  Journal& journal_;

  std::unique_ptr<FileLock> lock_;
  std::uint64_t recovered_entries_ = 0;
  VersionEdit edit_;  // Tables written while replaying, open.
  std::vector<std::shared_ptr<const Table>> opened_;
  LogChain chain_;
  LogCopy copy_;                  // What the logs hold.
  bool saw_direct_ = false;       // A record pointed to a value in a blob file.
  std::optional<Error> missing_;  // Why a value isn't there; this log ends before its record.
  std::uint64_t missing_at_ = 0;  // Where that record is.
};

}  // namespace strata
