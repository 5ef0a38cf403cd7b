// A journal of files in the store's directory: "000003.wal" and so on (wal/log_format.h).
//
// Thread safety: as Journal.

#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "io/environment.h"
#include "io/mutex.h"
#include "journal/journal.h"
#include "stats/counters.h"
#include "wal/log_writer.h"

namespace strata {

class LocalJournal final : public Journal {
 public:
  // What these point to must outlive it; the files are looked up at each call.
  LocalJournal(const Environment& environment, std::string directory, Counters& counters)
      : environment_(environment), directory_(std::move(directory)), counters_(counters) {}

  Status Begin(FileNumber number, std::shared_ptr<DirectValues> direct) override;
  Status Append(SequenceNumber first, std::span<const std::string_view> parts) override;
  Status Sync() override;
  Status End() override;
  FileNumber number() const override { return log_.number; }
  std::uint64_t size() const override { return log_.writer == nullptr ? 0 : log_.writer->size(); }
  bool has_retired() const override { return has_retired_; }
  Result<std::vector<SealedLog>> SealRetired() override;
  void Release(FileNumber oldest) override;
  const Histogram& sync_times() const override { return sync_nanos_; }
  std::uint64_t last_sync_nanos() const override { return last_sync_nanos_; }

 private:
  struct Log {
    FileNumber number = 0;
    std::unique_ptr<WritableFile> file;
    std::unique_ptr<wal::LogWriter> writer;
    std::shared_ptr<DirectValues> direct;  // What its records point to.
  };
  Result<Log> Create(FileNumber number);
  static Status EndRetired(Log& log);
  bool PopRetired(FileNumber before, Log* log);
  void TakeBack(Log log);

  const Environment& environment_;
  const std::string directory_;
  Counters& counters_;
  Log log_;
  Histogram sync_nanos_;
  std::uint64_t last_sync_nanos_ = 0;
  Mutex mutex_;
  // Full logs that aren't on the disk yet, oldest first.
  std::deque<Log> retired_ STRATA_GUARDED_BY(mutex_);
  std::atomic<bool> has_retired_{false};
  Status seal_error_;  // The front's own.
};

}  // namespace strata
