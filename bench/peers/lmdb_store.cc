// LMDB behind the interface of the comparison. Without `sync` it runs with MDB_NOSYNC, which isn't
// crash-safe: a power cut may break the whole file. So it is a class of its own in the report.

#include "peers/store.h"

#if defined(STRATA_HAVE_LMDB)
#include <lmdb.h>

#include "peers/build_facts.h"

namespace strata::peers {
namespace {

constexpr std::size_t kMapBytes = 256ULL << 30;  // Address space, not disk.

MDB_val View(std::string_view bytes) {
  return {.mv_size = bytes.size(), .mv_data = const_cast<char*>(bytes.data())};
}
std::string_view View(const MDB_val& bytes) {
  return {static_cast<const char*>(bytes.mv_data), bytes.mv_size};
}

// A thread's read transaction, renewed for each read: LMDB's cheapest way to read what is new.
class Reader {
 public:
  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { Drop(); }
  MDB_txn* Begin(MDB_env* env) {
    if (txn_ != nullptr && mdb_txn_env(txn_) == env) {
      return mdb_txn_renew(txn_) == 0 ? txn_ : nullptr;
    }
    return mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn_) == 0 ? txn_ : nullptr;
  }
  void End() { mdb_txn_reset(txn_); }
  void Drop() {
    if (txn_ != nullptr) mdb_txn_abort(std::exchange(txn_, nullptr));
  }

 private:
  MDB_txn* txn_ = nullptr;
};
thread_local Reader reader;

class LmdbStore final : public Store {
 public:
  LmdbStore(const std::string& directory, const Budget& budget) {
    const unsigned flags = MDB_NORDAHEAD | (budget.sync ? 0U : MDB_NOSYNC);
    MDB_txn* txn = nullptr;
    good_ = mdb_env_create(&env_) == 0 && mdb_env_set_mapsize(env_, kMapBytes) == 0 &&
            mdb_env_open(env_, directory.c_str(), flags, 0600) == 0 &&
            mdb_txn_begin(env_, nullptr, 0, &txn) == 0 &&
            mdb_dbi_open(txn, nullptr, MDB_CREATE, &table_) == 0 && mdb_txn_commit(txn) == 0;
  }
  // Readers of other threads are gone with their threads.
  ~LmdbStore() override {
    reader.Drop();
    mdb_env_close(env_);
  }

  bool good() const { return good_; }
  bool Put(std::string_view key, std::string_view value) override {
    const KeyValue entry{key, value};
    return PutBatch({&entry, 1});
  }
  bool PutBatch(std::span<const KeyValue> entries) override {
    MDB_txn* txn = nullptr;
    if (mdb_txn_begin(env_, nullptr, 0, &txn) != 0) return false;
    for (const auto& [key, value] : entries) {
      MDB_val key_bytes = View(key);
      MDB_val value_bytes = View(value);
      if (mdb_put(txn, table_, &key_bytes, &value_bytes, 0) != 0) {
        mdb_txn_abort(txn);
        return false;
      }
    }
    return mdb_txn_commit(txn) == 0;
  }
  bool Delete(std::string_view key) override {
    MDB_txn* txn = nullptr;
    if (mdb_txn_begin(env_, nullptr, 0, &txn) != 0) return false;
    MDB_val key_bytes = View(key);
    const int result = mdb_del(txn, table_, &key_bytes, nullptr);
    if (result == MDB_NOTFOUND) {
      mdb_txn_abort(txn);
      return true;
    }
    return mdb_txn_commit(txn) == 0 && result == 0;
  }
  bool Get(std::string_view key, std::string* value) override {
    MDB_txn* txn = reader.Begin(env_);
    MDB_val key_bytes = View(key);
    MDB_val found;
    const bool there = mdb_get(txn, table_, &key_bytes, &found) == 0;
    if (there) value->assign(View(found));
    reader.End();
    return there;
  }
  Scanned Scan(std::string_view from, std::uint64_t count, bool digested) override {
    Scanned scanned;
    MDB_cursor* cursor = nullptr;
    if (mdb_cursor_open(reader.Begin(env_), table_, &cursor) != 0) return scanned;
    MDB_val key = View(from);
    MDB_val value;
    MDB_cursor_op move = from.empty() ? MDB_FIRST : MDB_SET_RANGE;
    while (scanned.entries < count && mdb_cursor_get(cursor, &key, &value, move) == 0) {
      scanned.Add(View(key), View(value), digested);
      move = MDB_NEXT;
    }
    mdb_cursor_close(cursor);
    reader.End();
    return scanned;
  }
  void Settle() override { mdb_env_sync(env_, 1); }
  std::optional<std::uint64_t> TableBytesWritten() override { return std::nullopt; }

 private:
  MDB_env* env_ = nullptr;
  MDB_dbi table_ = 0;
  bool good_ = false;
};

}  // namespace

std::unique_ptr<Store> OpenLmdb(const std::string& directory, const Budget& budget) {
  auto store = std::make_unique<LmdbStore>(directory, budget);
  if (!store->good()) return nullptr;
  return store;
}

std::optional<Engine> DescribeLmdb() {
  const BuildFacts facts = FactsOf(reinterpret_cast<const void*>(&mdb_env_create), {});
  int major = 0, minor = 0, patch = 0;
  (void)mdb_version(&major, &minor, &patch);
  return Engine{
      .name = "lmdb",
      .version = std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch),
      .library = facts.library,
      .assertions = facts.assertions,
      .crc = "none",
      .checksums = "none: its pages have no checksums",
      .durability = "kill -9, but a power cut may break the file (MDB_NOSYNC)",
      .log_structured = false};
}

}  // namespace strata::peers

#else

namespace strata::peers {

std::unique_ptr<Store> OpenLmdb(const std::string&, const Budget&) {
  return nullptr;
}
std::optional<Engine> DescribeLmdb() {
  return std::nullopt;
}

}  // namespace strata::peers

#endif
