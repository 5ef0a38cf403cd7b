#include "isolation/access.h"

#include <set>

#include "base/check.h"
#include "strata/transaction.h"

namespace strata::isolation {
namespace {

ReadOptions Range(const std::string& from, const std::string& to) {
  ReadOptions options;
  options.lower = from;
  options.upper = to;
  return options;
}

// What was written and isn't in the store yet.
class Buffer {
 public:
  void Set(const std::string& key, Found value) { rows_[key] = std::move(value); }
  const Found* Find(const std::string& key) const {
    const auto found = rows_.find(key);
    return found == rows_.end() ? nullptr : &found->second;
  }
  void AddTo(WriteBatch* batch) const {
    for (const auto& [key, value] : rows_) value ? batch->Put(key, *value) : batch->Delete(key);
  }

 private:
  std::map<std::string, Found> rows_;
};

class ConditionsAccess final : public Access {
 public:
  explicit ConditionsAccess(DB& db) : db_(db) {}

  Result<Found> Get(const std::string& key) override {
    if (const Found* own = buffer_.Find(key)) return *own;
    STRATA_TRY_ASSIGN(const auto entry, db_.GetEntry(key));
    if (read_.insert(key).second) {
      entry ? batch_.RequireVersion(key, entry->version) : batch_.RequireAbsent(key);
    }
    return entry ? Found(entry->value) : Found();
  }
  Result<Rows> Scan(const std::string& /*from*/, const std::string& /*to*/) override {
    return Error(ErrorCode::kUnsupported, "conditions have no ranges");
  }
  Status Put(const std::string& key, const std::string& value) override {
    buffer_.Set(key, value);
    return {};
  }
  Status Delete(const std::string& key) override {
    buffer_.Set(key, std::nullopt);
    return {};
  }
  Status Commit() override {
    buffer_.AddTo(&batch_);
    STRATA_TRY_ASSIGN(const WriteOutcome outcome, db_.WriteIf(batch_));
    if (outcome.written()) return {};
    return Error(ErrorCode::kConditionFailed, "key " + outcome.failed->key + " has changed");
  }

 private:
  DB& db_;
  WriteBatch batch_;
  std::set<std::string> read_;
  Buffer buffer_;
};

class SnapshotAccess final : public Access {
 public:
  explicit SnapshotAccess(DB& db) : db_(db), snapshot_(db.GetSnapshot()) {}

  Result<Found> Get(const std::string& key) override {
    std::string value;
    ReadOptions options;
    options.snapshot = snapshot_;
    options.table = table_;
    STRATA_TRY_ASSIGN(const bool found, db_.Get(key, &value, options));
    return found ? Found(value) : Found();
  }
  Result<Rows> Scan(const std::string& from, const std::string& to) override {
    ReadOptions options = Range(from, to);
    options.snapshot = snapshot_;
    options.table = table_;
    STRATA_TRY_ASSIGN(const auto iterator, db_.NewIterator(options));
    return ReadRows(*iterator);
  }
  Status Put(const std::string& /*key*/, const std::string& /*value*/) override {
    return Error(ErrorCode::kUnsupported, "a snapshot is for reading");
  }
  Status Delete(const std::string& key) override { return Put(key, ""); }
  Status Commit() override { return {}; }
  void Use(TableRef table) override { table_ = table; }

 private:
  DB& db_;
  const std::shared_ptr<const Snapshot> snapshot_;
  TableRef table_;
};

class PlainAccess final : public Access {
 public:
  explicit PlainAccess(DB& db) : db_(db) {}

  Result<Found> Get(const std::string& key) override {
    if (const Found* own = buffer_.Find(key)) return *own;
    std::string value;
    STRATA_TRY_ASSIGN(const bool found, db_.Get(key, &value));
    return found ? Found(value) : Found();
  }
  Result<Rows> Scan(const std::string& from, const std::string& to) override {
    STRATA_TRY_ASSIGN(const auto iterator, db_.NewIterator(Range(from, to)));
    return ReadRows(*iterator);
  }
  Status Put(const std::string& key, const std::string& value) override {
    buffer_.Set(key, value);
    return {};
  }
  Status Delete(const std::string& key) override {
    buffer_.Set(key, std::nullopt);
    return {};
  }
  Status Commit() override {
    WriteBatch batch;
    buffer_.AddTo(&batch);
    return db_.Write(batch);
  }

 private:
  DB& db_;
  Buffer buffer_;
};

class TransactionAccess final : public Access {
 public:
  explicit TransactionAccess(std::unique_ptr<Transaction> txn) : txn_(std::move(txn)) {}

  Result<Found> Get(const std::string& key) override {
    std::string value;
    STRATA_TRY_ASSIGN(const bool found, txn_->Get(key, &value, {.table = table_}));
    return found ? Found(value) : Found();
  }
  Result<Found> GetForUpdate(const std::string& key) override {
    std::string value;
    STRATA_TRY_ASSIGN(const bool found, txn_->GetForUpdate(key, &value, {.table = table_}));
    return found ? Found(value) : Found();
  }
  Result<Rows> Scan(const std::string& from, const std::string& to) override {
    ReadOptions range = Range(from, to);
    range.table = table_;
    STRATA_TRY_ASSIGN(const auto iterator, txn_->NewIterator(range));
    return ReadRows(*iterator);
  }
  Status Put(const std::string& key, const std::string& value) override {
    return txn_->Put(key, value, {.table = table_});
  }
  Status Delete(const std::string& key) override { return txn_->Delete(key, {.table = table_}); }
  void Use(TableRef table) override { table_ = table; }
  void SetSavepoint() override { txn_->SetSavepoint(); }
  Status RollbackToSavepoint() override { return txn_->RollbackToSavepoint(); }
  Status Commit() override {
    STRATA_TRY(txn_->Commit());
    return {};
  }
  Status Rollback() override { return txn_->Rollback(); }

 private:
  const std::unique_ptr<Transaction> txn_;
  TableRef table_;
};

TransactionOptions OptionsOf(Style style, Level level, std::uint32_t lock_timeout_ms) {
  TransactionOptions options;
  options.concurrency =
      style == Style::kPessimistic ? Concurrency::kPessimistic : Concurrency::kOptimistic;
  options.isolation = level == Level::kReadCommitted    ? Isolation::kReadCommitted
                      : level == Level::kStrongSnapshot ? Isolation::kSnapshot
                                                        : Isolation::kSerializable;
  options.lock_timeout_ms = lock_timeout_ms;
  return options;
}

}  // namespace

Result<std::unique_ptr<Access>> BeginAccess(DB& db, Style style, Level level,
                                            std::uint32_t lock_timeout_ms) {
  if (style == Style::kOptimistic || style == Style::kPessimistic) {
    STRATA_TRY_ASSIGN(auto txn, db.Begin(OptionsOf(style, level, lock_timeout_ms)));
    return std::unique_ptr<Access>(new TransactionAccess(std::move(txn)));
  }
  if (style == Style::kConditions) return std::unique_ptr<Access>(new ConditionsAccess(db));
  if (style == Style::kSnapshot) return std::unique_ptr<Access>(new SnapshotAccess(db));
  STRATA_CHECK(style == Style::kPlain);
  return std::unique_ptr<Access>(new PlainAccess(db));
}

bool IsConflict(const Error& error) {
  return error.code() == ErrorCode::kConflict || error.code() == ErrorCode::kConditionFailed ||
         error.code() == ErrorCode::kDeadlock || error.code() == ErrorCode::kTimedOut;
}

Result<Rows> ReadRows(Iterator& iterator) {
  Rows rows;
  for (Status moved = iterator.SeekToFirst();; moved = iterator.Next()) {
    STRATA_TRY(moved);
    if (!iterator.Valid()) return rows;
    rows.emplace_hint(rows.end(), iterator.key(), iterator.value());
  }
}

}  // namespace strata::isolation
