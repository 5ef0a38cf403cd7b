// The store behind strata::DB: it wires the parts together and says what each call asks of which.
//
//   state/     what the parts share: trees, versions, health      read/      how a key is found
//   journal/   what isn't in tables yet                //@L03
//   recovery/  how a store comes back                  //@L03
//   commit/    how a batch gets in                     //@L12
//   upkeep/    flush, compaction, and what time brings //@L05
//   txn/       transactions, on top of this            //@L16
//
// Thread safety: as DB. Lock order: the gate of Jobs, the store's mutex, then anything
// inside a part.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "commit/commit_queue.h"  //@L12
//| #include "compaction/compaction_runner.h"  //@L10..11
#include "io/owner_process.h"       //@L03
#include "journal/local_journal.h"  //@L03
#include "read/reader.h"
#include "state/direct_writer.h"  //@L19
#include "state/health.h"
#include "state/store_context.h"
#include "state/table_files.h"  //@L05
#include "state/tree_set.h"
#include "state/versions.h"  //@L05
#include "strata/db.h"
#include "txn/transaction_impl.h"  //@L16
#include "upkeep/flush_writer.h"   //@L05
#include "upkeep/upkeep.h"         //@L12
#include "version/file_names.h"    //@L03

namespace strata {

class DbImpl final : public DB {
 public:
  DbImpl(const Options& options, const Environment& environment, std::string directory);
  ~DbImpl() override;

  // Makes the store ready. REQUIRES: called once, before anything else.
  Status Open();

  Status Write(const WriteBatch& batch, const WriteOptions& options) override;
  Result<bool> Get(std::string_view key, std::string* value, const ReadOptions& options) override;
  //@L15{
  Result<WriteOutcome> WriteIf(const WriteBatch& batch, const WriteOptions& options) override;
  Result<std::optional<Entry>> GetEntry(std::string_view key, const ReadOptions& options) override;
  //@}
  Result<std::unique_ptr<Iterator>> NewIterator(const ReadOptions& options) override;
  //@L13{
  Result<std::vector<MultiGetResult>> MultiGet(std::span<const std::string_view> keys,
                                               const ReadOptions& options) override;
  Result<bool> TraceGet(std::string_view key, std::string* value, ReadTrace* trace) override;
  //@}
  std::shared_ptr<const Snapshot> GetSnapshot() override;  //@L14
  //@L16{
  Result<std::unique_ptr<Transaction>> Begin(const TransactionOptions& options) override;
  //@}
  Status Flush() override;  //@L05
  //@L10{
  Status CompactRange(std::optional<std::string> from, std::optional<std::string> to) override;
  Status WaitForCompactions() override;
  //@}
  //@L17{
  Result<std::vector<MultiGetResult>> MultiGet(std::span<const TableKey> keys,
                                               const ReadOptions& options) override;
  Result<TableRef> CreateTable(std::string_view name, const TableOptions& options) override;
  Result<std::vector<TableRef>> CreateTables(std::span<const std::string> names,
                                             const TableOptions& options) override;
  Status DropTable(std::string_view name) override;
  Result<TableRef> FindTable(std::string_view name) override;
  std::vector<TableInfo> ListTables() override;
  Status CompactTable(TableRef table, std::optional<std::string> from,
                      std::optional<std::string> to) override;
  //@}
  //@L20{
  std::uint64_t DurableVersion() override { return commit_.durable_up_to(); }
  void WhenDurable(std::uint64_t version, std::function<void(const Status&)> told) override;
  Status WaitDurable(std::uint64_t version) override;
  Result<WriteOutcome> Apply(TableRef table, const WriteBatch& batch, const Applied& at) override;
  Result<AppliedIndex> AppliedIndexOf(TableRef table) override;
  //@}
  Result<CheckpointInfo> Checkpoint(const std::string& directory) override;  //@L20
  Status Sync() override;                                                    //@L03
  Status VerifyAll() override;                                               //@L06
  Status Close() override;
  StoreStats Stats() override;
  Counters& counters() override { return context_.counters; }
  const Histogram& LogSyncTimes() const override { return journal_.sync_times(); }  //@L12

 private:
  Status CheckOwner() const { return owner_.Check(context_.directory); }  //@L03
  void LookAgain();  // For what is due in the background.  //@L14
  // --- write_path.cc ---
  static Status CheckBatch(const WriteBatch& batch);
  bool WantsSync(const WriteOptions& options) const;  //@L03
  //@L15{
  // As WriteIf. `outcome` is what comes of it.
  Status CheckAndWrite(const WriteBatch& batch, const WriteOptions& options, WriteOutcome* outcome);
  //@}
  //@L17{
  // The batch with all expiries told, or nothing when it can be written as it is.
  Result<std::optional<WriteBatch>> ResolveExpiries(const WriteBatch& batch,
                                                    const WriteOptions& options) const;
  //@}
  Status CloseLog();                                 //@L03
  Status CheckVersion(std::uint64_t version) const;  // It was written; not closing.  //@L20
  // Close, but for telling those who wait for writes to be durable.  //@L20
  Status CloseParts(std::vector<Durability::Callback>* waiting);  //@L20
  //@L05..11{
  //| // --- foreground.cc ---
  //| Status MakeRoom();
  //| Status SwitchMemTable();
  //@}
  //@L10..11{
  //| // --- compaction_driver.cc ---
  //| compaction::RunnerOptions MakeRunnerOptions(const Tree& tree);
  //| Status RunCompaction(const compaction::CompactionJob& job);
  //| Status CompactUntilIdle();
  //@}
  //@L06{
  // --- verify.cc ---
  Status VerifyLogs();
  Status VerifyManifest() const;
  //@}
  //@L17{
  // --- tables.cc ---
  std::vector<TableInfo> DescribeTables() const;
  // Whether an empty value is a delete there. Errors: kNotFound.
  Result<bool> EmptyDeletes(TableRef table) const;
  //@}
  //@L20{
  // --- checkpoint.cc ---
  Result<CheckpointInfo> CopyTo(FileSystem& target, const std::string& directory);
  Status CopyFile(const std::string& name, FileSystem& target, const std::string& directory,
                  CheckpointInfo* info) const;
  void RemoveCopy(FileSystem& target, const std::string& directory) const;
  //@}

  // Each part is given those that it works on, and they are made in this order.
  const OwnerProcess owner_;  //@L03
  StoreContext context_;
  Mutex& mutex_ = context_.mutex;
  Health health_{context_};
  Jobs jobs_{context_};  //@L12
  //@L14{
  const std::shared_ptr<SnapshotList> snapshots_ = std::make_shared<SnapshotList>(
      [this, soon = jobs_.SoonWhileOpen()](SequenceNumber) { soon([this] { LookAgain(); }); });
  //@}
  Reader reader_{{
      .counters = context_.counters,
      .clock = *context_.environment.clock,                                     //@L17
      .executor = *context_.environment.executor,                               //@L13
      .snapshots = snapshots_,                                                  //@L14
      .many_hidden = [this](std::uint32_t id) { upkeep_.OnManyHidden({id}); },  //@L20
  }};
  TreeSet trees_{context_, reader_};
  TableFiles files_{context_};                                                         //@L05
  Versions versions_{context_, trees_, files_, health_};                               //@L05
  LocalJournal journal_{context_.environment, context_.directory, context_.counters};  //@L03
  //| FlushWriter flush_writer_{context_, files_};  //@L05..13
  FlushWriter flush_writer_{context_, files_, *snapshots_};  //@L14
  DirectWriter direct_writer_{context_, trees_, files_};     //@L19
  //@L12{
  Upkeep upkeep_{
      {context_, health_, reader_, trees_, files_, versions_, journal_, flush_writer_, jobs_},
      //@L17{
      {
          .if_idle = [this] { commit_.TrySwitch(); },
          .soon = [this] { commit_.SwitchSoon(); },  //@L20
      },
      //@}
  };
  CommitQueue commit_{{
      .context = context_,
      .health = health_,
      .reader = reader_,
      .trees = trees_,
      .versions = versions_,
      .journal = journal_,
      .direct_writer = direct_writer_,  //@L19
      .background = upkeep_,
  }};
  //@}
  std::shared_ptr<TransactionHome> transactions_ = std::make_shared<TransactionHome>();  //@L16
  //@L03{
  std::unique_ptr<FileLock> lock_;
  std::uint64_t recovered_entries_ = 0;
  //@}
  //| FileNumber next_file_ = 1;  //@L03..05
  //@L10..11{
  //| compaction::Debt compaction_debt_;
  //| compaction::TableSet busy_tables_;
  //@}
};

}  // namespace strata
