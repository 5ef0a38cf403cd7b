// What may be missing between one log and the next when a store is opened, and what is damage.
//
// Commits that nobody promised to keep may have begun a new log before the old one was on the disk.
// A power cut can then take the old one's end and leave some of the new one; a prefix is what we
// give back, so nothing after the loss counts. But a sync of a log comes after syncs of all logs
// before it: whatever says that a later log was synced, says so of what is missing.
//
// Entries that Apply wrote have sequences, and no records. A log accounts for them before the next
// one begins: a record without entries says that nothing before its sequence is missing.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "iter/internal_key.h"
#include "version/file_names.h"
#include "wal/log_reader.h"

namespace strata {

// How a log ended that was read to its end.
struct LogEnd {
  FileNumber number;
  std::uint64_t valid_length;
  bool complete;  // Nothing that was written is missing.
  bool torn;
  bool is_last;
};

// Sees the logs of a store, oldest first, record by record.
class LogChain {
 public:
  // True when something before this record is missing that nobody was promised.
  bool IsAfterLoss(const wal::Record& record);
  // Errors: kCorruption when the record doesn't follow the log before its own. For records that
  // aren't after a loss.
  Status CheckFollows(const wal::Record& record) const;
  // The record, of so many entries, was put back.
  void NotePutBack(const wal::Record& record, std::uint64_t entries) {
    next_sequence_ = record.sequence + entries;
    empty_ = false;
  }
  // Errors: kCorruption when what is missing had been promised.
  Status NoteEnd(const LogEnd& end);

 private:
  SequenceNumber next_sequence_ = 0;  // After the last record that was put back.
  bool empty_ = true;                 // None of this log was.
  FileNumber previous_log_ = 0;
  bool previous_unsealed_ = false;
  bool promised_ = false;  // A record of this log says that something of it was synced.
  std::optional<FileNumber> lost_after_;
  std::uint64_t lost_offset_ = 0;
};

}  // namespace strata
