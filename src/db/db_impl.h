// The store behind strata::DB: a memtable and a log that take writes, a version of tables that
// holds the rest, and the rules that move data from the one to the other.
//
//   write_path.cc, commit.cc  how a batch gets in      read_path.cc   how a key is found
//   recovery.cc               how a store comes back   background.cc  flush and compaction
//
// Thread safety: as DB. Lock order: mutex_, then anything inside a module; never the other way.

#pragma once

#include <atomic>
#include <deque>
#include <map>  //@L17
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "compaction/blob_collector.h"     //@L19
#include "compaction/compaction_runner.h"  //@L10
#include "compaction/rate_limiter.h"       //@L12
#include "compaction/table_writer.h"       //@L05
#include "db/direct_values.h"              //@L19
#include "db/expiry_check.h"               //@L17
#include "db/log_file.h"                   //@L03
#include "db/read_state.h"
#include "db/snapshots.h"         //@L14
#include "db/transaction_impl.h"  //@L16
#include "db/tree.h"
#include "db/writer.h"        //@L12
#include "io/batch_reader.h"  //@L13
#include "io/environment.h"
#include "io/mutex.h"
#include "io/owner_process.h"  //@L03
#include "sst/block_cache.h"   //@L08
#include "stats/counters.h"
#include "stats/event_trace.h"
#include "stats/histogram.h"  //@L12
#include "strata/db.h"
#include "version/version_set.h"  //@L06
#include "wal/batch_format.h"     //@L19
#include "wal/log_reader.h"       //@L12

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
  Status DropTable(std::string_view name) override;
  Result<TableRef> FindTable(std::string_view name) override;
  std::vector<TableInfo> ListTables() override;
  Status CompactTable(TableRef table, std::optional<std::string> from,
                      std::optional<std::string> to) override;
  //@}
  Result<CheckpointInfo> Checkpoint(const std::string& directory) override;  //@L20
  Status Sync() override;                                                    //@L03
  Status VerifyAll() override;                                               //@L06
  Status Close() override;
  StoreStats Stats() override;
  Counters& counters() override { return counters_; }
  const Histogram& LogSyncTimes() const override { return log_sync_nanos_; }  //@L12

 private:
  // --- trees.cc ---
  std::vector<std::shared_ptr<Tree>> Trees() const STRATA_REQUIRES(mutex_);
  std::shared_ptr<MemTable> NewMemTable() STRATA_REQUIRES(mutex_);
  bool MemTablesEmpty() const STRATA_REQUIRES(mutex_);
  std::size_t MemTableBytes() const STRATA_REQUIRES(mutex_);
  std::shared_ptr<const Version> VersionOf(const Tree& tree) const STRATA_REQUIRES(mutex_);  //@L05
  std::shared_ptr<const Version> PublishedVersionOf(const Tree& tree) const;                 //@L20
  ReadState StateOf(const Tree& tree) const STRATA_REQUIRES(mutex_);
  // Shows readers the memtables and the version as they are now.
  void PublishReadState() STRATA_REQUIRES(mutex_);

  // --- write_path.cc ---
  Status CheckBatch(const WriteBatch& batch) const;
  // Fails once the store is closed or read-only.
  Status CheckWritable() const STRATA_REQUIRES(mutex_);
  //@L03{
  bool WantsSync(const WriteOptions& options) const;
  // A failed write or sync of the log is final: from here on the store is read-only.
  Status Remember(Status status) STRATA_REQUIRES(mutex_);
  //@}
  // Adds a batch's entries to the memtables, the first one at `first`, and counts them.
  // REQUIRES: the caller is the queue's front, or was asked to by it.
  Status InsertEntries(std::string_view entries, SequenceNumber first, bool concurrently,
                       std::uint64_t* count = nullptr) const STRATA_NO_THREAD_SAFETY_ANALYSIS;

  //@L12{
  // --- commit.cc ---
  Status Enqueue(Writer* self) STRATA_REQUIRES(mutex_);
  Status Lead(Writer* self) STRATA_REQUIRES(mutex_);
  void AwaitCall(const Writer& self) STRATA_REQUIRES(mutex_);  //@L20
  void GatherWriters() STRATA_REQUIRES(mutex_);                //@L20
  void BuildGroup(std::vector<Writer*>* group) const STRATA_REQUIRES(mutex_);
  Status CommitGroup(const std::vector<Writer*>& group) STRATA_REQUIRES(mutex_);
  Status WriteGroupToLog(const std::vector<Writer*>& group, SequenceNumber first, bool sync);
  bool InsertsInParallel(const std::vector<Writer*>& group) const;
  Status InsertBatchOf(const Writer& writer, bool concurrently) const;
  Status InsertInParallel(const std::vector<Writer*>& group) STRATA_REQUIRES(mutex_);
  void FinishGroup(const std::vector<Writer*>& group, const Status& status) STRATA_REQUIRES(mutex_);
  Status SyncLog() STRATA_REQUIRES(mutex_);
  // Runs what ends in a sync of the log, and notes how long it took.
  Status TimedSync(const std::function<Status()>& sync);
  void ScheduleIntervalSync() STRATA_REQUIRES(mutex_);
  //@}

  //@L03{
  // --- recovery.cc ---
  Status Recover() STRATA_REQUIRES(mutex_);
  Status ReplayLogs() STRATA_REQUIRES(mutex_);
  // Replays one log into the memtable. Only the last one may end torn.
  Status ReplayLog(FileNumber number, bool is_last) STRATA_REQUIRES(mutex_);
  //@L12{
  struct LogEnd {
    FileNumber number;
    std::uint64_t valid_length;
    bool complete;  // Nothing that was written is missing.
    bool torn;
    bool is_last;
  };
  // True when something before this record is missing that nobody was promised.
  bool IsAfterLoss(const wal::Record& record) STRATA_REQUIRES(mutex_);
  Status CheckFollows(const wal::Record& record) const STRATA_REQUIRES(mutex_);
  Status NoteEnd(const LogEnd& end) STRATA_REQUIRES(mutex_);
  //@}
  Status StartLog(FileNumber number) STRATA_REQUIRES(mutex_);
  Status CloseLog() STRATA_REQUIRES(mutex_);
  //@}
  //@L06{
  Status CheckNoLogMissing(const std::vector<FileNumber>& logs) const STRATA_REQUIRES(mutex_);
  bool IsLeftOver(FileNumber number) const STRATA_REQUIRES(mutex_);
  // --- recover_versions.cc ---
  Status CheckExistence() const;
  Status CreateOrRecoverVersions() STRATA_REQUIRES(mutex_);
  // What the manifest says of a log that was closed, or nothing.
  std::optional<std::uint64_t> SealedLength(FileNumber log) const STRATA_REQUIRES(mutex_);
  // Writes the memtables out when a log holds more than fits into them.
  Status SpillWhileReplaying() STRATA_REQUIRES(mutex_);
  Status WriteRecovered() STRATA_REQUIRES(mutex_);
  // Wall clock: nothing that the logs hold was written earlier.
  std::uint64_t RecoveredSince() const STRATA_REQUIRES(mutex_);
  Status FinishRecovery(const std::vector<FileNumber>& logs) STRATA_REQUIRES(mutex_);
  void RemoveStrayFiles() STRATA_REQUIRES(mutex_);
  void RemoveStrayBlobs() STRATA_REQUIRES(mutex_);  //@L19
  //@}

  //@L06{
  // --- verify.cc ---
  Status VerifyLogs();
  Status VerifyManifest() const;
  //@}

  //@L05{
  // --- flush.cc ---
  void InitTableStore();
  compaction::TableWriterOptions MakeTableWriterOptions(const Tree& tree,
                                                        RunPosition position) const;
  Result<std::shared_ptr<const Table>> OpenTable(const TableMeta& meta);
  // Writes a memtable of `tree` as its newest run of level 0 and adds it to `edit`.
  // `since_us`: wall clock of its first write.
  //@L05..19{
  //| Status WriteMemTable(const Tree& tree, const MemTable& memtable, std::uint64_t since_us,
  //|                      VersionEdit* edit, std::vector<std::shared_ptr<const Table>>* opened);
  //@}
  //@L20{
  // `below`: all tables older than it; null while these aren't known.
  Status WriteMemTable(const Tree& tree, const MemTable& memtable, std::uint64_t since_us,
                       VersionEdit* edit, std::vector<std::shared_ptr<const Table>>* opened,
                       const std::shared_ptr<const Version>& below = nullptr);
  //@}
  // Ends the log, begins a new one, and puts empty memtables in front.
  Status SwitchMemTable() STRATA_REQUIRES(mutex_);
  //@L12{
  // Ends logs that gave way to a new one before they were on the disk. The queue's front calls it
  // before it syncs anything newer.
  Status SealRetiredLogs() STRATA_REQUIRES(mutex_);
  //@}
  // Called by whoever is to write next: makes sure that the memtable has room.
  Status MakeRoom() STRATA_REQUIRES(mutex_);
  //@L12{
  // Returns when no edit is being written: what the caller sees now is what its own edit, if it
  // makes one before it gives the mutex away, is applied to.
  void AwaitEdits() STRATA_REQUIRES(mutex_);
  // Writes what an edit says of logs, now or after the edit that is being written: nobody waits.
  Status NoteLogs(VersionEdit edit) STRATA_REQUIRES(mutex_);
  //@}
  // Makes an edit durable and shows the version after it to readers.
  // Gives the mutex away while it writes.  //@L12
  Status InstallEdit(VersionEdit edit, std::vector<std::shared_ptr<const Table>> opened)
      STRATA_REQUIRES(mutex_);
  void RemoveLogsBefore(FileNumber oldest) const;
  //@}
  //@L05..05{
  //| // Opens every table in the directory.
  //| Status ListTables() STRATA_REQUIRES(mutex_);
  //@}

  //@L12{
  // --- background.cc ---
  // Runs `step` on the executor until it says kDone, unless the store closes first.
  void ScheduleJob(Priority priority, std::function<Step()> step) STRATA_REQUIRES(mutex_);
  void MaybeScheduleWork() STRATA_REQUIRES(mutex_);
  void PickCompactions(const std::shared_ptr<Tree>& tree) STRATA_REQUIRES(mutex_);
  // Starts what the tree's policy picks. True when it began a job without a merge: more may be due
  // beside it.
  bool StartPicked(const std::shared_ptr<Tree>& tree) STRATA_REQUIRES(mutex_);
  // A background job failed. If it may do better later it is tried again then; else the store takes
  // no more writes.
  void NoteFailure(Status status) STRATA_REQUIRES(mutex_);
  void RetryLater(const Error& error) STRATA_REQUIRES(mutex_);
  Step FlushStep();
  Status FlushOldest() STRATA_REQUIRES(mutex_);
  std::uint64_t StallMicros() STRATA_REQUIRES(mutex_);
  void AdjustCache() STRATA_REQUIRES(mutex_);
  //@}

  //@L17{
  // --- tables.cc ---
  Result<std::shared_ptr<Tree>> MakeTree(const NamedTable& table) STRATA_REQUIRES(mutex_);
  Status RecoverTables() STRATA_REQUIRES(mutex_);
  Status RunAtFront(const std::function<Status()>& task);
  std::shared_ptr<Tree> TreeNamed(std::string_view name) const STRATA_REQUIRES(mutex_);
  std::shared_ptr<Tree> TreeOf(TableRef table) const STRATA_REQUIRES(mutex_);  // Or null.
  std::vector<TableInfo> DescribeTables() const STRATA_REQUIRES(mutex_);
  void RemoveWithLastUse(const Table& table) const;
  void RemoveWithLastUse(const Blob& blob) const;  //@L19
  // Whether an empty value is a delete there. Errors: kNotFound.
  Result<bool> EmptyDeletes(TableRef table) const;
  // The batch with all expiries told, or nothing when it can be written as it is.
  Result<std::optional<WriteBatch>> ResolveExpiries(const WriteBatch& batch,
                                                    const WriteOptions& options) const;
  static bool HasTables(const std::vector<Writer*>& group);
  std::vector<Writer*> CheckTables(const std::vector<Writer*>& group) STRATA_REQUIRES(mutex_);
  void LeaveDroppedOut(const Immutable& flushed, VersionEdit* edit,
                       std::vector<std::shared_ptr<const Table>>* opened) STRATA_REQUIRES(mutex_);
  Status EnableFeature(std::string_view feature) STRATA_REQUIRES(mutex_);
  Status EnableExpiry(const std::vector<Writer*>& group) STRATA_REQUIRES(mutex_);
  // --- deadlines.cc ---
  void PickExpired(const std::shared_ptr<Tree>& tree) STRATA_REQUIRES(mutex_);
  std::optional<std::uint64_t> MemTablesDueAt() const STRATA_REQUIRES(mutex_);
  void ScheduleExpiryTimer() STRATA_REQUIRES(mutex_);
  void NoteDeadlines(const std::vector<Writer*>& group) STRATA_REQUIRES(mutex_);
  void SetExpiryTimer(std::uint64_t due_us) STRATA_REQUIRES(mutex_);
  void OnExpiryTimer(std::uint64_t due_us);
  //@}
  //@L20{
  // --- checkpoint.cc ---
  Result<CheckpointInfo> CopyTo(FileSystem& target, const std::string& directory);
  Status CopyFile(const std::string& name, FileSystem& target, const std::string& directory,
                  CheckpointInfo* info) const;
  void RemoveCopy(FileSystem& target, const std::string& directory) const;
  // --- purge.cc ---
  // Some read passed over many deletes. Called by any thread.
  void OnManyHidden(TableRef table);
  // Has what is deleted leave the tree's memtable and tables.
  void Purge(const std::shared_ptr<Tree>& tree) STRATA_REQUIRES(mutex_);
  // Deletes that wait in memory, while what they delete takes room in blob files.
  bool WantsPurge(const Tree& tree) const STRATA_REQUIRES(mutex_);
  // --- rest.cc ---
  bool IsAtRest() const STRATA_REQUIRES(mutex_);
  bool HasWorkForRest() const STRATA_REQUIRES(mutex_);
  void ScheduleRestTimer() STRATA_REQUIRES(mutex_);
  void OnRestTimer(SequenceNumber last_sequence);
  //@}

  //@L10{
  // --- compaction_driver.cc ---
  struct RunningCompaction;  //@L12
  compaction::RunnerOptions MakeRunnerOptions(const Tree& tree);
  // Merges what `job` says; from lesson 12 on it only begins to.
  Status StartCompaction(const std::shared_ptr<Tree>& tree, const compaction::CompactionJob& job)
      STRATA_REQUIRES(mutex_);
  //@}
  //@L10..11{
  //| Status CompactUntilIdle() STRATA_REQUIRES(mutex_);
  //@}
  //@L12{
  Step CompactionStep(const std::shared_ptr<RunningCompaction>& running, std::size_t part);
  void FinishCompaction(RunningCompaction& running) STRATA_REQUIRES(mutex_);
  //@}

  // --- read_path.cc ---
  ReadPoint TakeReadPoint() const;
  //@L02..12{
  //| Result<bool> FindKey(std::string_view key, const ReadOptions& options, std::string* value);
  //@}
  //@L13{
  Result<bool> FindKey(std::string_view key, const ReadOptions& options, std::string* value,
                       ReadTrace* trace);
  //@L13..14{
  //| Result<bool> FindKeyIn(const ReadState& state, SequenceNumber sequence, std::string_view key,
  //|                        const ReadOptions& options, std::string* value, ReadTrace* trace);
  //@}
  //@L15{
  //@L15..16{
  //| // `version`, unless null, gets the sequence of the entry found.
  //| Result<bool> FindKeyIn(const ReadState& state, SequenceNumber sequence, std::string_view key,
  //|                        const ReadOptions& options, std::string* value, ReadTrace* trace,
  //|                        SequenceNumber* version = nullptr);
  //@}
  //@L17..18{
  //| // `version`, unless null, gets the sequence of the entry found.
  //| Result<bool> FindKeyIn(const ReadState& state, SequenceNumber sequence, std::string_view key,
  //|                        const ReadOptions& options, std::string* value, ReadTrace* trace,
  //|                        SequenceNumber* version = nullptr, ExpiryCheck* expiry = nullptr);
  //@}
  //@L19{
  // What a lookup has to do besides finding a value; each may be null.
  struct LookupExtras {
    ReadTrace* trace = nullptr;
    SequenceNumber* version = nullptr;  // Gets the sequence of the entry found.
    ExpiryCheck* expiry = nullptr;
    EntryKind* pointer = nullptr;  // Gets the kind of a pointer to a value, which is left as it is.
  };
  Result<bool> FindKeyIn(const ReadState& state, SequenceNumber sequence, std::string_view key,
                         const ReadOptions& options, std::string* value,
                         const LookupExtras& extras);
  //@}
  //@L17{
  // Turns what a table or memtable knows of a key into the answer. `expiry` may be null.
  Result<bool> IsLive(EntryKind kind, std::string_view key, std::string* value,
                      ExpiryCheck* expiry) const;
  //@}
  //@L19{
  // The same for an entry of a memtable, which may point to a blob.
  Result<bool> IsLiveIn(const ReadState& state, EntryKind kind, std::string_view key,
                        std::string* value, ExpiryCheck* expiry) const;
  //@}
  //@}
  // Brings the blocks that lookups of these keys will read into the cache, all at once.
  Status PrefetchBlocks(const ReadState& state, SequenceNumber sequence,
                        std::span<const std::string_view> keys, const ReadOptions& options);
  //@}
  //@L17{
  // From all tables' state to one table's. Errors: kNotFound.
  static Status MoveTo(TableRef table, ReadPoint* point);
  Result<std::vector<MultiGetResult>> MultiGetAt(const ReadPoint& point,
                                                 std::span<const std::string_view> keys,
                                                 const ReadOptions& options, ExpiryCheck* expiry);
  //@}

  //@L15{
  // --- conditions.cc ---
  Result<std::optional<Entry>> FindEntry(const ReadPoint& point, std::string_view key,
                                         const ReadOptions& options);
  // The first condition that doesn't hold, if any.
  Result<std::optional<FailedCondition>> FirstFailure(const std::vector<Condition>& conditions,
                                                      const ReadPoint& now);
  //@L16{
  // A key by which the store has changed from what the condition says, if any.
  Result<std::optional<std::string>> ChangeAgainst(const Condition& condition,
                                                   const ReadPoint& now);
  //@}
  static bool HasConditions(const std::vector<Writer*>& group);
  // Those of the group whose batches are to be written; the others know their outcome then.
  std::vector<Writer*> CheckConditions(const std::vector<Writer*>& group) STRATA_REQUIRES(mutex_);
  static Error ConditionError(const WriteBatch& batch, const FailedCondition& failed);
  //@}

  //@L14{
  // --- snapshots.cc ---
  // Null: it stays.
  Status MoveTo(const std::shared_ptr<const Snapshot>& snapshot, ReadPoint* point) const;
  Status MoveTo(const Snapshot& snapshot, ReadPoint* point) const;
  struct Gate;
  static void OnSnapshotReleased(const std::shared_ptr<Gate>& gate, SequenceNumber sequence);
  void AddSnapshotStats(const Version& version, StoreStats* stats) const;
  // A table to be written anew because of what snapshots that are gone held in it.
  std::optional<compaction::CompactionJob> PickReleased(Tree& tree, double share_min,
                                                        const compaction::KeyRange& range)
      STRATA_REQUIRES(mutex_);
  //@}

  //@L19{
  // --- direct_path.cc ---
  // Begins a generation of direct values for log_; returns the one before.
  std::shared_ptr<DirectValues> StartDirectValues() STRATA_REQUIRES(mutex_);
  std::uint64_t DirectFill() const STRATA_REQUIRES(mutex_);
  const Tree& TreeAtFront(std::uint64_t table) const STRATA_NO_THREAD_SAFETY_ANALYSIS;
  std::uint64_t DirectFrom(const Tree& tree) const;
  bool MayGoDirectly(const WriteBatch& batch) const;
  // Writes large values of the group to blob files, unless it must sync and has few of them.
  // REQUIRES: the caller is the queue's front.
  Status WriteDirectly(const std::vector<Writer*>& group, bool sync);
  Status AppendDirectly(const wal::BatchEntry& entry, std::string* batch);
  bool IsWorthSync(const std::vector<Writer*>& group) const;
  // Has files that are full finished and synced in the background.
  void FinishFullFiles() STRATA_REQUIRES(mutex_);
  // Makes blobs of the files that `values` has for `tree`, as far as `opened` uses them.
  Status AdoptDirect(const Tree& tree, DirectValues& values, VersionEdit* edit,
                     const std::vector<std::shared_ptr<const Table>>& opened) const;
  Result<std::optional<std::string_view>> RestoreValues(const wal::Record& record,
                                                        std::string* restored)
      STRATA_REQUIRES(mutex_);
  Status RestoreValue(wal::BatchEntry entry, std::string* restored) STRATA_REQUIRES(mutex_);
  Status EndAtMissingValue(LogEnd* end) STRATA_REQUIRES(mutex_);
  Status ReadUnfinished(const blob::Place& place, std::string* value) const;
  Status VerifyPlaces(const wal::Record& record) const;
  // --- blob_files.cc ---
  // From this size on the values of a table live apart; 0: none do.
  std::uint64_t BlobThreshold(const Tree& tree) const;
  Result<std::shared_ptr<const Blob>> OpenBlob(const BlobMeta& meta);
  void DropBlobFiles(const Version& before, const Version& now) STRATA_REQUIRES(mutex_);
  bool IsBlobFileInUse(FileNumber file) const STRATA_REQUIRES(mutex_);
  void AddBlobStats(const Version& version, StoreStats* stats) const;
  static Status VerifyBlobs(const Version& version);
  // --- multi_get.cc ---
  // As MultiGetAt, all keys at the same time.
  Result<std::vector<MultiGetResult>> MultiGetGroup(const ReadPoint& point,
                                                    std::span<const std::string_view> keys,
                                                    const ReadOptions& options,
                                                    ExpiryCheck* expiry);
  Status FetchValues(const ReadState& state, std::span<const std::string_view> keys,
                     std::span<EntryKind> kinds, ExpiryCheck* expiry,
                     std::vector<MultiGetResult>* results);
  // --- blob_collection.cc ---
  struct RunningCollection;
  void ScheduleCollection() STRATA_REQUIRES(mutex_);
  Step CollectionStep(RunningCollection& running);
  Status InstallCollection(const Tree& tree, const compaction::BlobCollection& collection,
                           const std::shared_ptr<const Blob>& copy) STRATA_REQUIRES(mutex_);
  void WaitForBlobSpace() STRATA_REQUIRES(mutex_);
  //@}

  // Constant after construction.
  const Options options_;
  const std::string directory_;
  const OwnerProcess owner_;  //@L03

  // Constant after opening: the files are then those of the directory that was found.
  Environment environment_;
  //@L03{
  // Whoever removes a file later keeps it, too.
  std::shared_ptr<FileSystem> held_directory_;
  //@}
  FileSystem* const outside_;  // Where paths of others are looked up.  //@L20

  // With a synchronisation of their own.
  Counters counters_;
  Histogram log_sync_nanos_;                   //@L12
  std::unique_ptr<EventTrace> events_;         // Null when nobody listens.
  std::unique_ptr<sst::BlockCache> cache_;     //@L08
  std::unique_ptr<BatchReader> batch_reader_;  //@L13
  ReadStateHolder read_state_;
  // Entries up to here are in a memtable or a table and may be read.
  std::atomic<SequenceNumber> visible_sequence_{0};
  //@L14{
  std::shared_ptr<SnapshotList> snapshots_;  // Set while constructing.
  std::shared_ptr<TransactionHome> transactions_ = std::make_shared<TransactionHome>();  //@L16
  // The newest snapshot that tables hold versions for, as of the current version.
  std::atomic<SequenceNumber> held_for_max_{0};
  //@}

  //@L05{
  compaction::TableStore table_store_;  // Set while opening.
  Mutex file_id_mutex_;
  Random file_id_random_ STRATA_GUARDED_BY(file_id_mutex_);
  //@}

  Mutex mutex_;
  Random random_ STRATA_GUARDED_BY(mutex_);
  std::shared_ptr<Tree> tree_ STRATA_GUARDED_BY(mutex_) = std::make_shared<Tree>();
  SequenceNumber last_sequence_ STRATA_GUARDED_BY(mutex_) = 0;
  bool closed_ STRATA_GUARDED_BY(mutex_) = false;
  bool empty_value_deletes_ = false;  // Set while opening.
  // Wall clock of the first write into the memtables.
  std::uint64_t memtable_since_us_ STRATA_GUARDED_BY(mutex_) = 0;  //@L05
  //@L03{
  std::unique_ptr<FileLock> lock_;
  LogFile log_;  // The queue's front owns it; the mutex alone isn't enough.
  Status read_only_ STRATA_GUARDED_BY(mutex_);  // The first failure that ended writing.
  std::uint64_t recovered_entries_ STRATA_GUARDED_BY(mutex_) = 0;
  //@}
  //@L03..05{
  //| FileNumber next_file_ STRATA_GUARDED_BY(mutex_) = 1;
  //@}
  //@L05..05{
  //| std::shared_ptr<const Version> version_ STRATA_GUARDED_BY(mutex_);
  //@}
  //@L06{
  std::unique_ptr<VersionSet> versions_ STRATA_GUARDED_BY(mutex_);
  VersionEdit recovery_edit_ STRATA_GUARDED_BY(mutex_);  // Tables written while replaying.
  std::vector<std::shared_ptr<const Table>> recovery_tables_ STRATA_GUARDED_BY(mutex_);
  //@}
  //@L17{
  // Both change only at the queue's front, which may read them without the mutex.
  std::map<std::uint32_t, std::shared_ptr<Tree>> named_ STRATA_GUARDED_BY(mutex_);
  std::uint32_t next_named_table_ STRATA_GUARDED_BY(mutex_) = 1;
  bool expiry_enabled_ STRATA_GUARDED_BY(mutex_) = false;      // The manifest says so.
  std::uint64_t next_timer_us_ STRATA_GUARDED_BY(mutex_) = 0;  // Wall clock; 0: there is none.
  //@}
  //@L20{
  // The last write when somebody found the store at rest: it is until there is another.
  std::optional<SequenceNumber> rest_sequence_ STRATA_GUARDED_BY(mutex_);
  bool rest_timer_set_ STRATA_GUARDED_BY(mutex_) = false;
  bool switch_wanted_ STRATA_GUARDED_BY(mutex_) = false;  // The next writer switches memtables.
  std::atomic<bool> purge_asked_{false};                  // A job is on its way.
  const std::function<void(std::uint32_t)> many_hidden_ = [this](std::uint32_t table) {
    OnManyHidden({table});
  };
  //@}
  //@L10{
  compaction::Debt compaction_debt_ STRATA_GUARDED_BY(mutex_);
  compaction::TableSet busy_tables_ STRATA_GUARDED_BY(mutex_);
  //@}
  //@L12{
  // Outlives the store: a timer asks it whether the store is still there.
  struct Gate {
    Mutex mutex;
    DbImpl* db STRATA_GUARDED_BY(mutex) = nullptr;
  };
  static DbImpl* EnterGate(Gate& gate);
  void LeaveGate();
  std::shared_ptr<Gate> gate_;
  std::unique_ptr<compaction::RateLimiter> limiter_;
  // Full logs that aren't on the disk yet, oldest first. They go when their memtable is a table,
  // or are sealed before anything newer is synced.
  std::deque<LogFile> retired_logs_ STRATA_GUARDED_BY(mutex_);
  // What replaying has seen; see IsAfterLoss.
  struct Replay {
    SequenceNumber next_sequence = 0;         // After the last record that was put back.
    SequenceNumber next_sequence_before = 0;  // The same when this log began.
    FileNumber previous_log = 0;
    bool previous_unsealed = false;
    bool promised = false;  // A record of this log says that something of it was synced.
    std::optional<FileNumber> lost_after;
    std::uint64_t lost_offset = 0;
    //@L19{
    bool saw_direct = false;       // A record pointed to a value in a blob file.
    std::optional<Error> missing;  // Why a value isn't there; this log ends before its record.
    std::uint64_t missing_at = 0;  // Where that record is.
    //@}
  };
  Replay replay_ STRATA_GUARDED_BY(mutex_);
  std::deque<Writer*> writers_ STRATA_GUARDED_BY(mutex_);
  //@L20{
  // Those of the last group, and who had come meanwhile.
  std::size_t expected_writers_ STRATA_GUARDED_BY(mutex_) = 0;
  std::uint64_t last_sync_nanos_ = 0;  // Changed only at the queue's front.
  //@}
  // The front's own, kept for their memory.
  std::vector<Writer*> group_ STRATA_GUARDED_BY(mutex_);
  std::vector<std::string_view> log_parts_;
  std::deque<Immutable> immutables_ STRATA_GUARDED_BY(mutex_);  // Oldest first.
  bool flush_scheduled_ STRATA_GUARDED_BY(mutex_) = false;
  bool interval_sync_scheduled_ STRATA_GUARDED_BY(mutex_) = false;
  std::uint64_t last_sync_micros_ STRATA_GUARDED_BY(mutex_) = 0;
  std::int64_t stall_owed_us_ STRATA_GUARDED_BY(mutex_) = 0;
  // Why no merge is begun until a timer rings, and how long that was set to.
  std::optional<Error> passing_failure_ STRATA_GUARDED_BY(mutex_);
  std::uint64_t retry_delay_us_ STRATA_GUARDED_BY(mutex_) = 0;
  bool editing_ STRATA_GUARDED_BY(mutex_) = false;  // An edit is being written.
  VersionEdit notes_ STRATA_GUARDED_BY(mutex_);     // About logs; for when it is.
  int running_jobs_ STRATA_GUARDED_BY(mutex_) = 0;
  int running_compactions_ STRATA_GUARDED_BY(mutex_) = 0;
  int compactions_paused_ STRATA_GUARDED_BY(mutex_) = 0;  // By a manual compaction.
  std::atomic<bool> closing_{false};
  //@}
  //@L19{
  std::shared_ptr<DirectValues> direct_ STRATA_GUARDED_BY(mutex_);  // Of log_; front replaces it.
  bool collecting_ STRATA_GUARDED_BY(mutex_) = false;
  compaction::BlobSpace blob_space_ STRATA_GUARDED_BY(mutex_);  // As of the last edit.
  // Of files that no edit names any more but readers have open; their last reader counts down.
  const std::shared_ptr<std::atomic<std::uint64_t>> pinned_blob_bytes_ =
      std::make_shared<std::atomic<std::uint64_t>>(0);
  //@}
};

}  // namespace strata
