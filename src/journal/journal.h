// Where a store's writes are kept until they are in tables: a sequence of logs, of which the last
// is being written. What is acknowledged from it is found again after a crash.
//
// Local: local_journal.h. Thread safety: the commit queue's front calls it, and nobody else while
// it does; what says otherwise may be called by any thread.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iter/internal_key.h"
#include "journal/direct_values.h"
#include "stats/histogram.h"
#include "version/file_names.h"
#include "version/version_edit.h"

namespace strata {

class Journal {
 public:
  Journal() = default;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  virtual ~Journal() = default;

  // An error is final, as it isn't known then what the log holds: it takes no more. But where there
  // is no room, or no descriptor (kNoSpace, kNoDescriptors), all is as it was: Begin and Append may
  // be tried again, and what was refused is never found again. A sync has no such error.
  // Begins log `number`, whose name is durable on return.
  // The one before is retired: it takes no more, and is ended by SealRetired or goes by Release.
  // `direct` are the values that its records point to.
  virtual Status Begin(FileNumber number, std::shared_ptr<DirectValues> direct) = 0;
  // Adds a record: the parts together are a batch, or several, whose first entry is `first`. It
  // survives the end of the process.
  // No parts: no record of what is before `first` is missing.
  virtual Status Append(SequenceNumber first, std::span<const std::string_view> parts) = 0;
  // What was appended survives a power cut. REQUIRES: no log is retired.
  virtual Status Sync() = 0;
  // Makes the log durable as a whole, says in it that nothing follows, and closes it.
  virtual Status End() = 0;

  // The log that is written, or was ended last; 0 before there is one.
  virtual FileNumber number() const = 0;
  virtual std::uint64_t size() const = 0;

  virtual bool has_retired() const = 0;  // Any thread.
  // Ends the logs that are retired, oldest first. An error is final: each later call gives one.
  // Logs before the one that failed have been ended; that one and those after it stay retired, so
  // that nothing newer is synced. REQUIRES: called before anything newer is synced.
  virtual Result<std::vector<SealedLog>> SealRetired() = 0;
  // Entries of logs before `oldest` are in tables: these go. Any thread.
  virtual void Release(FileNumber oldest) = 0;
  // How long syncs took, in nanoseconds (any thread), and how long the last one.
  virtual const Histogram& sync_times() const = 0;
  virtual std::uint64_t last_sync_nanos() const = 0;
};

}  // namespace strata
