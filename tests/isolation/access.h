// One transaction on a store, whichever of the store's ways it is done in. The workloads are
// written against this, so that all ways run side by side on the same keys.
//
// Thread safety: none; a transaction belongs to one client.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "isolation/anomaly.h"
#include "strata/db.h"

namespace strata::isolation {

enum class Style : std::uint8_t {
  kOptimistic,   // A transaction that is checked when it commits.
  kPessimistic,  // A transaction that takes locks.
  kConditions,   // Reads of the present, then a batch that requires their versions. No scans.
  kSnapshot,     // Reads at a snapshot; nothing is written.
  kPlain,        // Reads of the present and an atomic batch: only for keys that nobody else writes.
};

using Rows = std::map<std::string, std::string>;
using Found = std::optional<std::string>;

class Access {
 public:
  Access() = default;
  Access(const Access&) = delete;
  Access& operator=(const Access&) = delete;
  virtual ~Access() = default;  // Without a commit nothing was written.

  // Reads see the transaction's own writes.
  virtual Result<Found> Get(const std::string& key) = 0;
  virtual Result<Found> GetForUpdate(const std::string& key) { return Get(key); }
  // What follows is about this table. REQUIRES: kOptimistic, kPessimistic or kSnapshot.
  virtual void Use(TableRef /*table*/) {}

  // [from, to).
  virtual Result<Rows> Scan(const std::string& from, const std::string& to) = 0;
  virtual Status Put(const std::string& key, const std::string& value) = 0;
  virtual Status Delete(const std::string& key) = 0;

  // REQUIRES: kOptimistic or kPessimistic.
  virtual void SetSavepoint() {}
  virtual Status RollbackToSavepoint() { return {}; }

  virtual Status Commit() = 0;
  virtual Status Rollback() { return {}; }
};

// `level` is that of transactions: kStrictSerializable, kStrongSnapshot or kReadCommitted.
Result<std::unique_ptr<Access>> BeginAccess(DB& db, Style style, Level level,
                                            std::uint32_t lock_timeout_ms);

// The error says that another transaction was in the way, and nothing was written.
bool IsConflict(const Error& error);

// All rows in [from, to) that an iterator shows.
Result<Rows> ReadRows(Iterator& iterator);

}  // namespace strata::isolation
