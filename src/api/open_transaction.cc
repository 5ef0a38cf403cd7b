#include "api/open_transaction.h"

#include <map>
#include <string_view>
#include <utility>

namespace strata::api {

Status OpenTransaction::Write(KeyChange change) {
  const EntryOptions options{.table = change.table, .expires_at_us = change.expires_at_us};
  STRATA_TRY(change.value ? transaction_->Put(change.key, *change.value, options)
                          : transaction_->Delete(change.key, options));
  changes_.push_back(std::move(change));
  return {};
}

void OpenTransaction::SetSavepoint() {
  transaction_->SetSavepoint();
  savepoints_.push_back(changes_.size());
}

Status OpenTransaction::RollbackToSavepoint() {
  STRATA_TRY(transaction_->RollbackToSavepoint());
  changes_.resize(savepoints_.back());
  savepoints_.pop_back();
  return {};
}

Status OpenTransaction::PopSavepoint() {
  STRATA_TRY(transaction_->PopSavepoint());
  savepoints_.pop_back();
  return {};
}

// Of each key the last one alone: that is what was written.
WriteBatch OpenTransaction::Changes() const {
  std::map<std::pair<TableRef, std::string_view>, const KeyChange*> last;
  for (const KeyChange& change : changes_) last[{change.table, change.key}] = &change;
  WriteBatch batch;
  for (const auto& [place, change] : last) {
    const EntryOptions options{.table = change->table, .expires_at_us = change->expires_at_us};
    if (change->value) {
      batch.Put(change->key, *change->value, options);
    } else {
      batch.Delete(change->key, options);
    }
  }
  return batch;
}

}  // namespace strata::api
