// Reads and writes that happen as if nothing else did: see Isolation for what that covers.
//
//   STRATA_TRY_ASSIGN(auto txn, db->Begin({}));
//   std::string balance;
//   STRATA_TRY(txn->Get("alice", &balance));
//   STRATA_TRY(txn->Put("alice", Less(balance, 20)));
//   if (auto done = txn->Commit(); !done) ...  // kConflict: begin again.
//
// Nothing is written before Commit; a transaction that isn't committed leaves no trace. The store
// must be open: once it is closed, each call fails with kAborted.
// Thread safety: one thread a transaction; any number of transactions.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "strata/iterator.h"
#include "strata/options.h"
#include "strata/status.h"
#include "strata/table_ref.h"

namespace strata {

enum class Concurrency : std::uint8_t {
  kOptimistic,   // Nobody waits; a conflict is found when the later one commits.
  kPessimistic,  // Locks on keys: a conflict makes the later one wait. Range reads are checked at
                 // the commit, and so is everything against writers that take no locks.
};

enum class Isolation : std::uint8_t {
  // As if transactions ran one after the other, in the order in which they end. Covers ranges.
  kSerializable,
  // All reads are of one moment, and no key that it wrote was written by another since. Two that
  // read what the other writes may both commit (write skew).
  kSnapshot,
  // Each read is of its own moment; nothing that isn't committed is seen.
  kReadCommitted,
};

struct TransactionOptions {
  Concurrency concurrency = Concurrency::kOptimistic;
  Isolation isolation = Isolation::kSerializable;
  // How long to wait for one lock; 0 doesn't wait.
  std::uint32_t lock_timeout_ms = 1000;
};

class Transaction {
 public:
  Transaction() = default;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  virtual ~Transaction() = default;  // Rolls back, unless committed.

  // Errors of all that may take a lock: kTimedOut, after which the transaction goes on as before
  // the call; kDeadlock, naming the circle of waiters: it has been rolled back, begin again.

  // As DB::Get, and sees the transaction's own writes.
  // `options` (here and below) may name a table; its snapshot must be null. Errors: kNotFound for a
  // table that isn't there (any more).
  virtual Result<bool> Get(std::string_view key, std::string* value,
                           const ReadOptions& options) = 0;
  Result<bool> Get(std::string_view key, std::string* value) {
    return Get(key, value, ReadOptions{});
  }
  // As Get, for what will be written because of it: under every isolation level the commit fails if
  // another one writes the key in between.
  virtual Result<bool> GetForUpdate(std::string_view key, std::string* value,
                                    const ReadOptions& options) = 0;
  Result<bool> GetForUpdate(std::string_view key, std::string* value) {
    return GetForUpdate(key, value, ReadOptions{});
  }

  // An expiry counts from the commit on; before it, the transaction sees what it wrote.
  virtual Status Put(std::string_view key, std::string_view value, const EntryOptions& options) = 0;
  Status Put(std::string_view key, std::string_view value) {
    return Put(key, value, EntryOptions{});
  }
  virtual Status Delete(std::string_view key, const EntryOptions& options) = 0;
  Status Delete(std::string_view key) { return Delete(key, EntryOptions{}); }

  // As DB::NewIterator with the transaction's own writes merged in, as they are now. What it walks
  // over counts as read, between the keys too. `options.snapshot` must be null. The transaction and
  // the store must outlive it.
  virtual Result<std::unique_ptr<Iterator>> NewIterator(const ReadOptions& options) = 0;

  // Marks the writes so far. RollbackToSavepoint undoes those since the last mark and removes it;
  // PopSavepoint removes the mark alone. What was read stays read, and locks stay held.
  // Errors: kNotFound when there is no mark.
  virtual void SetSavepoint() = 0;
  virtual Status RollbackToSavepoint() = 0;
  virtual Status PopSavepoint() = 0;

  // All of its writes, or none. The version of its last write; 0 if it wrote nothing. Either way
  // the transaction is over.
  // Errors: kConflict, naming the key: nothing was written. An optimistic transaction that wrote
  // nothing never gets it.
  // kNotFound when a table that it wrote to, or must check, was dropped: nothing was written.
  virtual Result<std::uint64_t> Commit(const WriteOptions& options) = 0;
  Result<std::uint64_t> Commit() { return Commit(WriteOptions{}); }

  // Forgets the writes and gives the locks back.
  virtual Status Rollback() = 0;
};

}  // namespace strata
