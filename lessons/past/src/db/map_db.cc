#include "db/map_db.h"

#include "base/escape.h"
#include "db/map_iterator.h"

namespace strata {

Result<std::unique_ptr<DB>> DB::Open(const Options& options, const std::string& directory) {
  (void)options;
  (void)directory;  // Only a name until lesson write-ahead-log.
  return std::unique_ptr<DB>(std::make_unique<MapDb>());
}

Status MapDb::Put(std::string_view key, std::string_view value, const WriteOptions& options) {
  (void)options;
  const MutexLock lock(mutex_);
  STRATA_TRY(Check(key, value));
  SortedMap& map = WritableMap();
  const auto found = map.find(key);
  if (found == map.end()) {
    map.emplace(key, value);
    bytes_ += key.size() + value.size();
  } else {
    bytes_ = bytes_ - found->second.size() + value.size();
    found->second = value;
  }
  counters_.Add(Counter::kWrites);
  counters_.Add(Counter::kEntriesWritten);
  counters_.Add(Counter::kUserBytesWritten, key.size() + value.size());
  return {};
}

Status MapDb::Delete(std::string_view key, const WriteOptions& options) {
  (void)options;
  const MutexLock lock(mutex_);
  STRATA_TRY(Check(key, ""));
  SortedMap& map = WritableMap();
  if (const auto found = map.find(key); found != map.end()) {
    bytes_ -= found->first.size() + found->second.size();
    map.erase(found);
  }
  counters_.Add(Counter::kWrites);
  counters_.Add(Counter::kEntriesWritten);
  counters_.Add(Counter::kUserBytesWritten, key.size());
  return {};
}

Result<bool> MapDb::Get(std::string_view key, std::string* value, const ReadOptions& options) {
  (void)options;
  const MutexLock lock(mutex_);
  STRATA_TRY(Check(key, ""));
  counters_.Add(Counter::kGets);
  const auto found = map_->find(key);
  if (found == map_->end()) return false;
  counters_.Add(Counter::kGetHits);
  value->assign(found->second);
  return true;
}

Result<std::unique_ptr<Iterator>> MapDb::NewIterator(const ReadOptions& options) {
  const MutexLock lock(mutex_);
  STRATA_TRY(Check("", ""));
  return NewMapIterator(map_, BoundsOf(options), counters_);
}

SortedMap& MapDb::WritableMap() {
  // One owner is this store itself; nobody can become a second while the lock is held.
  if (map_.use_count() > 1) map_ = std::make_shared<SortedMap>(*map_);
  return *map_;
}

Status MapDb::Check(std::string_view key, std::string_view value) const {
  if (closed_) return Error(ErrorCode::kAborted, "the store is closed");
  if (key.size() > kKeySizeMax) {
    return InvalidArgument("the key " + EscapeShort(key) + " has " + std::to_string(key.size()) +
                           " bytes; at most " + std::to_string(kKeySizeMax) + " are allowed");
  }
  if (value.size() > kValueSizeMax) {
    return InvalidArgument("a value of " + std::to_string(value.size()) + " bytes; at most " +
                           std::to_string(kValueSizeMax) + " are allowed");
  }
  return {};
}

Status MapDb::Close() {
  const MutexLock lock(mutex_);
  closed_ = true;
  return {};
}

StoreStats MapDb::Stats() {
  const MutexLock lock(mutex_);
  return {.memtable_bytes = bytes_, .memtable_entries = map_->size()};
}

}  // namespace strata
