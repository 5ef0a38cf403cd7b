// A store: an ordered map from keys to values, both any bytes, that survives crashes.
//
//   STRATA_TRY_ASSIGN(auto db, strata::DB::Open({}, "/var/lib/example"));
//   STRATA_TRY(db->Put("key", "value"));
//   std::string value;
//   STRATA_TRY_ASSIGN(bool found, db->Get("key", &value));
//
// Limits: keys 0 to 65,536 bytes, values 0 to kValueSizeMax; past them kInvalidArgument, nothing
// written.
// Thread safety: any thread may call any member; destroy or Close it when no call is running and
// all iterators are gone.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "strata/backup.h"
#include "strata/conditions.h"
#include "strata/damage.h"
#include "strata/iterator.h"
#include "strata/options.h"
#include "strata/snapshot.h"
#include "strata/status.h"
#include "strata/table.h"
#include "strata/transaction.h"
#include "strata/write_batch.h"

namespace strata {

class Counters;
class Histogram;
class ReadTrace;

inline constexpr std::uint64_t kKeySizeMax = 65'536;
// 8 less in a batch of which an entry expires.
inline constexpr std::uint64_t kValueSizeMax = (4ULL << 30) - 1;

// One line of the tree's shape: a level, or all of it.
struct LevelShape {
  std::uint32_t level = 0;
  std::uint64_t runs = 0;
  std::uint64_t tables = 0;
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
  std::uint64_t deletes = 0;
  std::uint64_t raw_bytes = 0;  // Keys and values before compression.
};

// What `strata stats` prints.
struct StoreStats {
  std::uint64_t memtable_bytes = 0;
  std::uint64_t memtable_entries = 0;
  std::uint64_t last_sequence = 0;
  std::uint64_t log_bytes = 0;
  std::uint64_t recovered_entries = 0;
  std::vector<LevelShape> levels;
  std::uint64_t immutable_memtables = 0;
  std::uint64_t writers_queued = 0;  // The one that leads included.
  std::uint64_t cache_bytes = 0;
  std::uint64_t cache_capacity = 0;
  std::uint64_t compaction_debt_bytes = 0;
  std::uint64_t blob_files = 0;
  std::uint64_t blob_bytes = 0;                // Of these files.
  std::uint64_t blob_live_bytes = 0;           // In use by tables, about.
  std::uint64_t blob_pinned_bytes = 0;         // Files of the past that readers still have open.
  std::uint64_t snapshots = 0;                 // That somebody holds.
  std::uint64_t oldest_snapshot_sequence = 0;  // 0 when there are none.
  // Entries of tables that are there for snapshots alone; older ones of the memtable don't count.
  std::uint64_t versions_held = 0;
  std::uint64_t versions_held_bytes = 0;  // Of keys and values.
  std::uint64_t versions_released = 0;    // Their snapshots are gone: compaction will drop them.
  std::uint64_t versions_released_bytes = 0;
  std::vector<TableInfo> tables;        // The default one first.
  std::uint64_t index_bytes_saved = 0;  // By learned indexes, over all tables.
  std::string read_only_cause;          // Empty while the store takes writes.
  std::string waiting_cause;            // Why flushes or merges wait, to be tried again; or empty.
  std::string store_id;                 // 16 bytes, drawn when the store was made.
  std::vector<Damage> damage;           // What is known not to be whole; see damage.h.
  ScrubProgress scrub;
};

// The answer for one key of a MultiGet.
struct MultiGetResult {
  bool found = false;
  std::string value;
};

// What a checkpoint holds.
struct CheckpointInfo {
  std::uint64_t files = 0;  // Tables and blob files.
  std::uint64_t bytes = 0;
  std::uint64_t linked_bytes = 0;  // Of these, shared with the store; the others were copied.
};

class DB {
 public:
  // Opens the store in `directory`, creating it (mode 0700) unless the options forbid. Recovers
  // every acknowledged write, or says what is damaged and how to go on.
  // Errors: kBusy when another process or handle has it open; kCorruption; kNotFound;
  // kInvalidArgument naming the option; kIo.
  static Result<std::unique_ptr<DB>> Open(const Options& options, const std::string& directory);

  DB() = default;
  DB(const DB&) = delete;
  DB& operator=(const DB&) = delete;
  virtual ~DB() = default;  // Closes, ignoring errors.

  // Writes are acknowledged when they return; see Options::sync for what that promises.
  Status Put(std::string_view key, std::string_view value, const WriteOptions& options = {});
  Status Delete(std::string_view key, const WriteOptions& options = {});
  // All of the batch, or none of it.
  virtual Status Write(const WriteBatch& batch, const WriteOptions& options) = 0;
  Status Write(const WriteBatch& batch) { return Write(batch, WriteOptions{}); }

  // As Write, if all of the batch's conditions hold; otherwise nothing happens, and the outcome
  // says which was the first that doesn't and what is there. (Write makes an error of that:
  // kConditionFailed.)
  virtual Result<WriteOutcome> WriteIf(const WriteBatch& batch, const WriteOptions& options) = 0;
  Result<WriteOutcome> WriteIf(const WriteBatch& batch) { return WriteIf(batch, WriteOptions{}); }

  // WriteIf for one key.
  Result<WriteOutcome> PutIfAbsent(std::string_view key, std::string_view value,
                                   const WriteOptions& options = {});
  Result<WriteOutcome> UpdateIfExists(std::string_view key, std::string_view value,
                                      const WriteOptions& options = {});
  Result<WriteOutcome> DeleteIfExists(std::string_view key, const WriteOptions& options = {});
  Result<WriteOutcome> CompareAndSwap(std::string_view key, std::string_view expected,
                                      std::string_view value, const WriteOptions& options = {});
  Result<WriteOutcome> CompareAndSwapVersion(std::string_view key, std::uint64_t version,
                                             std::string_view value,
                                             const WriteOptions& options = {});

  // True and the value in `*value` (whose memory is reused), or false when the key isn't there.
  virtual Result<bool> Get(std::string_view key, std::string* value,
                           const ReadOptions& options) = 0;
  Result<bool> Get(std::string_view key, std::string* value) {
    return Get(key, value, ReadOptions{});
  }

  // The value with its version, or nothing when the key isn't there.
  virtual Result<std::optional<Entry>> GetEntry(std::string_view key,
                                                const ReadOptions& options) = 0;
  Result<std::optional<Entry>> GetEntry(std::string_view key) {
    return GetEntry(key, ReadOptions{});
  }

  // As Get for each key, all at one instant, with the reads of the disk under way at once.
  virtual Result<std::vector<MultiGetResult>> MultiGet(std::span<const std::string_view> keys,
                                                       const ReadOptions& options) = 0;
  // Keys of several tables, all at one instant.
  virtual Result<std::vector<MultiGetResult>> MultiGet(std::span<const TableKey> keys,
                                                       const ReadOptions& options) = 0;
  // As Get, and tells step by step what was touched.
  virtual Result<bool> TraceGet(std::string_view key, std::string* value, ReadTrace* trace) = 0;

  // Pins the store as it is now; see snapshot.h. O(1), and so is letting go.
  virtual std::shared_ptr<const Snapshot> GetSnapshot() = 0;

  // A transaction; see transaction.h. It must not be used after the store is gone.
  virtual Result<std::unique_ptr<Transaction>> Begin(const TransactionOptions& options) = 0;
  Result<std::unique_ptr<Transaction>> Begin() { return Begin(TransactionOptions{}); }
  // Makes an empty table; durable when it returns. Errors: kInvalidArgument for a name that is
  // taken or not allowed, or options that make no sense.
  virtual Result<TableRef> CreateTable(std::string_view name, const TableOptions& options) = 0;
  // Several at once, all or none: one sync of the disk makes them all durable.
  virtual Result<std::vector<TableRef>> CreateTables(std::span<const std::string> names,
                                                     const TableOptions& options) = 0;
  // Drops a table and all that is in it; durable when it returns, with all that was written before
  // it, to whatever table. Its files go at once, or with the last iterator that reads them. Errors:
  // kNotFound; kInvalidArgument for the default table.
  virtual Status DropTable(std::string_view name) = 0;
  // Takes all that is in a table away at once; durable when it returns, with all that was written
  // before it, to whatever table. The table keeps its name, options and reference; it may be the
  // default one. A write is before or after: gone, or in the empty table. Open iterators read on, a
  // snapshot doesn't hold what was there, and a transaction that has read it before fails with
  // kConflict. Who watches changes isn't told of each key. Errors: kNotFound; kInvalidArgument for
  // a replicated table, whose entries another log keeps.
  virtual Status TruncateTable(std::string_view name) = 0;
  // Errors: kNotFound.
  virtual Result<TableRef> FindTable(std::string_view name) = 0;
  // By name, the default table first.
  virtual std::vector<TableInfo> ListTables() = 0;
  // CompactRange for one table.
  virtual Status CompactTable(TableRef table, std::optional<std::string> from,
                              std::optional<std::string> to) = 0;

  // --- replicated tables: docs/adr/0023-entries-that-another-log-keeps.md ---
  // Puts an entry of the log that brings a replicated table's entries into the table, and not into
  // the store's own log: after a crash the table is as of AppliedIndexOf().durable, and the caller
  // applies the entries after it anew. The same entries give the same contents in any store. The
  // conditions of the batch, and times to live, go by the entry's clock, or that of an earlier
  // entry if it is later. The index goes forward as well when a condition fails, which the outcome
  // tells, and by a batch without entries; gaps are fine. An index that was applied before changes
  // nothing (WriteOutcome::repeated). One call at a time for each table.
  // Errors, all leaving the index as it is: kInvalidArgument when the table isn't replicated, for
  // index or clock 0, entries or conditions of other tables, or conditions on versions, which are
  // each store's own; kNotFound; kBusy while another entry of the table is applied; kReadOnly.
  virtual Result<WriteOutcome> Apply(TableRef table, const WriteBatch& batch,
                                     const Applied& at) = 0;
  // Errors: kNotFound; kInvalidArgument when the table isn't replicated. Flush makes what is
  // applied durable; Sync and WhenDurable are about the store's log, and do nothing for it.
  virtual Result<AppliedIndex> AppliedIndexOf(TableRef table) = 0;

  // A cursor over the store as it is now; later writes don't change it. The store must outlive it.
  virtual Result<std::unique_ptr<Iterator>> NewIterator(const ReadOptions& options) = 0;

  // Writes the memtable out as a table; returns when it is durable.
  virtual Status Flush() = 0;
  // Merges everything between the keys (empty bounds: all) down to the bottom, so that deleted and
  // shadowed entries there are gone. Flushes first.
  virtual Status CompactRange(std::optional<std::string> from, std::optional<std::string> to) = 0;
  // Returns when no flush or compaction is due.
  // Who waits finds the store at rest: what Options::rest_us would begin is done, too.
  virtual Status WaitForCompactions() = 0;
  // Makes every acknowledged write durable, whatever the sync mode.
  virtual Status Sync() = 0;
  // A write is told in two steps: it is visible when it returns, with a version (WriteOutcome), and
  // durable once this has come as far. Never more than is true; see WhenDurable.
  virtual std::uint64_t DurableVersion() = 0;
  // Calls `told` once, in some thread that may belong to the store: with success when every write
  // up to `version` is durable, or with the error that prevents it. It asks for a sync; those who
  // ask while one is under way share the next. `told` must return soon, as it runs on a thread that
  // merges, and must not call the store.
  virtual void WhenDurable(std::uint64_t version, std::function<void(const Status&)> told) = 0;
  // Returns when every write up to `version` is durable.
  virtual Status WaitDurable(std::uint64_t version) = 0;
  // Makes `directory`, which must be empty or not there, a store of its own with all that was
  // acknowledged before. Writers go on meanwhile; what they write is in it or not. Tables are
  // linked where the file system can, so it takes little room and time. Flushes first. Errors:
  // kInvalidArgument when something is in the directory; after any error nothing is left of it.
  virtual Result<CheckpointInfo> Checkpoint(const std::string& directory) = 0;
  // Adds a backup of the store to the repository in `directory`, which is made if need be: of one
  // moment, with all that was acknowledged before the call, beside the writers. Files that the
  // repository has are not copied again; the others are checked block by block first. Flushes.
  // Errors: kCorruption naming the file of this store that is damaged; kBusy while another backup
  // is written there. After an error no backup is there that wasn't before. See backup.h for the
  // way back.
  virtual Result<BackupInfo> Backup(const std::string& /*directory*/,
                                    const BackupOptions& /*options*/) {
    return Error(ErrorCode::kUnsupported, "this store can't be backed up from here");
  }
  // Makes what was written durable, and stores the part of it that is still in logs, and that the
  // repository hasn't got, there. Flushes nothing. Between two calls, and backups, no more may be
  // written than fits a memtable, or there is a hole, which the answer tells.
  virtual Result<ShippedLogs> ShipLogs(const std::string& /*directory*/) {
    return Error(ErrorCode::kUnsupported, "this store can't be backed up from here");
  }
  // Reads and checks every byte of every table, log and manifest; the first damage is the error.
  virtual Status VerifyAll() = 0;
  // Reads every byte that is live now, from the disk, and tells all that isn't whole: what the
  // scrubber does in the background (Options::scrub_period_s), at once and as fast as it can.
  // Damage is no error here.
  virtual Result<ScrubReport> Scrub() = 0;

  // Syncs, ends the log and lets go of the directory. Later calls fail with kAborted. Errors:
  // kReadOnly with its cause when the store had stopped taking writes; it is closed all the same.
  virtual Status Close() = 0;

  virtual StoreStats Stats() = 0;
  virtual Counters& counters() = 0;
  // How long syncs of the log took since the store was opened, in nanoseconds.
  virtual const Histogram& LogSyncTimes() const = 0;
};

}  // namespace strata
