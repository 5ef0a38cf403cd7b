// The store behind strata::DB: it wires the parts together and says what each call asks of which.
//
//   state/     what the parts share: trees, versions, health      read/      how a key is found
//   journal/   what isn't in tables yet
//   recovery/  how a store comes back
//   commit/    how a batch gets in
//   upkeep/    flush, compaction, and what time brings
//   txn/       transactions, on top of this
//
// Thread safety: as DB. Lock order: the gate of Jobs, the store's mutex, then anything
// inside a part.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backup/log_shipping.h"
#include "backup/writer.h"
#include "commit/commit_queue.h"
#include "io/owner_process.h"
#include "journal/local_journal.h"
#include "read/reader.h"
#include "state/direct_writer.h"
#include "state/health.h"
#include "state/store_context.h"
#include "state/table_files.h"
#include "state/tree_set.h"
#include "state/versions.h"
#include "strata/db.h"
#include "txn/transaction_impl.h"
#include "upkeep/flush_writer.h"
#include "upkeep/upkeep.h"
#include "version/file_names.h"

namespace strata {

// That they can be had, and don't contradict each other. Errors: kInvalidArgument. As Open does.
Status CheckOptions(const Options& options);

class DbImpl final : public DB {
 public:
  DbImpl(const Options& options, const Environment& environment, std::string directory);
  ~DbImpl() override;

  // Makes the store ready. REQUIRES: called once, before anything else.
  Status Open();

  Status Write(const WriteBatch& batch, const WriteOptions& options) override;
  Result<bool> Get(std::string_view key, std::string* value, const ReadOptions& options) override;
  Result<WriteOutcome> WriteIf(const WriteBatch& batch, const WriteOptions& options) override;
  Result<std::optional<Entry>> GetEntry(std::string_view key, const ReadOptions& options) override;
  Result<std::unique_ptr<Iterator>> NewIterator(const ReadOptions& options) override;
  Result<std::vector<MultiGetResult>> MultiGet(std::span<const std::string_view> keys,
                                               const ReadOptions& options) override;
  Result<bool> TraceGet(std::string_view key, std::string* value, ReadTrace* trace) override;
  std::shared_ptr<const Snapshot> GetSnapshot() override;
  Result<std::unique_ptr<Transaction>> Begin(const TransactionOptions& options) override;
  Status Flush() override;
  Status CompactRange(std::optional<std::string> from, std::optional<std::string> to) override;
  Status WaitForCompactions() override;
  Result<std::vector<MultiGetResult>> MultiGet(std::span<const TableKey> keys,
                                               const ReadOptions& options) override;
  Result<TableRef> CreateTable(std::string_view name, const TableOptions& options) override;
  Result<std::vector<TableRef>> CreateTables(std::span<const std::string> names,
                                             const TableOptions& options) override;
  Status DropTable(std::string_view name) override;
  Status TruncateTable(std::string_view name) override;
  Result<TableRef> FindTable(std::string_view name) override;
  std::vector<TableInfo> ListTables() override;
  Status CompactTable(TableRef table, std::optional<std::string> from,
                      std::optional<std::string> to) override;
  std::uint64_t DurableVersion() override { return commit_.durable_up_to(); }
  void WhenDurable(std::uint64_t version, std::function<void(const Status&)> told) override;
  Status WaitDurable(std::uint64_t version) override;
  Result<WriteOutcome> Apply(TableRef table, const WriteBatch& batch, const Applied& at) override;
  Result<AppliedIndex> AppliedIndexOf(TableRef table) override;
  Result<CheckpointInfo> Checkpoint(const std::string& directory) override;
  Result<BackupInfo> Backup(const std::string& directory, const BackupOptions& options) override;
  Result<ShippedLogs> ShipLogs(const std::string& directory) override;
  Status Sync() override;
  Status VerifyAll() override;
  Result<ScrubReport> Scrub() override;
  Status Close() override;
  StoreStats Stats() override;
  Counters& counters() override { return context_.counters; }
  const Histogram& LogSyncTimes() const override { return journal_.sync_times(); }

 private:
  Status CheckOwner() const { return owner_.Check(context_.directory); }
  void LookAgain();  // For what is due in the background.
  // --- write_path.cc ---
  static Status CheckBatch(const WriteBatch& batch);
  bool WantsSync(const WriteOptions& options) const;
  // As WriteIf. `outcome` is what comes of it.
  Status CheckAndWrite(const WriteBatch& batch, const WriteOptions& options, WriteOutcome* outcome);
  // False: none of its entries expires. So it is of most batches.
  bool MayExpire(const WriteBatch& batch, const WriteOptions& options) const;
  // The batch with all expiries told, or nothing when it can be written as it is.
  Result<std::optional<WriteBatch>> ResolveExpiries(const WriteBatch& batch,
                                                    const WriteOptions& options) const;
  Status CloseLog();
  Status CheckVersion(std::uint64_t version) const;  // It was written; not closing.
  // Close, but for telling those who wait for writes to be durable.
  Status CloseParts(std::vector<Durability::Callback>* waiting);
  // --- verify.cc ---
  Status VerifyLogs();
  Status VerifyManifest() const;
  // --- scrub.cc ---
  std::vector<Damage> LiveDamage() const;
  void Locate(FileNumber table, Damage* damage) const;
  // --- tables.cc ---
  std::vector<TableInfo> DescribeTables() const;
  // Whether an empty value is a delete there. Errors: kNotFound.
  Result<bool> EmptyDeletes(TableRef table) const;
  // --- checkpoint.cc ---
  Result<CheckpointInfo> CopyTo(FileSystem& target, const std::string& directory);
  Status CopyFile(const std::string& name, FileSystem& target, const std::string& directory,
                  CheckpointInfo* info) const;
  void RemoveCopy(FileSystem& target, const std::string& directory) const;
  // --- backup.cc ---
  Result<backup::Instant> TakeInstant();
  Status LookAt(backup::Instant* instant);
  Result<SequenceNumber> LastInTables() const;
  Result<std::vector<backup::OpenLog>> OpenLogs() const;

  // Each part is given those that it works on, and they are made in this order.
  const OwnerProcess owner_;
  StoreContext context_;
  Mutex& mutex_ = context_.mutex;
  Health health_{context_};
  Jobs jobs_{context_};
  const std::shared_ptr<SnapshotList> snapshots_ = std::make_shared<SnapshotList>(
      [this, soon = jobs_.SoonWhileOpen()](SequenceNumber) { soon([this] { LookAgain(); }); });
  Reader reader_{{
      .counters = context_.counters,
      .clock = *context_.environment.clock,
      .executor = *context_.environment.executor,
      .snapshots = snapshots_,
      .many_hidden = [this](std::uint32_t id) { upkeep_.OnManyHidden({id}); },
  }};
  TreeSet trees_{context_, reader_};
  TableFiles files_{context_};
  Versions versions_{context_, trees_, files_, health_};
  LocalJournal journal_{context_.environment, context_.directory, context_.counters};
  FlushWriter flush_writer_{context_, files_, *snapshots_};
  DirectWriter direct_writer_{context_, trees_, files_};
  Upkeep upkeep_{
      {context_, health_, reader_, trees_, files_, versions_, journal_, flush_writer_, jobs_},
      {
          .if_idle = [this] { commit_.TrySwitch(); },
          .soon = [this] { commit_.SwitchSoon(); },
      },
  };
  CommitQueue commit_{{
      .context = context_,
      .health = health_,
      .reader = reader_,
      .trees = trees_,
      .versions = versions_,
      .journal = journal_,
      .direct_writer = direct_writer_,
      .background = upkeep_,
  }};
  std::shared_ptr<TransactionHome> transactions_ = std::make_shared<TransactionHome>();
  std::unique_ptr<FileLock> lock_;
  std::uint64_t recovered_entries_ = 0;
};

}  // namespace strata
