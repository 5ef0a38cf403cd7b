// The first store: a sorted map in memory behind a lock. Nothing survives the process.
//
// A cursor sees the map as it was when the cursor was made: it shares the map with the store, and a
// write that finds the map shared copies it first. Lesson memtable replaces this file.
// Thread safety: as DB.

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "io/mutex.h"
#include "stats/counters.h"
#include "strata/db.h"

namespace strata {

// std::less<> lets a lookup take a string_view without making a string of it.
using SortedMap = std::map<std::string, std::string, std::less<>>;

class MapDb final : public DB {
 public:
  Status Put(std::string_view key, std::string_view value, const WriteOptions& options) override;
  Status Delete(std::string_view key, const WriteOptions& options) override;
  Result<bool> Get(std::string_view key, std::string* value, const ReadOptions& options) override;
  Result<std::unique_ptr<Iterator>> NewIterator(const ReadOptions& options) override;
  Status Close() override;
  StoreStats Stats() override;
  Counters& counters() override { return counters_; }

 private:
  // The error of a call after Close, or of a key or value past the limits.
  Status Check(std::string_view key, std::string_view value) const STRATA_REQUIRES(mutex_);
  // The map, after giving cursors that share it a copy of their own.
  SortedMap& WritableMap() STRATA_REQUIRES(mutex_);

  Mutex mutex_;
  // Invariant: never changed while a cursor shares it.
  std::shared_ptr<SortedMap> map_ STRATA_GUARDED_BY(mutex_) = std::make_shared<SortedMap>();
  // Invariant: the sizes of all keys and values in *map_.
  std::uint64_t bytes_ STRATA_GUARDED_BY(mutex_) = 0;
  bool closed_ STRATA_GUARDED_BY(mutex_) = false;
  Counters counters_;
};

}  // namespace strata
