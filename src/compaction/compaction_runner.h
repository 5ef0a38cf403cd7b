// Carries out a job that a policy picked: reads the inputs as one sorted stream, drops what no
// reader can see (drop_rules.h), writes the rest as new tables, and makes a VersionEdit of it.
//
// Nothing changes for readers before the caller installs the edit; a job that is stopped leaves no
// trace but files that Abandon removes.
// Thread safety: one thread at a time for each CompactionRun; several may run side by side.

#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include "base/result.h"
#include "compaction/compaction_stream.h"
#include "compaction/policy.h"
#include "compaction/table_writer.h"
#include "stats/counters.h"
#include "stats/event_trace.h"
#include "version/version.h"

namespace strata::compaction {

class RateLimiter;

struct RunnerOptions {
  // Sequences that readers are pinned at, ascending. What none of them and no reader of the newest
  // state can see may go.
  std::vector<SequenceNumber> snapshots;
  sst::TableOptions table;
  bool verify_outputs = true;
  std::uint64_t step_bytes = 1ULL << 20;  // Of keys and values read in one Step.
  Counters* counters = nullptr;           // Not null.
  EventTrace* trace = nullptr;
  RateLimiter* limiter = nullptr;
  // Tables above the deepest of this many levels get no learned index, whatever `table` says.
  int learned_levels = 2;
  std::uint64_t blob_threshold = 0;  // As in TableWriterOptions.
  std::uint64_t blob_file_bytes = 64ULL << 20;
  int blob_overlap_max = 64;      // See BlobsToRewrite; 0: pointers are never rewritten.
  std::uint32_t named_table = 0;  // That the outputs are part of.
  std::uint64_t now_us = 0;       // Entries that have expired at this time are deletes.
  std::set<FileNumber> damaged;   // Files of which no value is written anew.
};

// True iff `level` is, or will be once it has tables, among the deepest `count` levels.
bool IsAmongDeepest(std::uint32_t level, int count, const Version& version);

// What one run over (a part of) a job's keys made.
struct CompactionOutput {
  std::vector<std::shared_ptr<const Table>> tables;
  std::vector<std::shared_ptr<const Blob>> blobs;
  std::uint64_t entries_read = 0;
  std::uint64_t entries_dropped = 0;
  std::uint64_t entries_expired = 0;  // Dropped or turned into deletes.
};

class CompactionRun {
 public:
  // `job` must be neither a trivial move nor a drop. `store` must outlive the run.
  // `range`: only these keys of the inputs; several runs over adjacent ranges make up the job.
  CompactionRun(const CompactionJob& job, std::shared_ptr<const Version> version, TableStore& store,
                const RunnerOptions& options, KeyRange range = {});
  ~CompactionRun();  // Abandons, unless finished.
  CompactionRun(const CompactionRun&) = delete;
  CompactionRun& operator=(const CompactionRun&) = delete;

  // A bounded piece of work. True: all is read, call Finish. After an error only Abandon.
  Result<bool> Step();

  // How long to wait before the next Step so that the rate limit holds; 0 is not at all.
  std::uint64_t pause_us() const { return pause_us_; }

  // Finishes the tables. REQUIRES: Step returned true; called once.
  Result<CompactionOutput> Finish();

  // Removes the files written so far.
  void Abandon();

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
  std::uint64_t pause_us_ = 0;
};

// A finished job, ready for VersionSet::LogAndApply(edit, opened).
//
// A moved table stands in both edit.removed and edit.added: its file must not be deleted.
struct CompactionResult {
  VersionEdit edit;
  std::vector<std::shared_ptr<const Table>> opened;  // One for each of edit.added.
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_written = 0;
  std::uint64_t entries_dropped = 0;
  std::uint64_t blob_bytes_written = 0;
  std::uint64_t entries_expired = 0;
};

// Joins the outputs of all runs of a job (in key order; none for a move or a drop) into one edit,
// checks that every entry read was either written or dropped, syncs the directory, and counts and
// traces the job. Errors: kCorruption when entries are missing; the outputs are useless then.
Result<CompactionResult> Conclude(const CompactionJob& job, const Version& version,
                                  TableStore& store, const RunnerOptions& options,
                                  std::vector<CompactionOutput> outputs);

// The whole job in the calling thread: all steps, then Conclude.
Result<CompactionResult> RunJob(const CompactionJob& job, std::shared_ptr<const Version> version,
                                TableStore& store, const RunnerOptions& options);

}  // namespace strata::compaction
