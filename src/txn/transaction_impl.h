// A transaction: a moment to read at, the writes so far, and what must not have changed when they
// are written. It stands on the public face of the store; conditions do the rest at the commit.
//
//   reads     read_set.h, transaction_iterator.h     writes   write_set.h
//   locks     lock_table.h                           checks   changes.h
//
// Thread safety: one thread; TransactionHome: any.

#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "strata/db.h"
#include "strata/transaction.h"
#include "txn/lock_table.h"
#include "txn/read_set.h"
#include "txn/write_set.h"

namespace strata {

// What the transactions of a store share. It outlives the store, so that they notice its end.
struct TransactionHome {
  std::atomic<bool> open{true};
  std::function<Result<bool>(TableRef)> empty_value_deletes;  // Errors: kNotFound.
  std::atomic<TxnId> last_id{0};
  std::shared_ptr<LockTable> locks;
};

class TransactionImpl final : public Transaction {
 public:
  // `db` is used while `home` is open.
  TransactionImpl(DB& db, std::shared_ptr<TransactionHome> home, const TransactionOptions& options);
  ~TransactionImpl() override;

  Result<bool> Get(std::string_view key, std::string* value, const ReadOptions& options) override;
  Result<bool> GetForUpdate(std::string_view key, std::string* value,
                            const ReadOptions& options) override;
  Status Put(std::string_view key, std::string_view value, const EntryOptions& options) override;
  Status Delete(std::string_view key, const EntryOptions& options) override;
  void SetSavepoint() override;
  Result<std::unique_ptr<Iterator>> NewIterator(const ReadOptions& options) override;
  Status RollbackToSavepoint() override;
  Status PopSavepoint() override;
  Result<std::uint64_t> Commit(const WriteOptions& options) override;
  Status Rollback() override;

 private:
  bool takes_locks() const { return options_.concurrency == Concurrency::kPessimistic; }
  bool serializable() const { return options_.isolation == Isolation::kSerializable; }
  // All reads are of the moment at which it began; otherwise each is of its own.
  bool reads_one_moment() const;

  Status CheckUsable() const;
  // Gives locks and snapshot back.
  void End(std::string how);
  Status Lock(TableRef table, std::string_view key, LockMode mode);
  Status AddWrite(TableRef table, std::string_view key, WriteSet::Write write);

  // The moment that a read sees now.
  std::shared_ptr<const Snapshot> Moment();
  // True if the transaction has written the key itself; `found` tells what.
  bool FindOwn(TableRef table, std::string_view key, std::string* value, bool* found) const;
  static Status CheckReadOptions(const ReadOptions& options);
  Result<bool> ReadAt(const std::shared_ptr<const Snapshot>& moment, std::string_view key,
                      std::string* value, ReadOptions options);

  // The writes, and what must not have changed.
  WriteBatch MakeBatch() const;
  bool NeedsChecks() const;
  Error ConflictError(const WriteBatch& batch, const FailedCondition& failed) const;

  DB& db_;
  const std::shared_ptr<TransactionHome> home_;
  const TransactionOptions options_;
  const TxnId id_;
  // The first moment read at. While it is held, nothing that the checks need is forgotten.
  std::shared_ptr<const Snapshot> first_moment_;
  // What it has done in one table.
  struct Part {
    std::shared_ptr<ReadSet> reads = std::make_shared<ReadSet>();
    WriteSet writes;
  };
  // Made when first asked for. Invariant: every part has `savepoints_` savepoints.
  Part& In(TableRef table);
  std::map<TableRef, Part> parts_;
  std::size_t savepoints_ = 0;
  std::string ended_;  // How it ended; empty while it runs.
};

}  // namespace strata
