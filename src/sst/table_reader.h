// Reads a sorted table: point lookups that touch at most one data block, and cursors. See
// sst/table_format.h for the bytes and sst/table_builder.h for how they come about.
//
// Every block's checksum is verified when it is read from the file (unless switched off); of a
// mapped file once, at the first touch. Damage is kCorruption naming the file and the offset.
// Thread safety: any number of threads.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "io/file_system.h"
#include "iter/internal_key.h"
#include "iter/iterator.h"
#include "sst/table_builder.h"
#include "stats/counters.h"

namespace strata {
class ReadTrace;
}

namespace strata::sst {

class BlockCache;
class DamageListener;

struct TableReaderOptions {
  bool verify_checksums = true;  // Of data blocks; index, filter and properties always are.
  Counters* counters = nullptr;  // Not null.
  BlockCache* cache = nullptr;   // Null: every read goes to the file.
  // Open reads no more than the footer; the first use reads the rest, and tells what is wrong with
  // it.
  bool load_later = false;
  DamageListener* damage = nullptr;  // Told of what isn't whole, if it isn't null.
};

// For one read or cursor.
struct TableReadOptions {
  bool fill_cache = true;
  bool readahead = false;       // Ask for the next blocks early; for scans and compactions.
  ReadTrace* trace = nullptr;   // Told what was touched; null is the usual case.
  bool may_wait = true;         // As ReadOptions::may_wait.
  bool leave_pointers = false;  // To values in blob files, for who reads many at once.
};

struct TableHit {
  EntryKind kind;
  SequenceNumber sequence;
};

// One block of a table, for people: `strata inspect table`.
struct BlockInfo {
  std::string_view role;  // "data", "filter", "index", "learned index", "properties"
  std::uint64_t offset = 0;
  std::uint64_t stored_bytes = 0;  // In the file, without the trailer.
  std::uint64_t bytes = 0;         // Decompressed.
  std::uint8_t compression = 0;    // The trailer's tag.
  std::uint64_t entries = 0;       // Here and below: data and index blocks only.
  std::uint32_t restarts = 0;
  std::uint64_t hash_slots = 0;  // 0: no hash index.
  std::string first;             // Internal keys.
  std::string last;
};

// A data block that a lookup would have to read from the file.
struct BlockToRead {
  std::size_t block;  // Its number in the index.
  std::uint64_t offset;
  std::uint64_t size;  // With its trailer.
};

class TableReader {
 public:
  // Reads footer, index, filter and properties (or the footer alone); they stay in memory. `name`
  // is for messages.
  static Result<std::unique_ptr<TableReader>> Open(std::unique_ptr<RandomAccessFile> file,
                                                   std::string name,
                                                   const TableReaderOptions& options);
  ~TableReader();
  // Reads what Open left for later, if that hasn't been done.
  Status Load() const;
  TableReader(const TableReader&) = delete;
  TableReader& operator=(const TableReader&) = delete;

  // The newest entry of `user_key` at or before `sequence`; its value is copied into `value`.
  Result<std::optional<TableHit>> Get(std::string_view user_key, SequenceNumber sequence,
                                      const TableReadOptions& options, std::string* value) const;

  // The reader must outlive the iterator.
  std::unique_ptr<InternalIterator> NewIterator(const TableReadOptions& options) const;

  // Reads every byte of the file and checks all that can be checked: blocks, order, counts,
  // properties; and that one entry in `look_up_every` is found by a lookup and let through by the
  // filter. For `strata verify` and after a flush or compaction.
  Status VerifyAll(std::uint64_t look_up_every = 1) const;

  // The block that Get would read now; nothing when the filter says no, all keys are before, the
  // block is in the cache, or there is no cache to put it in.
  std::optional<BlockToRead> Locate(std::string_view user_key, SequenceNumber sequence) const;
  // Checks `stored`, the bytes of `place` in file(), and puts the block into the cache.
  Status Adopt(const BlockToRead& place, std::string_view stored) const;
  const RandomAccessFile& file() const;

  // All blocks in the order of the file. Reads and checks each of them.
  Result<std::vector<BlockInfo>> Blocks() const;

  // What the properties block says, names ascending; keys in it are internal keys. REQUIRES: it was
  // loaded.
  const std::vector<std::pair<std::string, std::string>>& properties() const;
  // From the footer (size and checksum) and, once it was loaded, the properties.
  const TableSummary& summary() const;
  // Adds the ordinals of `blob` that entries of the table point to.
  Status AddLiveIn(BlobId blob, Bitmap* live) const;
  const FileId& file_id() const;
  const std::string& name() const;
  // Index, filter and properties held in memory; before they were loaded, what they take in the
  // file.
  std::uint64_t memory_bytes() const;
  // What the index block has less than a sparse one would have, before compression.
  std::uint64_t index_bytes_saved() const;
  // Up to `count` user keys that cut the table into parts of about equal size; for splitting work.
  std::vector<std::string> SplitKeys(std::size_t count) const;

 private:
  TableReader();
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace strata::sst
