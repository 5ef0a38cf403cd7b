// Opening, closing and describing a store; how it reads and writes is in the files that
// db_impl.h names.

#include "db/db_impl.h"

#include <algorithm>

namespace strata {
namespace {

Status CheckOptions(const Options& options) {
  if (options.memtable_bytes < 4096) {
    return InvalidArgument("option memtable_bytes must be at least 4096");
  }
  //@L03{
  if (options.memtable_bytes > (4ULL << 30)) {
    return InvalidArgument(
        "option memtable_bytes must be at most 4 GiB: opening the store reads its logs as a whole");
  }
  //@}
  //@L04{
  if (options.block_bytes < 64 || options.block_bytes > (4U << 20)) {
    return InvalidArgument("option block_bytes must be between 64 and 4 MiB");
  }
  if (options.block_restart_interval < 1) {
    return InvalidArgument("option block_restart_interval must be at least 1");
  }
  if (options.table_bytes < 1024) {
    return InvalidArgument("option table_bytes must be at least 1024");
  }
  //@}
  //@L07{
  if (options.filter_bits_per_key < 0 || options.filter_bits_per_key > 64) {
    return InvalidArgument("option filter_bits_per_key must be between 0 and 64");
  }
  //@}
  //@L19{
  if (options.blob_file_bytes < 1024) {
    return InvalidArgument("option blob_file_bytes must be at least 1024");
  }
  if (options.blob_space_bound < 1.05 || options.blob_garbage_ratio < 0.01) {
    return InvalidArgument(
        "options blob_space_bound must be at least 1.05 and blob_garbage_ratio at least 0.01");
  }
  //@}
  return {};
}

//@L12{
// Puts what contradicts itself right and shares a memory budget out.
Options Sanitized(Options options) {
  options.memtables_max = std::max(options.memtables_max, 2);
  options.compaction_threads = std::max(options.compaction_threads, 1);
  if (options.memory_budget_bytes > 0) {
    // Half of a budget at most is for memtables.
    const std::uint64_t share =
        options.memory_budget_bytes / 2 / static_cast<std::uint64_t>(options.memtables_max);
    options.memtable_bytes = std::max<std::uint64_t>(std::min(options.memtable_bytes, share), 4096);
    options.block_cache_bytes =
        options.memory_budget_bytes -
        std::min(options.memory_budget_bytes,
                 options.memtable_bytes * static_cast<std::uint64_t>(options.memtables_max));
  }
  return options;
}
//@}

//@L05{
void AddShape(const Version& version, StoreStats* stats) {
  std::vector<LevelShape>& levels = stats->levels;
  for (const Run& run : version.runs()) {
    const auto is_before = [&](const LevelShape& shape) {
      return shape.level < run.position.level;
    };
    auto shape = std::find_if_not(levels.begin(), levels.end(), is_before);
    if (shape == levels.end() || shape->level != run.position.level) {
      shape = levels.insert(shape, {.level = run.position.level});
    }
    ++shape->runs;
    for (const auto& table : run.tables) {
      ++shape->tables;
      shape->bytes += table->meta().size_bytes;
      shape->entries += table->meta().entries;
      shape->deletes += table->meta().deletes;
      shape->raw_bytes += table->meta().raw_bytes;
      stats->index_bytes_saved += table->reader().index_bytes_saved();  //@L20
    }
  }
}
//@}

}  // namespace

Result<std::unique_ptr<DB>> DB::Open(const Options& options, const std::string& directory) {
  STRATA_TRY(CheckOptions(options));
  const Environment& environment =
      options.environment != nullptr ? *options.environment : RealEnvironment();
  //@L02..11{
  //| auto db = std::make_unique<DbImpl>(options, environment, directory);
  //@}
  auto db = std::make_unique<DbImpl>(Sanitized(options), environment, directory);  //@L12
  STRATA_TRY(Annotate(db->Open(), "opening store " + directory));
  return std::unique_ptr<DB>(std::move(db));
}

DbImpl::DbImpl(const Options& options, const Environment& environment, std::string directory)
    : options_(options),
      directory_(std::move(directory)),
      environment_(environment),
      outside_(environment.files),             //@L20
      file_id_random_(environment.entropy()),  //@L05
      random_(environment.entropy()) {
  if (options_.event_sink) {
    events_ = std::make_unique<EventTrace>(*environment_.clock, options_.event_sink);
  }
  cache_ = std::make_unique<sst::BlockCache>(options_.block_cache_bytes, counters_);  //@L08
  batch_reader_ = NewBatchReader(*environment_.executor);                             //@L13
  //@L12{
  limiter_ = std::make_unique<compaction::RateLimiter>(options_.compaction_rate_bytes_per_s,
                                                       *environment_.clock);
  gate_ = std::make_shared<Gate>();
  //@L16{
  transactions_->locks = std::make_shared<LockTable>(*environment_.executor, *environment_.clock);
  //@}
  snapshots_ = std::make_shared<SnapshotList>(                                           //@L14
      [gate = gate_](SequenceNumber sequence) { OnSnapshotReleased(gate, sequence); });  //@L14
  MutexLock lock(gate_->mutex);
  gate_->db = this;
  //@}
}

Status DbImpl::Open() {
  MutexLock lock(mutex_);
  tree_->memtable = NewMemTable();
  //@L17{
  tree_->table.options.ttl_us = options_.ttl_us;
  tree_->table.options.delete_deadline_us = options_.delete_deadline_us;
  //@}
  StartDirectValues();  //@L19
  //@L02..05{
  //| empty_value_deletes_ = options_.empty_value_deletes;
  //@}
  STRATA_TRY_ASSIGN(tree_->policy, compaction::MakePolicy(options_));  //@L10
  //@L03{
  if (Status recovered = Recover(); !recovered) {
    log_ = {};                  // Nothing is in it, and nothing gets in.
    direct_->RemoveUnused({});  //@L19
    return recovered;
  }
  //@}
  PublishReadState();
  MaybeScheduleWork();  //@L12
  //| transactions_->empty_value_deletes = empty_value_deletes_;  //@L16..16
  //@L17{
  transactions_->empty_value_deletes = [this](TableRef table) { return EmptyDeletes(table); };
  //@}
  return {};
}

DbImpl::~DbImpl() {
  Close().has_value();
}

Status DbImpl::Close() {
  STRATA_TRY(owner_.Check(directory_));  //@L03
  //@L12{
  {
    MutexLock gate_lock(gate_->mutex);
    gate_->db = nullptr;
  }
  closing_ = true;
  transactions_->open = false;  //@L16
  //@}
  MutexLock lock(mutex_);
  if (closed_) return {};
  //@L12{
  environment_.executor->WaitUntil(
      mutex_, [&]() STRATA_REQUIRES(mutex_) { return running_jobs_ == 0 && writers_.empty(); });
  //@}
  //@L03{
  Status status = CheckWritable();  // After a failure the log may end anywhere: not closed well.
  if (options_.read_only) status = {};  //@L20
  //@}
  closed_ = true;
  //@L03{
  if (log_.writer != nullptr && status) status = CloseLog();
  log_.file.reset();
  lock_.reset();
  return Annotate(std::move(status), "closing store " + directory_);
  //@}
  //@L02..02{
  //| return {};
  //@}
}

//@L03{
Status DbImpl::CloseLog() {
  STRATA_TRY(SealRetiredLogs());    //@L12
  STRATA_TRY(log_.direct->Sync());  //@L19
  STRATA_TRY(log_.writer->End());
  STRATA_TRY(log_.file->Close());
  //@L06{
  VersionEdit edit;
  edit.sealed_logs.push_back({log_.number, log_.writer->size()});
  versions_->SetLastSequence(last_sequence_);
  STRATA_TRY(versions_->LogAndApply(std::move(edit), {}));
  STRATA_TRY(versions_->Close());
  //@}
  return {};
}
//@}

StoreStats DbImpl::Stats() {
  if (!owner_.IsThisProcess()) return {};  //@L03
  MutexLock lock(mutex_);
  StoreStats stats;
  stats.memtable_bytes = MemTableBytes();
  for (const auto& tree : Trees()) stats.memtable_entries += tree->memtable->entries();
  stats.last_sequence = last_sequence_;
  //@L03{
  stats.log_bytes = log_.writer == nullptr ? 0 : log_.writer->size();
  stats.recovered_entries = recovered_entries_;
  if (!read_only_) stats.read_only_cause = read_only_.error().message();
  if (passing_failure_) stats.waiting_cause = passing_failure_->message();  //@L12
  //@}
  //@L05{
  for (const auto& tree : Trees()) AddShape(*VersionOf(*tree), &stats);
  //@}
  //@L14{
  for (const auto& tree : Trees()) {
    AddSnapshotStats(*VersionOf(*tree), &stats);
    AddBlobStats(*VersionOf(*tree), &stats);  //@L19
  }
  //@}
  const FileId& id = versions_->properties().store_id;   //@L06
  stats.store_id.assign(id.data(), id.size());           //@L06
  stats.tables = DescribeTables();                       //@L17
  stats.immutable_memtables = immutables_.size();        //@L12
  stats.writers_queued = writers_.size();                //@L12
  stats.cache_bytes = cache_->used_bytes();              //@L08
  stats.cache_capacity = cache_->capacity_bytes();       //@L08
  stats.compaction_debt_bytes = compaction_debt_.bytes;  //@L10
  return stats;
}

}  // namespace strata
