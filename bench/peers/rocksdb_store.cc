// RocksDB behind the interface of the comparison; with `blobs`, values of 1 KiB and more go to blob
// files (BlobDB).

#include "peers/store.h"

#if defined(STRATA_HAVE_ROCKSDB)
#include <map>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/version.h>
#include <rocksdb/write_batch.h>

#include "io/clock.h"
#include "peers/build_facts.h"

namespace strata::peers {
namespace {

rocksdb::Slice View(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

class RocksDbStore final : public Store {
 public:
  RocksDbStore(rocksdb::DB* db, bool sync) : db_(db) { write_.sync = sync; }

  bool Put(std::string_view key, std::string_view value) override {
    return db_->Put(write_, View(key), View(value)).ok();
  }
  bool PutBatch(std::span<const KeyValue> entries) override {
    thread_local rocksdb::WriteBatch batch;
    batch.Clear();
    for (const auto& [key, value] : entries) {
      if (!batch.Put(View(key), View(value)).ok()) return false;
    }
    return db_->Write(write_, &batch).ok();
  }
  bool Delete(std::string_view key) override { return db_->Delete(write_, View(key)).ok(); }
  bool Get(std::string_view key, std::string* value) override {
    return db_->Get(read_, View(key), value).ok();
  }
  Scanned Scan(std::string_view from, std::uint64_t count, bool digested) override {
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(read_));
    Scanned scanned;
    for (it->Seek(View(from)); it->Valid() && scanned.entries < count; it->Next()) {
      scanned.Add(it->key().ToStringView(), it->value().ToStringView(), digested);
    }
    return scanned;
  }
  void Settle() override {
    (void)db_->Flush(rocksdb::FlushOptions());
    // 7.8 has no call that waits for compactions; its counters say when none is left.
    std::uint64_t running = 1;
    std::uint64_t pending = 1;
    while (running + pending > 0) {
      RealClock().SleepMicros(1'000);
      if (!db_->GetIntProperty("rocksdb.num-running-compactions", &running)) break;
      if (!db_->GetIntProperty("rocksdb.compaction-pending", &pending)) break;
    }
  }
  std::optional<std::uint64_t> TableBytesWritten() override {
    std::map<std::string, std::string> stats;
    if (!db_->GetMapProperty("rocksdb.cfstats", &stats)) return std::nullopt;
    double gigabytes = 0;
    for (const char* name : {"compaction.Sum.WriteGB", "compaction.Sum.WblobGB"}) {
      const auto found = stats.find(name);
      if (found != stats.end()) gigabytes += std::atof(found->second.c_str());
    }
    return static_cast<std::uint64_t>(gigabytes * (1ULL << 30));
  }

 private:
  const std::unique_ptr<rocksdb::DB> db_;
  rocksdb::WriteOptions write_;
  const rocksdb::ReadOptions read_;
};

}  // namespace

std::unique_ptr<Store> OpenRocksDb(const std::string& directory, const Budget& budget, bool blobs) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.write_buffer_size = budget.memtable_bytes;
  options.target_file_size_base = budget.table_bytes;
  options.max_bytes_for_level_base = budget.level1_bytes;
  options.compression = rocksdb::kNoCompression;
  options.max_background_jobs = 3;  // As many as Strata: one flush, two compactions.
  options.enable_blob_files = blobs;
  options.min_blob_size = 1024;
  options.enable_blob_garbage_collection = blobs;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(budget.cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(budget.filter_bits));
  if (budget.filters_pinned) {  // Indexes too: they stay in memory from the opening on.
    options.max_open_files = -1;
    table.cache_index_and_filter_blocks = false;
    table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::DB* db = nullptr;
  if (!rocksdb::DB::Open(options, directory, &db).ok()) return nullptr;
  return std::make_unique<RocksDbStore>(db, budget.sync);
}

std::optional<Engine> DescribeRocksDb() {
  const BuildFacts facts =
      FactsOf(reinterpret_cast<const void*>(&rocksdb::GetRocksVersionAsString), {});
  return Engine{.name = "rocksdb",
                .version = rocksdb::GetRocksVersionAsString(),
                .library = facts.library,
                .assertions = facts.assertions,
                .crc = facts.crc,
                .checksums = "each block read from a file",
                .durability = "kill -9"};
}

}  // namespace strata::peers

#else

namespace strata::peers {

std::unique_ptr<Store> OpenRocksDb(const std::string&, const Budget&, bool) {
  return nullptr;
}
std::optional<Engine> DescribeRocksDb() {
  return std::nullopt;
}

}  // namespace strata::peers

#endif
