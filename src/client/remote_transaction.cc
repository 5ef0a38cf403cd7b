#include "client/remote_transaction.h"

#include "client/remote_iterator.h"

namespace strata::client {
namespace {

class RemoteTransaction final : public Transaction {
 public:
  RemoteTransaction(std::unique_ptr<HeldTransaction> held, TableNames& names)
      : held_(std::move(held)), names_(names) {}

  Result<bool> Get(std::string_view key, std::string* value, const ReadOptions& options) override {
    STRATA_TRY_ASSIGN(const std::string table, names_.NameOf(options.table));
    return Copy(held_->Get(key, table), value);
  }
  Result<bool> GetForUpdate(std::string_view key, std::string* value,
                            const ReadOptions& options) override {
    STRATA_TRY_ASSIGN(const std::string table, names_.NameOf(options.table));
    return Copy(held_->GetForUpdate(key, table), value);
  }

  Status Put(std::string_view key, std::string_view value, const EntryOptions& options) override {
    STRATA_TRY(savepoint_);
    STRATA_TRY_ASSIGN(const std::string table, names_.NameOf(options.table));
    return held_->Put(key, value, {.table = table, .expires_at_us = options.expires_at_us});
  }
  Status Delete(std::string_view key, const EntryOptions& options) override {
    STRATA_TRY(savepoint_);
    STRATA_TRY_ASSIGN(const std::string table, names_.NameOf(options.table));
    return held_->Delete(key, table);
  }

  Result<std::unique_ptr<Iterator>> NewIterator(const ReadOptions& options) override {
    STRATA_TRY_ASSIGN(const std::string table, names_.NameOf(options.table));
    return NewRemoteIterator(held_->NewPages(table), options);
  }

  // Its failure is told by the next step, as it can't tell itself.
  void SetSavepoint() override {
    if (savepoint_) savepoint_ = held_->SetSavepoint();
  }
  Status RollbackToSavepoint() override {
    STRATA_TRY(savepoint_);
    return held_->RollbackToSavepoint();
  }
  Status PopSavepoint() override {
    STRATA_TRY(savepoint_);
    return held_->PopSavepoint();
  }

  Result<std::uint64_t> Commit(const WriteOptions& /*options*/) override {
    STRATA_TRY(savepoint_);
    const WriteResult result = held_->Commit();
    if (result.outcome == Outcome::kUnknown) {
      return Error(ErrorCode::kUnavailable,
                   "it isn't known whether the transaction was committed: " +
                       result.error.error().message());
    }
    STRATA_TRY(result.error);
    return result.sequence;
  }
  Status Rollback() override { return held_->Rollback(); }

 private:
  static Result<bool> Copy(Result<std::optional<Entry>> found, std::string* value) {
    STRATA_TRY(found);
    if (*found) *value = std::move((*found)->value);
    return found->has_value();
  }

  const std::unique_ptr<HeldTransaction> held_;
  TableNames& names_;
  Status savepoint_;
};

}  // namespace

std::unique_ptr<Transaction> NewRemoteTransaction(std::unique_ptr<HeldTransaction> held,
                                                  TableNames& names) {
  return std::make_unique<RemoteTransaction>(std::move(held), names);
}

}  // namespace strata::client
