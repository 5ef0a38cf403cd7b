// Takes writes from a store's logs into a repository, so that a store can be restored to moments
// between backups.
//
// Thread safety: none.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backup/format.h"
#include "backup/target.h"
#include "blob/pending_blob.h"
#include "io/file_system.h"

namespace strata::backup {

// A log, opened: it can be read when the store has removed it, too.
struct OpenLog {
  FileNumber number = 0;
  std::shared_ptr<const RandomAccessFile> file;
  std::uint64_t size = 0;  // So much of it counts.
};

// What the logs are of.
struct LogsOrigin {
  FileId store_id{};
  std::uint32_t tables = 0;   // ChecksumOfTables.
  SequenceNumber last = 0;    // All writes up to here are durable.
  std::uint64_t time_us = 0;  // Wall clock when `last` was the last.
};

// Reads a value that a log only points to.
using ValueReader = std::function<Status(const blob::Place& place, std::string* value)>;

// Stores the writes of `logs` (oldest first) up to the origin's last that the repository hasn't got
// in logs or in a backup of the same store, with the values that they point to. Errors: kCorruption
// naming the log.
Result<ShippedLogs> ShipLogs(const std::vector<OpenLog>& logs, const LogsOrigin& origin,
                             const ValueReader& read_value, Target& target);

}  // namespace strata::backup
