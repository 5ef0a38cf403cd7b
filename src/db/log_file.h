// The log that a store is writing now: its number, its file and the writer on it.
//
// Thread safety: none; the leader of the write queue owns it.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "io/environment.h"
#include "stats/counters.h"
#include "version/file_names.h"
#include "wal/log_writer.h"

namespace strata {

class DirectValues;  //@L19

struct LogFile {
  FileNumber number = 0;
  std::unique_ptr<WritableFile> file;
  std::unique_ptr<wal::LogWriter> writer;
  std::shared_ptr<DirectValues> direct;  // What its records point to.  //@L19
};

// Creates log `number` and makes its name durable, so that what is acknowledged from it can be
// found after a crash. `log_id` tells its records from those of any other log.
Result<LogFile> CreateLogFile(FileSystem& files, const std::string& directory, FileNumber number,
                              std::uint64_t log_id, std::uint64_t preallocate_bytes,
                              Counters& counters);

}  // namespace strata
