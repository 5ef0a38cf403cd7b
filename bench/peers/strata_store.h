// Strata behind the interface of the comparison.

#pragma once

#include "store.h"
#include "strata/db.h"

namespace strata::peers {

class StrataStore final : public Store {
 public:
  explicit StrataStore(std::unique_ptr<DB> db) : db_(std::move(db)) {}

  bool Put(std::string_view key, std::string_view value) override {
    return db_->Put(key, value).has_value();
  }
  bool Delete(std::string_view key) override { return db_->Delete(key).has_value(); }
  bool Get(std::string_view key, std::string* value) override {
    const auto found = db_->Get(key, value);
    return found && *found;
  }
  std::uint64_t Scan(std::string_view from, std::uint64_t count) override {
    auto iterator = db_->NewIterator({});
    if (!iterator) return 0;
    std::uint64_t seen = 0;
    Status moved = (*iterator)->Seek(from);
    while (moved && (*iterator)->Valid() && seen < count) {
      bytes_ += (*iterator)->key().size() + (*iterator)->value().size();
      ++seen;
      moved = (*iterator)->Next();
    }
    return seen;
  }
  void Settle() override { (void)(db_->Flush() && db_->WaitForCompactions()); }

 private:
  std::unique_ptr<DB> db_;
  std::uint64_t bytes_ = 0;  // So that nothing is optimised away.
};

inline std::unique_ptr<Store> OpenStrata(const std::string& directory, const Budget& budget) {
  Options options;
  options.sync = budget.sync ? SyncMode::kAlways : SyncMode::kNone;
  options.memtable_bytes = budget.memtable_bytes;
  options.block_cache_bytes = budget.cache_bytes;
  options.filter_bits_per_key = budget.filter_bits;
  options.compression = Compression::kNone;
  auto db = DB::Open(options, directory);
  if (!db) return nullptr;
  return std::make_unique<StrataStore>(*std::move(db));
}

}  // namespace strata::peers
