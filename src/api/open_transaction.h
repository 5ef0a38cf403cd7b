// A transaction that a client has open, with a list of what it wrote, for those who watch.
//
// Thread safety: none; one call at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "auth/needs.h"
#include "strata/table_ref.h"
#include "strata/transaction.h"
#include "strata/write_batch.h"

namespace strata::api {

struct KeyChange {
  TableRef table;
  std::string key;
  std::optional<std::string> value;  // Nothing: deleted.
  std::uint64_t expires_at_us = 0;
};

class OpenTransaction {
 public:
  explicit OpenTransaction(std::unique_ptr<Transaction> transaction)
      : transaction_(std::move(transaction)) {}

  // What its writes need: looked at again when it commits. Of those that a savepoint took back,
  // too.
  auth::Needs& needs() { return needs_; }

  // To read. To write, and for savepoints, use what is below.
  Transaction& transaction() { return *transaction_; }

  Status Write(KeyChange change);
  void SetSavepoint();
  Status RollbackToSavepoint();
  Status PopSavepoint();
  // What it wrote, each key once.
  WriteBatch Changes() const;

 private:
  std::unique_ptr<Transaction> transaction_;
  std::vector<KeyChange> changes_;
  auth::Needs needs_;
  std::vector<std::size_t> savepoints_;  // How many changes there were.
};

}  // namespace strata::api
