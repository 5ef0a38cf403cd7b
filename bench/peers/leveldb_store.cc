// LevelDB behind the interface of the comparison.

#include "peers/store.h"

#if defined(STRATA_HAVE_LEVELDB)
#include <cstdlib>
#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>
#include <sstream>

#include "io/clock.h"
#include "peers/build_facts.h"

namespace strata::peers {
namespace {

leveldb::Slice View(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}
std::string_view View(const leveldb::Slice& bytes) {
  return {bytes.data(), bytes.size()};
}

class LevelDbStore final : public Store {
 public:
  LevelDbStore(std::string directory, const Budget& budget)
      : directory_(std::move(directory)),
        cache_(leveldb::NewLRUCache(budget.cache_bytes)),
        filter_(leveldb::NewBloomFilterPolicy(budget.filter_bits)) {
    options_.create_if_missing = true;
    options_.write_buffer_size = budget.memtable_bytes;
    options_.compression = leveldb::kNoCompression;
    options_.block_cache = cache_.get();
    options_.filter_policy = filter_.get();
    write_.sync = budget.sync;
    Open();
  }

  bool good() const { return db_ != nullptr; }
  bool Put(std::string_view key, std::string_view value) override {
    return db_->Put(write_, View(key), View(value)).ok();
  }
  bool PutBatch(std::span<const KeyValue> entries) override {
    thread_local leveldb::WriteBatch batch;
    batch.Clear();
    for (const auto& [key, value] : entries) batch.Put(View(key), View(value));
    return db_->Write(write_, &batch).ok();
  }
  bool Delete(std::string_view key) override { return db_->Delete(write_, View(key)).ok(); }
  bool Get(std::string_view key, std::string* value) override {
    return db_->Get(read_, View(key), value).ok();
  }
  Scanned Scan(std::string_view from, std::uint64_t count, bool digested) override {
    const std::unique_ptr<leveldb::Iterator> it(db_->NewIterator(read_));
    Scanned scanned;
    for (it->Seek(View(from)); it->Valid() && scanned.entries < count; it->Next()) {
      scanned.Add(View(it->key()), View(it->value()), digested);
    }
    return scanned;
  }
  // LevelDB can't be asked to write its memtable out; opening it again does that. Nor can it say
  // when it is idle: it is when its tree stays the same for a while.
  void Settle() override {
    tables_before_ += TablesSinceOpen();
    db_.reset();
    Open();
    if (!good()) std::abort();
    std::string last;
    for (int same = 0; same < 10;) {
      std::string now;
      (void)db_->GetProperty("leveldb.sstables", &now);
      same = now == last ? same + 1 : 0;
      last = std::move(now);
      RealClock().SleepMicros(10'000);
    }
  }
  std::optional<std::uint64_t> TableBytesWritten() override {
    return tables_before_ + TablesSinceOpen();
  }

 private:
  void Open() {
    leveldb::DB* db = nullptr;
    if (leveldb::DB::Open(options_, directory_, &db).ok()) db_.reset(db);
  }

  // The last column of "leveldb.stats": megabytes that flushes and compactions wrote, by level.
  std::uint64_t TablesSinceOpen() {
    std::string stats;
    (void)db_->GetProperty("leveldb.stats", &stats);
    std::istringstream lines(stats);
    double megabytes = 0;
    for (std::string line; std::getline(lines, line);) {
      double level = 0, files = 0, size = 0, seconds = 0, read = 0, written = 0;
      std::istringstream columns(line);
      if (columns >> level >> files >> size >> seconds >> read >> written) megabytes += written;
    }
    return static_cast<std::uint64_t>(megabytes * (1ULL << 20));
  }

  const std::string directory_;
  leveldb::Options options_;
  const std::unique_ptr<leveldb::Cache> cache_;
  const std::unique_ptr<const leveldb::FilterPolicy> filter_;
  std::unique_ptr<leveldb::DB> db_;
  leveldb::WriteOptions write_;
  const leveldb::ReadOptions read_;
  std::uint64_t tables_before_ = 0;
};

}  // namespace

std::unique_ptr<Store> OpenLevelDb(const std::string& directory, const Budget& budget) {
  auto store = std::make_unique<LevelDbStore>(directory, budget);
  if (!store->good()) return nullptr;
  return store;
}

std::optional<Engine> DescribeLevelDb() {
  const BuildFacts facts =
      FactsOf(reinterpret_cast<const void*>(&leveldb::NewLRUCache), "libcrc32c.so");
  return Engine{.name = "leveldb",
                .version = std::to_string(leveldb::kMajorVersion) + "." +
                           std::to_string(leveldb::kMinorVersion),
                .library = facts.library,
                .assertions = facts.assertions,
                .crc = facts.crc,
                .checksums = "none by default",
                .durability = "kill -9"};
}

}  // namespace strata::peers

#else

namespace strata::peers {

std::unique_ptr<Store> OpenLevelDb(const std::string&, const Budget&) {
  return nullptr;
}
std::optional<Engine> DescribeLevelDb() {
  return std::nullopt;
}

}  // namespace strata::peers

#endif
