// Appends records to a write-ahead log. See wal/log_format.h for the bytes, wal/log_reader.h for
// the way back.
//
// Thread safety: none. One thread at a time owns a LogWriter; the db module serialises commits.

#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/file_cipher.h"
#include "io/file_system.h"
#include "iter/internal_key.h"
#include "stats/counters.h"
#include "wal/log_format.h"

namespace strata::wal {

class LogWriter {
 public:
  // `file` must be empty; it and `counters`, which may be null, must outlive the writer. `log_id`
  // is drawn at random for each log. REQUIRES: log_id != 0.
  LogWriter(WritableFile& file, std::uint64_t log_id, Counters* counters);
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // All below: after an error the tail of the file is unknown, so the writer stays failed; every
  // later call returns that first error. Recover by opening a new log. But where there is no room
  // (kNoSpace) the log is as it was, and goes on.

  // Writes the start record. REQUIRES: it is the first call. `features` are names that a reader
  // must know, or refuse the log.
  Status Start(std::span<const std::string_view> features = {});

  // Appends one record whose payload is the parts one after another. It survives a power cut only
  // once a later Sync() has succeeded. `sequence` is of the payload's first entry.
  //
  // Errors: kInvalidArgument when the parts exceed kPayloadSizeMax; nothing was written then, and
  // the writer hasn't failed.
  Status Append(RecordType type, SequenceNumber sequence, std::span<const std::string_view> parts);

  // Makes every record appended so far durable.
  Status Sync();

  // Writes the end record and syncs: the log was closed cleanly. Only size() may be asked then.
  Status End();

  // Any thread may ask.
  std::uint64_t size() const { return size_.load(std::memory_order_relaxed); }
  // Bytes known to be on the disk.
  std::uint64_t synced_size() const { return synced_size_; }

 private:
  Status Remember(Status status);
  void SealPayload(std::uint64_t length);

  WritableFile& file_;
  const FileCipher* const cipher_;  // Null: in the clear.
  const std::uint64_t log_id_;
  Counters* const counters_;
  std::atomic<std::uint64_t> size_ = 0;
  std::uint64_t synced_size_ = 0;
  std::uint32_t previous_ = 0;  // Checksum of the last record.
  Status first_error_;
  std::string scratch_;  // The record being put together; kept for its memory.
};

}  // namespace strata::wal
