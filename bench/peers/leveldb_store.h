// LevelDB behind the interface of the comparison.

#pragma once

#include "io/clock.h"
#include "store.h"

#if defined(STRATA_HAVE_LEVELDB)
#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>
#endif

namespace strata::peers {

#if defined(STRATA_HAVE_LEVELDB)
class LevelDbStore final : public Store {
 public:
  LevelDbStore(const std::string& directory, const Budget& budget)
      : cache_(leveldb::NewLRUCache(budget.cache_bytes)),
        filter_(leveldb::NewBloomFilterPolicy(budget.filter_bits)) {
    leveldb::Options options;
    options.create_if_missing = true;
    options.write_buffer_size = budget.memtable_bytes;
    options.compression = leveldb::kNoCompression;
    options.block_cache = cache_.get();
    options.filter_policy = filter_.get();
    leveldb::DB* db = nullptr;
    if (leveldb::DB::Open(options, directory, &db).ok()) db_.reset(db);
    write_.sync = budget.sync;
  }

  bool good() const { return db_ != nullptr; }
  bool Put(std::string_view key, std::string_view value) override {
    return db_->Put(write_, View(key), View(value)).ok();
  }
  bool Delete(std::string_view key) override { return db_->Delete(write_, View(key)).ok(); }
  bool Get(std::string_view key, std::string* value) override {
    return db_->Get(leveldb::ReadOptions(), View(key), value).ok();
  }
  std::uint64_t Scan(std::string_view from, std::uint64_t count) override {
    const std::unique_ptr<leveldb::Iterator> it(db_->NewIterator(leveldb::ReadOptions()));
    std::uint64_t seen = 0;
    for (it->Seek(View(from)); it->Valid() && seen < count; it->Next(), ++seen) {
      bytes_ += it->key().size() + it->value().size();
    }
    return seen;
  }
  // LevelDB can't say when it is idle: it is when its tree stays the same for a while.
  void Settle() override {
    std::string last;
    for (int same = 0; same < 20;) {
      std::string now;
      db_->GetProperty("leveldb.sstables", &now);
      same = now == last ? same + 1 : 0;
      last = std::move(now);
      RealClock().SleepMicros(20'000);
    }
  }

 private:
  static leveldb::Slice View(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

  const std::unique_ptr<leveldb::Cache> cache_;
  const std::unique_ptr<const leveldb::FilterPolicy> filter_;
  std::unique_ptr<leveldb::DB> db_;
  leveldb::WriteOptions write_;
  std::uint64_t bytes_ = 0;
};
#endif

inline std::unique_ptr<Store> OpenLevelDb([[maybe_unused]] const std::string& directory,
                                          [[maybe_unused]] const Budget& budget) {
#if defined(STRATA_HAVE_LEVELDB)
  auto store = std::make_unique<LevelDbStore>(directory, budget);
  if (store->good()) return store;
#endif
  return nullptr;
}

}  // namespace strata::peers
