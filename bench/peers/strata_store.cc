// Strata behind the interface of the comparison.

#include "peers/store.h"
#include "stats/counters.h"
#include "strata/db.h"

namespace strata::peers {
namespace {

class StrataStore final : public Store {
 public:
  explicit StrataStore(std::unique_ptr<DB> db) : db_(std::move(db)) {}

  bool Put(std::string_view key, std::string_view value) override {
    return db_->Put(key, value).has_value();
  }
  bool PutBatch(std::span<const KeyValue> entries) override {
    thread_local WriteBatch batch;
    batch.Clear();
    for (const auto& [key, value] : entries) batch.Put(key, value);
    return db_->Write(batch).has_value();
  }
  bool Delete(std::string_view key) override { return db_->Delete(key).has_value(); }
  bool Get(std::string_view key, std::string* value) override {
    const auto found = db_->Get(key, value);
    return found && *found;
  }
  Scanned Scan(std::string_view from, std::uint64_t count, bool digested) override {
    Scanned scanned;
    const auto iterator = db_->NewIterator({});
    if (!iterator) return scanned;
    Status moved = (*iterator)->Seek(from);
    while (moved && (*iterator)->Valid() && scanned.entries < count) {
      scanned.Add((*iterator)->key(), (*iterator)->value(), digested);
      moved = (*iterator)->Next();
    }
    return scanned;
  }
  void Settle() override { (void)(db_->Flush() && db_->WaitForCompactions()); }
  std::optional<std::uint64_t> TableBytesWritten() override {
    std::uint64_t bytes = 0;
    for (const Counter counter : {Counter::kFlushBytes, Counter::kCompactionBytesWritten,
                                  Counter::kBlobBytesWritten, Counter::kBlobBytesCopied}) {
      bytes += db_->counters().Get(counter);
    }
    return bytes;
  }

 private:
  std::unique_ptr<DB> db_;
};

}  // namespace

std::unique_ptr<Store> OpenStrata(const std::string& directory, const Budget& budget) {
  Options options;
  options.sync = budget.sync ? SyncMode::kAlways : SyncMode::kNone;
  options.memtable_bytes = budget.memtable_bytes;
  options.table_bytes = budget.table_bytes;
  options.level1_bytes = budget.level1_bytes;
  options.blob_file_bytes = budget.table_bytes;
  options.block_cache_bytes = budget.cache_bytes;
  options.filter_bits_per_key = budget.filter_bits;
  options.compression = Compression::kNone;
  options.mapped_reads = true;  // As LevelDB does. Checksums are verified at the first touch.
  auto db = DB::Open(options, directory);
  if (!db) return nullptr;
  return std::make_unique<StrataStore>(*std::move(db));
}

}  // namespace strata::peers
