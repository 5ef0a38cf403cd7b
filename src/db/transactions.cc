// How a store begins transactions, and how they learn of its end.

#include "db/db_impl.h"

namespace strata {

Result<std::unique_ptr<Transaction>> DbImpl::Begin(const TransactionOptions& options) {
  STRATA_TRY(owner_.Check(directory_));
  if (!transactions_->open) return Error(ErrorCode::kAborted, "the store is closed");
  return std::unique_ptr<Transaction>(
      std::make_unique<TransactionImpl>(*this, transactions_, options));
}

}  // namespace strata
