// The conditional writes of one key: each is a batch of one condition and one entry.

#include "strata/db.h"

namespace strata {

Result<WriteOutcome> DB::PutIfAbsent(std::string_view key, std::string_view value,
                                     const WriteOptions& options) {
  WriteBatch batch;
  batch.RequireAbsent(key, options.table);
  batch.Put(key, value, {.table = options.table});
  return WriteIf(batch, options);
}

Result<WriteOutcome> DB::UpdateIfExists(std::string_view key, std::string_view value,
                                        const WriteOptions& options) {
  WriteBatch batch;
  batch.RequirePresent(key, options.table);
  batch.Put(key, value, {.table = options.table});
  return WriteIf(batch, options);
}

Result<WriteOutcome> DB::DeleteIfExists(std::string_view key, const WriteOptions& options) {
  WriteBatch batch;
  batch.RequirePresent(key, options.table);
  batch.Delete(key, {.table = options.table});
  return WriteIf(batch, options);
}

Result<WriteOutcome> DB::CompareAndSwap(std::string_view key, std::string_view expected,
                                        std::string_view value, const WriteOptions& options) {
  WriteBatch batch;
  batch.RequireValue(key, expected, options.table);
  batch.Put(key, value, {.table = options.table});
  return WriteIf(batch, options);
}

Result<WriteOutcome> DB::CompareAndSwapVersion(std::string_view key, std::uint64_t version,
                                               std::string_view value,
                                               const WriteOptions& options) {
  WriteBatch batch;
  batch.RequireVersion(key, version, options.table);
  batch.Put(key, value, {.table = options.table});
  return WriteIf(batch, options);
}

}  // namespace strata
