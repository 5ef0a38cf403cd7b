// The little of a store that transactions use, in memtables: reads at a snapshot, and writes whose
// conditions aren't judged but told. What a store answers to a commit a test says beforehand.
//
// Thread safety: none.

#pragma once

#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "iter/visible_iterator.h"
#include "memtable/memtable.h"
#include "read/read_bounds.h"
#include "stats/counters.h"
#include "stats/histogram.h"
#include "strata/db.h"
#include "testing/results.h"
#include "txn/batch_text.h"

namespace strata {

class MemoryDb final : public DB {
 public:
  // Somebody else's write.
  void Set(std::string_view key, std::string_view value) {
    memtable_.Add(++last_, EntryKind::kValue, key, value);
  }

  // The batches that were written, as text.
  std::vector<std::string> commits;
  // What the next WriteIf answers, and WriteIf after it: the condition that failed, or an error.
  std::optional<FailedCondition> failed;
  std::optional<Error> error;
  int reads = 0;
  int snapshots = 0;       // Taken so far.
  int snapshots_held = 0;  // Now.

  Result<WriteOutcome> WriteIf(const WriteBatch& batch, const WriteOptions&) override {
    if (error) return *error;
    if (failed) return WriteOutcome{.failed = failed};
    commits.push_back(BatchText(batch));
    last_ += batch.count();
    return WriteOutcome{.version = last_};
  }
  Result<bool> Get(std::string_view key, std::string* value, const ReadOptions& options) override {
    ++reads;
    const auto found = memtable_.Get(key, SequenceOf(options));
    if (!found) return false;
    value->assign(found->value);
    return true;
  }
  std::shared_ptr<const Snapshot> GetSnapshot() override {
    ++snapshots;
    return std::make_shared<const Moment>(last_, &snapshots_held);
  }
  Result<std::unique_ptr<Iterator>> NewIterator(const ReadOptions& options) override {
    VisibleIteratorOptions visible = BoundsOf(options);
    visible.sequence = SequenceOf(options);
    return std::unique_ptr<Iterator>(
        NewVisibleIterator(memtable_.NewIterator(), std::move(visible)));
  }

  // --- what no transaction asks for ---
  Status Write(const WriteBatch&, const WriteOptions&) override { std::abort(); }
  Result<std::optional<Entry>> GetEntry(std::string_view, const ReadOptions&) override {
    std::abort();
  }
  Result<std::vector<MultiGetResult>> MultiGet(std::span<const std::string_view>,
                                               const ReadOptions&) override {
    std::abort();
  }
  Result<bool> TraceGet(std::string_view, std::string*, ReadTrace*) override { std::abort(); }
  Result<std::unique_ptr<Transaction>> Begin(const TransactionOptions&) override { std::abort(); }
  Result<std::vector<MultiGetResult>> MultiGet(std::span<const TableKey>,
                                               const ReadOptions&) override {
    std::abort();
  }
  Result<TableRef> CreateTable(std::string_view, const TableOptions&) override { std::abort(); }
  Result<std::vector<TableRef>> CreateTables(std::span<const std::string>,
                                             const TableOptions&) override {
    std::abort();
  }
  Status DropTable(std::string_view) override { std::abort(); }
  Status TruncateTable(std::string_view) override { std::abort(); }
  Result<TableRef> FindTable(std::string_view) override { std::abort(); }
  std::vector<TableInfo> ListTables() override { std::abort(); }
  Status CompactTable(TableRef, std::optional<std::string>, std::optional<std::string>) override {
    std::abort();
  }
  Status Flush() override { std::abort(); }
  Status CompactRange(std::optional<std::string>, std::optional<std::string>) override {
    std::abort();
  }
  Status WaitForCompactions() override { std::abort(); }
  Status Sync() override { std::abort(); }
  Result<CheckpointInfo> Checkpoint(const std::string&) override { std::abort(); }
  std::uint64_t DurableVersion() override { std::abort(); }
  void WhenDurable(std::uint64_t, std::function<void(const Status&)>) override { std::abort(); }
  Status WaitDurable(std::uint64_t) override { std::abort(); }
  Result<WriteOutcome> Apply(TableRef, const WriteBatch&, const Applied&) override { std::abort(); }
  Result<AppliedIndex> AppliedIndexOf(TableRef) override { std::abort(); }
  Status VerifyAll() override { std::abort(); }
  Result<ScrubReport> Scrub() override { std::abort(); }
  Status Close() override { std::abort(); }
  StoreStats Stats() override { std::abort(); }
  Counters& counters() override { std::abort(); }
  const Histogram& LogSyncTimes() const override { std::abort(); }

 private:
  class Moment final : public Snapshot {
   public:
    Moment(SequenceNumber sequence, int* held) : sequence_(sequence), held_(held) { ++*held_; }
    ~Moment() override { --*held_; }
    std::uint64_t sequence() const override { return sequence_; }

   private:
    const SequenceNumber sequence_;
    int* const held_;
  };

  SequenceNumber SequenceOf(const ReadOptions& options) const {
    return options.snapshot == nullptr ? last_ : options.snapshot->sequence();
  }

  MemTable memtable_{1};
  SequenceNumber last_ = 0;
};

}  // namespace strata
