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

void WriteBatch::Clear() {
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
