// Opening, closing and describing a store; how it reads and writes is in the parts that
// db_impl.h names.

#include "db/db_impl.h"

#include <algorithm>
#include <utility>

#include "base/mutant.h"
#include "recovery/recovery.h"
#include "state/shared_parts.h"

namespace strata {

Status CheckOptions(const Options& options) {
  if (options.memtable_bytes < 4096) {
    return InvalidArgument("option memtable_bytes must be at least 4096");
  }
  if (options.memtable_bytes > (4ULL << 30)) {
    return InvalidArgument(
        "option memtable_bytes must be at most 4 GiB: opening the store reads its logs as a whole");
  }
  if (options.block_bytes < 64 || options.block_bytes > (4U << 20)) {
    return InvalidArgument("option block_bytes must be between 64 and 4 MiB");
  }
  if (options.block_restart_interval < 1) {
    return InvalidArgument("option block_restart_interval must be at least 1");
  }
  if (options.table_bytes < 1024) {
    return InvalidArgument("option table_bytes must be at least 1024");
  }
  if (options.filter_bits_per_key < 0 || options.filter_bits_per_key > 64) {
    return InvalidArgument("option filter_bits_per_key must be between 0 and 64");
  }
  if (options.blob_file_bytes < 1024) {
    return InvalidArgument("option blob_file_bytes must be at least 1024");
  }
  if (options.blob_space_bound < 1.05 || options.blob_garbage_ratio < 0.01) {
    return InvalidArgument(
        "options blob_space_bound must be at least 1.05 and blob_garbage_ratio at least 0.01");
  }
  return {};
}

namespace {

// Puts what contradicts itself right and shares a memory budget out.
Options Sanitized(Options options) {
  options.memtables_max = std::max(options.memtables_max, 2);
  options.compaction_threads = std::max(options.compaction_threads, 1);
  if (options.shared) options.memory_budget_bytes = options.shared->parts().memory.bytes();
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

}  // namespace

Result<std::unique_ptr<DB>> DB::Open(const Options& options, const std::string& directory) {
  STRATA_TRY(CheckOptions(options));
  const Environment& environment =
      options.environment != nullptr ? *options.environment : RealEnvironment();
  if (options.shared) STRATA_TRY(options.shared->parts().CheckFor(environment));
  auto db = std::make_unique<DbImpl>(Sanitized(options), environment, directory);
  STRATA_TRY(Annotate(db->Open(), "opening store " + directory));
  return std::unique_ptr<DB>(std::move(db));
}

DbImpl::DbImpl(const Options& options, const Environment& environment, std::string directory)
    : context_(options, environment, std::move(directory)) {
  transactions_->locks = std::make_shared<LockTable>(*environment.executor, *environment.clock);
}

Status DbImpl::Open() {
  MutexLock lock(mutex_);
  STRATA_TRY(trees_.Start(files_.store()));
  Recovery recovery({
      .context = context_,
      .reader = reader_,
      .trees = trees_,
      .journal = journal_,
      .files = files_,
      .versions = versions_,
      .writer = flush_writer_,
      .direct_writer = direct_writer_,
      .health = health_,
  });
  if (Status recovered = recovery.Run(); !recovered) {
    trees_.direct()->RemoveUnused({});
    health_.SetClosed();  // Nothing is in its log, and nothing gets in.
    return recovered;
  }
  lock_ = recovery.TakeLock();
  recovered_entries_ = recovery.recovered_entries();
  trees_.Publish();
  upkeep_.Look();
  commit_.StartDurable();
  const auto& features = versions_.set().properties().features;
  if (std::find(features.begin(), features.end(), kExpiryFeature) != features.end()) {
    commit_.ExpectExpiries();
  }
  transactions_->empty_value_deletes = [this](TableRef table) { return EmptyDeletes(table); };
  return {};
}

DbImpl::~DbImpl() {
  Close().has_value();
}

Status DbImpl::Close() {
  std::vector<Durability::Callback> waiting;
  Status status = CloseParts(&waiting);
  for (const auto& told : waiting) {
    told(status ? Status() : Error(ErrorCode::kAborted, "the store was closed before a sync"));
  }
  return status;
}

Status DbImpl::CloseParts(std::vector<Durability::Callback>* waiting) {
  STRATA_TRY(CheckOwner());
  jobs_.Shut();
  health_.SetClosing();
  transactions_->open = false;
  MutexLock lock(mutex_);
  if (health_.closed()) return {};
  context_.environment.executor->Notify(context_.memtables_written);  // Nothing is tried again.
  context_.environment.executor->WaitOn(context_.job_ended, mutex_, [this] {
    return (jobs_.idle() || STRATA_MUTANT(close_leaves_jobs)) && commit_.size() == 0;
  });
  Status status = health_.CheckWritable();  // After a failure the log may end anywhere.
  if (context_.options.read_only) status = {};
  health_.SetClosed();
  if (journal_.number() != 0 && status) status = CloseLog();
  *waiting = commit_.EndDurable(status);
  lock_.reset();
  return Annotate(std::move(status), "closing store " + context_.directory);
}

Status DbImpl::CloseLog() {
  STRATA_TRY_ASSIGN(auto sealed, journal_.SealRetired());
  STRATA_TRY(commit_.AccountForUnlogged());
  STRATA_TRY(journal_.End());
  VersionEdit edit;
  edit.sealed_logs = std::move(sealed);
  edit.sealed_logs.push_back({journal_.number(), journal_.size()});
  versions_.set().SetLastSequence(trees_.last_sequence());
  STRATA_TRY(versions_.set().LogAndApply(std::move(edit), {}));
  STRATA_TRY(versions_.set().Close());
  return {};
}

// --- reads ---------------------------------------------------------------------------------------

Result<bool> DbImpl::Get(std::string_view key, std::string* value, const ReadOptions& options) {
  STRATA_TRY(CheckOwner());
  return reader_.Get(key, value, options);
}

Result<std::unique_ptr<Iterator>> DbImpl::NewIterator(const ReadOptions& options) {
  STRATA_TRY(CheckOwner());
  return reader_.NewIterator(options);
}

Result<std::vector<MultiGetResult>> DbImpl::MultiGet(std::span<const std::string_view> keys,
                                                     const ReadOptions& options) {
  STRATA_TRY(CheckOwner());
  return reader_.MultiGet(keys, options);
}

Result<bool> DbImpl::TraceGet(std::string_view key, std::string* value, ReadTrace* trace) {
  STRATA_TRY(CheckOwner());
  return reader_.TraceGet(key, value, trace);
}

std::shared_ptr<const Snapshot> DbImpl::GetSnapshot() {
  return reader_.GetSnapshot();
}

Result<std::optional<Entry>> DbImpl::GetEntry(std::string_view key, const ReadOptions& options) {
  STRATA_TRY(CheckOwner());
  return reader_.GetEntry(key, options);
}

Result<std::vector<MultiGetResult>> DbImpl::MultiGet(std::span<const TableKey> keys,
                                                     const ReadOptions& options) {
  STRATA_TRY(CheckOwner());
  return reader_.MultiGet(keys, options);
}

void DbImpl::LookAgain() {
  MutexLock lock(mutex_);
  upkeep_.Look();
}

// --- what runs beside ----------------------------------------------------------------------------

Status DbImpl::Sync() {
  STRATA_TRY(CheckOwner());
  return commit_.Sync();
}

void DbImpl::WhenDurable(std::uint64_t version, std::function<void(const Status&)> told) {
  Status refused = CheckOwner();
  if (told == nullptr) return;
  if (refused) {
    MutexLock lock(mutex_);
    refused = CheckVersion(version);
    if (refused) return commit_.WhenDurable(version, std::move(told));
  }
  told(refused);
}

Status DbImpl::WaitDurable(std::uint64_t version) {
  STRATA_TRY(CheckOwner());
  {
    MutexLock lock(mutex_);
    STRATA_TRY(CheckVersion(version));
  }
  return version <= commit_.durable_up_to() ? Status() : commit_.Sync();
}

Status DbImpl::CheckVersion(std::uint64_t version) const {
  if (health_.closing()) return Error(ErrorCode::kAborted, "the store is closed");
  if (version <= trees_.last_sequence()) return {};
  return InvalidArgument("version " + std::to_string(version) +
                         " hasn't been written: the newest is " +
                         std::to_string(trees_.last_sequence()));
}

Status DbImpl::Flush() {
  STRATA_TRY(CheckOwner());
  STRATA_TRY_ASSIGN(const FileNumber log, commit_.SwitchMemTables());
  MutexLock lock(mutex_);
  return upkeep_.AwaitFlush(log);
}

Status DbImpl::CompactRange(std::optional<std::string> from, std::optional<std::string> to) {
  return CompactTable(kDefaultTable, std::move(from), std::move(to));
}

Status DbImpl::CompactTable(TableRef table, std::optional<std::string> from,
                            std::optional<std::string> to) {
  if (from && to && *from > *to) {
    return InvalidArgument("the range to compact ends before it begins");
  }
  STRATA_TRY(Flush());
  MutexLock lock(mutex_);
  const std::shared_ptr<Tree> tree = trees_.Find(table);
  if (tree == nullptr) {
    return Error(ErrorCode::kNotFound, "table " + std::to_string(table.id) + " isn't there");
  }
  return upkeep_.CompactRange(tree, {std::move(from), std::move(to)});
}

Status DbImpl::WaitForCompactions() {
  STRATA_TRY(CheckOwner());
  MutexLock lock(mutex_);
  return upkeep_.AwaitIdle();
}

Result<std::unique_ptr<Transaction>> DbImpl::Begin(const TransactionOptions& options) {
  STRATA_TRY(CheckOwner());
  if (!transactions_->open) return Error(ErrorCode::kAborted, "the store is closed");
  return std::unique_ptr<Transaction>(
      std::make_unique<TransactionImpl>(*this, transactions_, options));
}
}  // namespace strata
