// RocksDB behind the interface of the comparison. Debian's build has assertions on and computes
// checksums in software: the report says so.

#pragma once

#include "io/clock.h"
#include "store.h"

#if defined(STRATA_HAVE_ROCKSDB)
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#endif

namespace strata::peers {

#if defined(STRATA_HAVE_ROCKSDB)
class RocksDbStore final : public Store {
 public:
  RocksDbStore(rocksdb::DB* db, bool sync) : db_(db) { write_.sync = sync; }

  bool Put(std::string_view key, std::string_view value) override {
    return db_->Put(write_, View(key), View(value)).ok();
  }
  bool Delete(std::string_view key) override { return db_->Delete(write_, View(key)).ok(); }
  bool Get(std::string_view key, std::string* value) override {
    return db_->Get(rocksdb::ReadOptions(), View(key), value).ok();
  }
  std::uint64_t Scan(std::string_view from, std::uint64_t count) override {
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
    std::uint64_t seen = 0;
    for (it->Seek(View(from)); it->Valid() && seen < count; it->Next(), ++seen) {
      bytes_ += it->key().size() + it->value().size();
    }
    return seen;
  }
  void Settle() override {
    db_->Flush(rocksdb::FlushOptions());
    // 7.8 has no call that waits for compactions; its counters say when none is left.
    std::uint64_t running = 1;
    std::uint64_t pending = 1;
    while (running + pending > 0) {
      if (!db_->GetIntProperty("rocksdb.num-running-compactions", &running)) break;
      if (!db_->GetIntProperty("rocksdb.compaction-pending", &pending)) break;
      RealClock().SleepMicros(1'000);
    }
  }

 private:
  static rocksdb::Slice View(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::WriteOptions write_;
  std::uint64_t bytes_ = 0;
};
#endif

inline std::unique_ptr<Store> OpenRocksDb([[maybe_unused]] const std::string& directory,
                                          [[maybe_unused]] const Budget& budget) {
#if defined(STRATA_HAVE_ROCKSDB)
  rocksdb::Options options;
  options.create_if_missing = true;
  options.write_buffer_size = budget.memtable_bytes;
  options.compression = rocksdb::kNoCompression;
  options.max_background_jobs = 3;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(budget.cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(budget.filter_bits));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::DB* db = nullptr;
  if (!rocksdb::DB::Open(options, directory, &db).ok()) return nullptr;
  return std::make_unique<RocksDbStore>(db, budget.sync);
#else
  return nullptr;
#endif
}

}  // namespace strata::peers
