#include "strata/write_batch.h"

#include <algorithm>

#include "wal/batch_format.h"

namespace strata {

void WriteBatch::Put(std::string_view key, std::string_view value) {
  wal::AppendPut(&encoded_, key, value);
  Count(key, value);
}

void WriteBatch::Delete(std::string_view key) {
  wal::AppendDelete(&encoded_, key);
  Count(key, "");
}

//@L15{
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

//@L16{
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
//@}

void WriteBatch::Require(Condition condition) {
  key_size_max_ = std::max(key_size_max_, condition.key.size());
  conditions_.push_back(std::move(condition));
}
//@}

void WriteBatch::Clear() {
  conditions_.clear();  //@L15
  encoded_.clear();
  count_ = 0;
  user_bytes_ = 0;
  key_size_max_ = 0;
  value_size_max_ = 0;
}

void WriteBatch::Count(std::string_view key, std::string_view value) {
  ++count_;
  user_bytes_ += key.size() + value.size();
  key_size_max_ = std::max(key_size_max_, key.size());
  value_size_max_ = std::max(value_size_max_, value.size());
}

}  // namespace strata
