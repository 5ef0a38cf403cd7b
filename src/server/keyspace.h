// What requests see of a store, and change in it: tables of keys as of one moment. There is one for
// reads alone (readers), and one in which the committer drafts what it is about to write (Draft).
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "strata/conditions.h"
#include "strata/iterator.h"
#include "strata/options.h"
#include "strata/table_ref.h"

namespace strata::server {

class Keyspace {
 public:
  Keyspace() = default;
  Keyspace(const Keyspace&) = delete;
  Keyspace& operator=(const Keyspace&) = delete;
  virtual ~Keyspace() = default;

  // Of the moment that it shows: what expires by then is not there.
  virtual std::uint64_t now_us() const = 0;

  // Nothing: the key isn't there. The version of an entry that isn't written yet is kUnwritten.
  // Errors: those of DB::Get; kWouldWait where it may not wait for the disk.
  static constexpr std::uint64_t kUnwritten = ~std::uint64_t{0};
  virtual Result<std::optional<Entry>> Get(TableRef table, std::string_view key) = 0;
  // A cursor that goes forwards only, over all but what has expired. Bounds: a prefix.
  virtual Result<std::unique_ptr<Iterator>> NewIterator(const ReadOptions& options) = 0;

  // `expires_at_us`: 0: never. Errors: the reason why nothing can be written now.
  virtual Status Put(TableRef table, std::string_view key, std::string_view value,
                     std::uint64_t expires_at_us) = 0;
  virtual Status Delete(TableRef table, std::string_view key) = 0;
  // Writes what is drafted so far, and begins anew; for what must come between. After a failure
  // each later one fails, too: nothing that was drafted beside it may be told as done.
  virtual Status Commit() = 0;
};

}  // namespace strata::server
