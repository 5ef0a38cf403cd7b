#include "db/log_file.h"

#include "base/mutant.h"

namespace strata {

namespace {

Status Start(FileSystem& files, const std::string& directory, LogFile& log) {
  STRATA_TRY(log.writer->Start());
  if (STRATA_MUTANT(skip_dir_fsync_new_wal)) return {};
  return files.SyncDirectory(directory);
}

}  // namespace

Result<LogFile> CreateLogFile(FileSystem& files, const std::string& directory, FileNumber number,
                              std::uint64_t log_id, std::uint64_t preallocate_bytes,
                              Counters& counters) {
  LogFile log;
  log.number = number;
  const std::string path = JoinPath(directory, LogFileName(number));
  STRATA_TRY_ASSIGN(log.file,
                    files.Create(path, {.preallocate_bytes = preallocate_bytes, .mapped = true}));
  log.writer = std::make_unique<wal::LogWriter>(*log.file, log_id, &counters);
  Status started = Start(files, directory, log);
  if (started) return log;
  log = {};
  (void)files.Remove(path).has_value();
  return std::move(started).error();
}

}  // namespace strata
