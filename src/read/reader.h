// Reads of a store: what readers see is published here, and every lookup and every cursor takes it
// from here, without a lock that a writer could hold.
//
//   reader.cc        how a key is found
//   multi_get.cc     many keys at once
//   snapshots.h      moments that are held
//   changes.h        what was written since
//   blob_iterator.h  values read ahead
//   scan_iterator.h  cursors made for speed
//
// Thread safety: any thread; Publish and Show by one at a time.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/batch_reader.h"
#include "io/clock.h"
#include "io/executor.h"
#include "read/expiry_check.h"
#include "read/read_state.h"
#include "read/snapshots.h"
#include "stats/counters.h"
#include "strata/db.h"

namespace strata {

// What a reader is given; all must outlive it.
struct ReaderContext {
  Counters& counters;
  Clock& clock;
  Executor& executor;
  std::shared_ptr<SnapshotList> snapshots;
  // Hears of a table of which a read passed over many deletes, in any thread.
  std::function<void(std::uint32_t)> many_hidden = {};
};

class Reader {
 public:
  explicit Reader(const ReaderContext& context);

  // --- what readers see ---
  // From now on the memtables and tables of `state`.
  void Publish(const ReadState& state) { state_.Set(state); }
  // From now on entries up to `sequence`. REQUIRES: they are in the state that is published.
  void Show(SequenceNumber sequence) { shown_.store(sequence, std::memory_order_release); }
  std::shared_ptr<const ReadState> state() const { return state_.Get(); }
  ReadPoint Now() const;
  // The moment and the table that the options name, once they name any.
  // Errors: kInvalidArgument for a snapshot of another store; kNotFound for the table.
  Result<ReadPoint> At(const ReadOptions& options) const;
  // Of a table, as readers see it; empty when it isn't there.
  std::shared_ptr<const Version> VersionOf(std::uint32_t table) const;
  std::shared_ptr<const Snapshot> GetSnapshot();
  SnapshotList& snapshots() { return *snapshots_; }

  // --- reads, as strata/db.h says ---
  Result<bool> Get(std::string_view key, std::string* value, const ReadOptions& options);
  Result<std::unique_ptr<Iterator>> NewIterator(const ReadOptions& options);
  Result<bool> TraceGet(std::string_view key, std::string* value, ReadTrace* trace);
  Result<std::vector<MultiGetResult>> MultiGet(std::span<const std::string_view> keys,
                                               const ReadOptions& options);
  Result<std::optional<Entry>> GetEntry(std::string_view key, const ReadOptions& options);
  Result<std::optional<Entry>> FindEntry(const ReadPoint& point, std::string_view key,
                                         const ReadOptions& options);
  Result<std::vector<MultiGetResult>> MultiGet(std::span<const TableKey> keys,
                                               const ReadOptions& options);
  // From all tables' state to one table's. Errors: kNotFound.
  static Status MoveTo(TableRef table, ReadPoint* point);

 private:
  // Null: it stays.
  Status MoveTo(const std::shared_ptr<const Snapshot>& snapshot, ReadPoint* point) const;
  Status MoveTo(const Snapshot& snapshot, ReadPoint* point) const;
  // What a lookup tells besides a value; each may be null.
  struct LookupExtras {
    ReadTrace* trace = nullptr;
    SequenceNumber* version = nullptr;  // Gets the sequence of the entry found.
    ExpiryCheck* expiry = nullptr;
    EntryKind* pointer = nullptr;  // Gets the kind of a pointer, which is left as it is.
  };
  Result<bool> FindKey(std::string_view key, const ReadOptions& options, std::string* value,
                       const LookupExtras& extras);
  Result<bool> FindKeyIn(const ReadPoint& point, std::string_view key, const ReadOptions& options,
                         std::string* value, const LookupExtras& extras);
  // Turns what a memtable knows of a key into the answer.
  Result<bool> Answer(const ReadState& state, const FoundEntry& found, std::string_view key,
                      std::string* value, const LookupExtras& extras) const;
  // The same for what a table knows. `expiry` may be null.
  Result<bool> IsLive(EntryKind kind, std::string_view key, std::string* value,
                      ExpiryCheck* expiry) const;
  // Brings the blocks that lookups of these keys will read into the cache, all at once.
  Status PrefetchBlocks(const ReadPoint& point, std::span<const std::string_view> keys,
                        const ReadOptions& options);
  Result<std::vector<MultiGetResult>> MultiGetAt(const ReadPoint& point,
                                                 std::span<const std::string_view> keys,
                                                 const ReadOptions& options, ExpiryCheck* expiry);
  // As MultiGetAt, all keys at the same time.
  Result<std::vector<MultiGetResult>> MultiGetGroup(const ReadPoint& point,
                                                    std::span<const std::string_view> keys,
                                                    const ReadOptions& options,
                                                    ExpiryCheck* expiry);
  Status FetchValues(const ReadState& state, std::span<const std::string_view> keys,
                     std::span<EntryKind> kinds, ExpiryCheck* expiry,
                     std::vector<MultiGetResult>* results);

  Counters& counters_;
  Clock& clock_;
  const std::unique_ptr<BatchReader> batch_reader_;
  const std::shared_ptr<SnapshotList> snapshots_;
  const std::function<void(std::uint32_t)> many_hidden_;
  ReadStateHolder state_;
  // Entries up to here are in a memtable or a table and may be read.
  std::atomic<SequenceNumber> shown_;
};

}  // namespace strata
