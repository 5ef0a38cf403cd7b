#include "compaction/compaction_runner.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "compaction/rate_limiter.h"
#include "compaction/small_files.h"
#include "compaction/value_separator.h"
#include "iter/merging_iterator.h"

namespace strata::compaction {
namespace {

// --- what a job reads and writes -----------------------------------------------------------------

std::vector<std::shared_ptr<const Table>> InputsOf(const CompactionJob& job,
                                                   const Version& version) {
  std::vector<std::shared_ptr<const Table>> inputs;
  inputs.reserve(job.inputs.size());
  for (const FileNumber number : job.inputs) {
    auto table = version.FindTable(number);
    STRATA_CHECK(table != nullptr);
    inputs.push_back(std::move(table));
  }
  return inputs;
}

// Just the job's inputs, so that each run of them is one cursor.
std::shared_ptr<const Version> VersionOfInputs(const CompactionJob& job, const Version& version) {
  VersionEdit edit;
  auto inputs = InputsOf(job, version);
  for (const auto& table : inputs) edit.added.push_back(table->meta());
  for (const auto& [_, state] : version.blobs()) AddBlobs({state.blob}, &edit);
  auto result = Version().With(edit, std::move(inputs));
  STRATA_CHECK(result.has_value());
  return *std::move(result);
}

std::unique_ptr<InternalIterator> MergeOf(const Version& inputs) {
  sst::TableReadOptions read;
  read.fill_cache = false;
  read.readahead = true;
  std::vector<std::unique_ptr<InternalIterator>> cursors;
  inputs.AddIterators(read, &cursors);
  return NewMergingIterator(std::move(cursors));
}

TableWriterOptions WriterOptionsFor(const CompactionJob& job, const Version& version,
                                    std::shared_ptr<const Version> inputs,
                                    const RunnerOptions& options) {
  TableWriterOptions writer;
  writer.version = std::move(inputs);
  writer.table = options.table;
  writer.table.learned_index = options.table.learned_index &&
                               IsAmongDeepest(job.output.level, options.learned_levels, version);
  writer.position = job.output;
  writer.table_bytes_max = job.table_bytes;
  writer.verify = options.verify_outputs;
  writer.blob_threshold = options.blob_threshold;
  writer.blob_file_bytes = options.blob_file_bytes;
  writer.rewrite_blobs = BlobsToRewrite(InputsOf(job, version), version,
                                        static_cast<std::size_t>(options.blob_overlap_max));
  if (options.blob_overlap_max != 0) {
    writer.rewrite_blobs.merge(
        SmallBlobs(InputsOf(job, version), version, options.blob_file_bytes / kSmallFileShare));
  }
  for (const auto& [id, state] : version.blobs()) {
    if (options.damaged.count(state.blob->meta().file) != 0) writer.rewrite_blobs.erase(id);
  }
  writer.write_time_min_us = std::numeric_limits<std::uint64_t>::max();
  for (const auto& table : InputsOf(job, version)) {
    const TableMeta& meta = table->meta();
    writer.write_time_min_us = std::min(writer.write_time_min_us, meta.write_time_min_us);
    writer.write_time_max_us = std::max(writer.write_time_max_us, meta.write_time_max_us);
    // The oldest delete among the inputs, or the oldest entry that becomes one by expiring.
    for (const std::uint64_t since : {meta.delete_since_us, meta.expiry_min_us}) {
      if (since == 0 || (since == meta.expiry_min_us && since > options.now_us)) continue;
      if (writer.delete_since_us == 0 || since < writer.delete_since_us) {
        writer.delete_since_us = since;
      }
    }
  }
  writer.named_table = options.named_table;
  return writer;
}

}  // namespace

bool IsAmongDeepest(std::uint32_t level, int count, const Version& version) {
  std::uint32_t deepest = level;
  for (const Run& run : version.runs()) deepest = std::max(deepest, run.position.level);
  return static_cast<std::int64_t>(deepest) - level < count;
}

// --- CompactionRun -------------------------------------------------------------------------------

struct CompactionRun::Rep {
  Rep(const CompactionJob& job, std::shared_ptr<const Version> version, TableStore& store,
      const RunnerOptions& options)
      : inputs(VersionOfInputs(job, *version)),
        stream(MergeOf(*inputs), OlderData(job, version), options.snapshots, options.now_us),
        writer(store, WriterOptionsFor(job, *version, inputs, options)),
        step_bytes(options.step_bytes) {}

  const std::shared_ptr<const Version> inputs;  // The stream reads from it.
  CompactionStream stream;
  TableWriter writer;
  const std::uint64_t step_bytes;
  KeyRange range;
  bool started = false;
  bool finished = false;
  CompactionOutput output;
  RateLimiter* limiter = nullptr;
};

CompactionRun::CompactionRun(const CompactionJob& job, std::shared_ptr<const Version> version,
                             TableStore& store, const RunnerOptions& options, KeyRange range)
    : rep_(std::make_unique<Rep>(job, std::move(version), store, options)) {
  STRATA_CHECK(!job.trivial_move && !job.drop_inputs);
  rep_->range = std::move(range);
  rep_->limiter = options.limiter;
}

CompactionRun::~CompactionRun() {
  if (!rep_->finished) Abandon();
}

Result<bool> CompactionRun::Step() {
  CompactionStream& stream = rep_->stream;
  if (!std::exchange(rep_->started, true)) STRATA_TRY(stream.Start(rep_->range));
  std::uint64_t bytes = 0;
  while (stream.Valid() && bytes < rep_->step_bytes) {
    bytes += stream.key().size() + stream.value().size();
    ++rep_->output.entries_read;
    if (stream.expired()) ++rep_->output.entries_expired;
    if (stream.verdict() == Verdict::kKeep) {
      STRATA_TRY(rep_->writer.Add(stream.key(), stream.value()));
      if (stream.held()) {
        rep_->writer.MarkHeld(*stream.held(),
                              UserKeyOf(stream.key()).size() + stream.value().size());
      }
    } else {
      ++rep_->output.entries_dropped;
    }
    STRATA_TRY(stream.Next());
  }
  if (rep_->limiter != nullptr) pause_us_ = rep_->limiter->Charge(bytes);
  return !stream.Valid();
}

Result<CompactionOutput> CompactionRun::Finish() {
  STRATA_CHECK(rep_->started && !rep_->stream.Valid() && !rep_->finished);
  STRATA_TRY_ASSIGN(rep_->output.tables, rep_->writer.Finish());
  rep_->output.blobs = rep_->writer.TakeBlobs();
  rep_->finished = true;
  return std::move(rep_->output);
}

void CompactionRun::Abandon() {
  rep_->writer.Abandon();
}

// --- the end of a job ----------------------------------------------------------------------------

namespace {

// A lost block or a skipped table would show here as entries that nobody accounts for.
Status CheckCounts(const CompactionJob& job, const Version& version,
                   const std::vector<CompactionOutput>& outputs) {
  std::uint64_t expected = 0;
  for (const auto& table : InputsOf(job, version)) expected += table->meta().entries;
  std::uint64_t read = 0;
  std::uint64_t accounted = 0;
  for (const CompactionOutput& output : outputs) {
    read += output.entries_read;
    accounted += output.entries_dropped;
    for (const auto& table : output.tables) accounted += table->meta().entries;
  }
  if (read == expected && accounted == expected) return {};
  return Corruption("compaction of " + std::to_string(job.inputs.size()) + " tables with " +
                    std::to_string(expected) + " entries read " + std::to_string(read) +
                    " and accounted for " + std::to_string(accounted));
}

Status AddMoved(const CompactionJob& job, const Version& version, TableStore& store,
                CompactionResult* result) {
  for (const auto& table : InputsOf(job, version)) {
    TableMeta meta = table->meta();
    meta.position = job.output;
    STRATA_TRY_ASSIGN(auto opened, store.Open(meta));
    result->edit.added.push_back(std::move(meta));
    result->opened.push_back(std::move(opened));
  }
  return {};
}

void AddWritten(const CompactionJob& job, const Version& version,
                std::vector<CompactionOutput> outputs, CompactionResult* result) {
  for (const auto& table : InputsOf(job, version)) result->bytes_read += table->meta().size_bytes;
  for (CompactionOutput& output : outputs) {
    result->entries_dropped += output.entries_dropped;
    AddBlobs(output.blobs, &result->edit);
    for (const auto& blob : output.blobs) result->blob_bytes_written += blob->meta().size_bytes;
    result->entries_expired += output.entries_expired;
    for (auto& table : output.tables) {
      result->bytes_written += table->meta().size_bytes;
      result->edit.added.push_back(table->meta());
      result->opened.push_back(std::move(table));
    }
  }
}

void Report(const CompactionJob& job, const CompactionResult& result,
            const RunnerOptions& options) {
  Counters& counters = *options.counters;
  counters.Add(job.trivial_move ? Counter::kTrivialMoves : Counter::kCompactions);
  counters.Add(Counter::kCompactionBytesRead, result.bytes_read);
  counters.Add(Counter::kCompactionBytesWritten, result.bytes_written);
  counters.Add(Counter::kEntriesDropped, result.entries_dropped);
  counters.Add(Counter::kBlobBytesWritten, result.blob_bytes_written);
  counters.Add(Counter::kEntriesExpired, result.entries_expired);
  if (options.trace == nullptr) return;
  const std::string_view kind = job.trivial_move ? "move" : job.drop_inputs ? "drop" : "merge";
  options.trace->Emit("compaction", {{"kind", kind},
                                     {"reason", std::string_view(job.reason)},
                                     {"output_level", std::uint64_t{job.output.level}},
                                     {"tables_in", std::uint64_t{job.inputs.size()}},
                                     {"tables_out", std::uint64_t{result.opened.size()}},
                                     {"bytes_read", result.bytes_read},
                                     {"bytes_written", result.bytes_written},
                                     {"blob_bytes_written", result.blob_bytes_written},
                                     {"entries_dropped", result.entries_dropped}});
}

}  // namespace

Result<CompactionResult> Conclude(const CompactionJob& job, const Version& version,
                                  TableStore& store, const RunnerOptions& options,
                                  std::vector<CompactionOutput> outputs) {
  CompactionResult result;
  result.edit.removed = job.inputs;
  if (job.trivial_move) {
    STRATA_TRY(AddMoved(job, version, store, &result));
  } else if (!job.drop_inputs) {
    STRATA_TRY(CheckCounts(job, version, outputs));
    AddWritten(job, version, std::move(outputs), &result);
    STRATA_TRY(store.SyncNames());
  }
  Report(job, result, options);
  return result;
}

Result<CompactionResult> RunJob(const CompactionJob& job, std::shared_ptr<const Version> version,
                                TableStore& store, const RunnerOptions& options) {
  std::vector<CompactionOutput> outputs;
  if (!job.trivial_move && !job.drop_inputs) {
    CompactionRun run(job, version, store, options);
    for (bool done = false; !done;) {
      STRATA_TRY_ASSIGN(done, run.Step());
    }
    STRATA_TRY_ASSIGN(CompactionOutput output, run.Finish());
    outputs.push_back(std::move(output));
  }
  return Conclude(job, *version, store, options, std::move(outputs));
}

}  // namespace strata::compaction
