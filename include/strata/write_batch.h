// Puts and deletes that happen together: all of them, or, after a crash or an error, none.
//
// Later entries win over earlier ones of the same key.
// Thread safety: none; one thread fills a batch.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "strata/conditions.h"
#include "strata/table_ref.h"

namespace strata {

class WriteBatch {
 public:
  // The bytes are copied. Sizes are checked when the batch is written.
  void Put(std::string_view key, std::string_view value);
  void Delete(std::string_view key);
  void Put(std::string_view key, std::string_view value, const EntryOptions& options);
  void Delete(std::string_view key, const EntryOptions& options);

  // Conditions: the batch is written only if all of them hold; see conditions.h. They see the store
  // as it is before the batch.
  void RequireAbsent(std::string_view key);
  void RequirePresent(std::string_view key);
  void RequireValue(std::string_view key, std::string_view value);
  // `version`: of the entry, as GetEntry told it.
  void RequireVersion(std::string_view key, std::uint64_t version);
  // Nothing was written to the key (to any key from `lower` on and before `upper`) after `since`.
  // REQUIRES: a snapshot at or before `since` was held from then until the batch is written.
  void RequireUnchanged(std::string_view key, std::uint64_t since);
  void RequireRangeUnchanged(std::string_view lower, const std::optional<std::string>& upper,
                             std::uint64_t since);
  const std::vector<Condition>& conditions() const { return conditions_; }
  void RequireAbsent(std::string_view key, TableRef table);
  void RequirePresent(std::string_view key, TableRef table);
  void RequireValue(std::string_view key, std::string_view value, TableRef table);
  void RequireVersion(std::string_view key, std::uint64_t version, TableRef table);
  void RequireUnchanged(std::string_view key, std::uint64_t since, TableRef table);
  void RequireRangeUnchanged(std::string_view lower, const std::optional<std::string>& upper,
                             std::uint64_t since, TableRef table);
  // The named tables that entries and conditions are of, each once, in ascending order.
  const std::vector<TableRef>& tables() const { return tables_; }
  // The same batch, each put with the expiry that `expiry` makes of its table and its own.
  WriteBatch WithExpiries(
      const std::function<std::uint64_t(TableRef, std::uint64_t)>& expiry) const;
  // Whether an entry has an expiry of its own.
  bool expires() const { return expires_; }

  // Empties the batch and keeps its memory.
  void Clear();

  std::size_t count() const { return count_; }
  // Bytes of the encoded form (src/wal/batch_format.h tells it).
  std::size_t size_bytes() const { return encoded_.size(); }
  // Of these, those that may go through the log: the largest values (from 64 MiB on) never do.
  std::size_t size_in_log_max() const { return encoded_.size() - huge_bytes_; }
  // Bytes of keys and values, as the caller gave them.
  std::uint64_t user_bytes() const { return user_bytes_; }
  // The encoded entries, as they go into the log.
  std::string_view encoded() const { return encoded_; }
  // The largest key and value so far, for the checks.
  std::size_t key_size_max() const { return key_size_max_; }
  std::size_t value_size_max() const { return value_size_max_; }

 private:
  void Require(Condition condition);
  void Touch(TableRef table);
  void Count(std::string_view key, std::string_view value);

  std::string encoded_;
  std::size_t count_ = 0;
  std::uint64_t user_bytes_ = 0;
  std::size_t key_size_max_ = 0;
  std::size_t value_size_max_ = 0;
  std::size_t huge_bytes_ = 0;
  std::vector<Condition> conditions_;
  std::vector<TableRef> tables_;
  bool expires_ = false;
};

}  // namespace strata
