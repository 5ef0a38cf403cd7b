#include "strata/write_batch.h"

#include <algorithm>

#include "base/check.h"
#include "compaction/value_separator.h"
#include "iter/expiry.h"
#include "strata/db.h"
#include "wal/batch_format.h"

namespace strata {

void WriteBatch::Put(std::string_view key, std::string_view value) {
  Put(key, value, EntryOptions{});
}

void WriteBatch::Put(std::string_view key, std::string_view value, const EntryOptions& options) {
  expires_ = expires_ || options.expires_at_us != 0;
  // Refused when it is written, so its bytes needn't be copied.
  if (value.size() > kValueSizeMax - (expires_ ? kExpirySize : 0)) {
    value_size_max_ = std::max(value_size_max_, value.size());
    ++count_;
    return;
  }
  wal::AppendPut(&encoded_, key, value, options.table.id, options.expires_at_us);
  Touch(options.table);
  Count(key, value);
}

void WriteBatch::Delete(std::string_view key) {
  Delete(key, EntryOptions{});
}

void WriteBatch::Delete(std::string_view key, const EntryOptions& options) {
  wal::AppendDelete(&encoded_, key, options.table.id);
  Touch(options.table);
  Count(key, "");
}

void WriteBatch::RequireAbsent(std::string_view key, TableRef table) {
  RequireAbsent(key);
  conditions_.back().table = table;
  Touch(table);
}

void WriteBatch::RequirePresent(std::string_view key, TableRef table) {
  RequirePresent(key);
  conditions_.back().table = table;
  Touch(table);
}

void WriteBatch::RequireValue(std::string_view key, std::string_view value, TableRef table) {
  RequireValue(key, value);
  conditions_.back().table = table;
  Touch(table);
}

void WriteBatch::RequireVersion(std::string_view key, std::uint64_t version, TableRef table) {
  RequireVersion(key, version);
  conditions_.back().table = table;
  Touch(table);
}

void WriteBatch::RequireUnchanged(std::string_view key, std::uint64_t since, TableRef table) {
  RequireUnchanged(key, since);
  conditions_.back().table = table;
  Touch(table);
}

void WriteBatch::RequireRangeUnchanged(std::string_view lower,
                                       const std::optional<std::string>& upper, std::uint64_t since,
                                       TableRef table) {
  RequireRangeUnchanged(lower, upper, since);
  conditions_.back().table = table;
  Touch(table);
}

WriteBatch WriteBatch::WithExpiries(
    const std::function<std::uint64_t(TableRef, std::uint64_t)>& expiry) const {
  WriteBatch batch;
  const auto add = [&](const wal::BatchEntry& entry) {
    const TableRef table{static_cast<std::uint32_t>(entry.table)};
    if (entry.kind == EntryKind::kDelete) {
      batch.Delete(entry.key, {.table = table});
    } else {
      batch.Put(entry.key, entry.value, {table, expiry(table, entry.expires_at_us)});
    }
    return Status();
  };
  // A batch of our own making can always be taken apart.
  STRATA_CHECK(wal::ForEachEntry(encoded_, 1, add).has_value());
  batch.conditions_ = conditions_;
  batch.tables_ = tables_;
  return batch;
}

void WriteBatch::Touch(TableRef table) {
  if (table == kDefaultTable || (!tables_.empty() && tables_.back() == table)) return;
  const auto at = std::lower_bound(tables_.begin(), tables_.end(), table);
  if (at == tables_.end() || *at != table) tables_.insert(at, table);
}

void WriteBatch::RequireAbsent(std::string_view key) {
  Require({.kind = Condition::Kind::kAbsent, .key = std::string(key), .value = {}});
}

void WriteBatch::RequirePresent(std::string_view key) {
  Require({.kind = Condition::Kind::kPresent, .key = std::string(key), .value = {}});
}

void WriteBatch::RequireValue(std::string_view key, std::string_view value) {
  Require({.kind = Condition::Kind::kValue, .key = std::string(key), .value = std::string(value)});
}

void WriteBatch::RequireVersion(std::string_view key, std::uint64_t version) {
  Require({.kind = Condition::Kind::kVersion,
           .key = std::string(key),
           .value = {},
           .version = version});
}

void WriteBatch::RequireUnchanged(std::string_view key, std::uint64_t since) {
  Require({.kind = Condition::Kind::kUnchanged,
           .key = std::string(key),
           .value = {},
           .version = since});
}

void WriteBatch::RequireRangeUnchanged(std::string_view lower,
                                       const std::optional<std::string>& upper,
                                       std::uint64_t since) {
  Require({.kind = Condition::Kind::kRangeUnchanged,
           .key = std::string(lower),
           .value = {},
           .version = since,
           .upper = upper});
}

void WriteBatch::Require(Condition condition) {
  key_size_max_ = std::max(key_size_max_, condition.key.size());
  conditions_.push_back(std::move(condition));
}

void WriteBatch::Clear() {
  conditions_.clear();
  tables_.clear();
  expires_ = false;
  encoded_.clear();
  count_ = 0;
  user_bytes_ = 0;
  key_size_max_ = 0;
  value_size_max_ = 0;
  huge_bytes_ = 0;
}

void WriteBatch::Count(std::string_view key, std::string_view value) {
  ++count_;
  user_bytes_ += key.size() + value.size();
  key_size_max_ = std::max(key_size_max_, key.size());
  value_size_max_ = std::max(value_size_max_, value.size());
  if (value.size() >= compaction::kInlineValueMax) huge_bytes_ += value.size();
}

}  // namespace strata
