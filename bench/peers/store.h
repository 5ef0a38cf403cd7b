// What the comparison asks of every engine, so that all of them do the same work.
//
// Thread safety: any thread may call Put, PutBatch, Delete, Get and Scan; the rest needs quiet.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.h"

namespace strata::peers {

// The same for all engines: what a database of this size would be given.
struct Budget {
  std::uint64_t memtable_bytes = 64ULL << 20;
  std::uint64_t cache_bytes = 256ULL << 20;
  std::uint64_t table_bytes = 64ULL << 20;  // LevelDB has its own, and no option for level 1.
  std::uint64_t level1_bytes = 256ULL << 20;
  int filter_bits = 10;
  bool sync = false;            // Every put waits for the disk.
  bool filters_pinned = false;  // RocksDB only: filters and indexes never leave memory.
};

// What a scan met. The digest is taken only where it is asked for.
struct Scanned {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
  std::uint64_t digest = 0;

  void Add(std::string_view key, std::string_view value, bool digested) {
    ++entries;
    bytes += key.size() + value.size();
    if (!value.empty()) bytes += static_cast<unsigned char>(value.back()) & 1U;  // Touch it.
    if (digested) digest = Hash64WithSeed(value, Hash64WithSeed(key, digest));
  }
};

using KeyValue = std::pair<std::string_view, std::string_view>;

class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  virtual bool Put(std::string_view key, std::string_view value) = 0;
  virtual bool PutBatch(std::span<const KeyValue> entries) = 0;
  virtual bool Delete(std::string_view key) = 0;
  virtual bool Get(std::string_view key, std::string* value) = 0;
  // Reads up to `count` entries from the first key at or after `from` on, with a cursor of its own.
  virtual Scanned Scan(std::string_view from, std::uint64_t count, bool digested = false) = 0;

  // Waits until background work is done, so that reads meet a settled tree.
  virtual void Settle() = 0;
  // Bytes of tables and blob files written by flushes and compactions since the store was opened;
  // nothing where the engine doesn't count them.
  virtual std::optional<std::uint64_t> TableBytesWritten() = 0;
};

// An engine as this program met it.
struct Engine {
  std::string name;
  std::string version;
  std::string library;     // The file it came from; empty when linked in.
  std::string assertions;  // "on", "off" or "unknown".
  std::string crc;         // "hardware", "software", "none" or "unknown".
  std::string checksums;   // What a read verifies.
  std::string durability;  // What an acknowledged put survives in the rows without sync.
  bool log_structured = true;
};

// The engines that this program was built with, Strata first.
std::vector<Engine> Engines();

// Null when the engine isn't there or the store can't be opened.
std::unique_ptr<Store> OpenStore(std::string_view engine, const std::string& directory,
                                 const Budget& budget);

// One of each kind; defined where the engine is.
std::unique_ptr<Store> OpenStrata(const std::string& directory, const Budget& budget);
std::unique_ptr<Store> OpenRocksDb(const std::string& directory, const Budget& budget, bool blobs);
std::unique_ptr<Store> OpenLevelDb(const std::string& directory, const Budget& budget);
std::unique_ptr<Store> OpenLmdb(const std::string& directory, const Budget& budget);
std::optional<Engine> DescribeRocksDb();
std::optional<Engine> DescribeLevelDb();
std::optional<Engine> DescribeLmdb();

}  // namespace strata::peers
