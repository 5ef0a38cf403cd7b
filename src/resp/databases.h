// The numbered databases of Redis, as tables of a store: 0 is the default table, n is "redis.n". A
// table is made by the first write to it.
//
// Thread safety: any thread; what changes a database is the committer's.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "strata/db.h"

namespace strata::resp {

inline constexpr int kDatabases = 16;

class Databases {
 public:
  // Looks for those that are there. `db` is borrowed.
  explicit Databases(DB& db);

  // Nothing: nobody has written to it yet. REQUIRES, here and below: 0 <= number < kDatabases.
  std::optional<TableRef> Find(int number) const;
  Result<TableRef> FindOrCreate(int number);
  // It has no keys any more.
  Status Clear(int number);

  static std::string NameOf(int number);

 private:
  static constexpr std::uint64_t kNone = ~std::uint64_t{0};
  DB& db_;
  std::array<std::atomic<std::uint64_t>, kDatabases> ids_;
};

}  // namespace strata::resp
