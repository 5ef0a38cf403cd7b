// What the committer is about to write: the changes of many requests, which each sees as if those
// before it were written already. They become one batch, so that a sync pays for all of them, and
// none is seen by others before it is as durable as the store promises.
//
// Thread safety: none; the committer's thread.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "server/keyspace.h"
#include "strata/db.h"
#include "strata/write_batch.h"

namespace strata::server {

// Is told of each batch once it is in the store, with the version of its last entry.
using OnWritten = std::function<void(const WriteBatch& batch, std::uint64_t version)>;

class Draft final : public Keyspace {
 public:
  // All borrowed. `now_us` is the moment of all that is drafted. `on_written` may be nothing.
  Draft(DB& db, std::uint64_t now_us, OnWritten on_written = {})
      : db_(db), now_us_(now_us), on_written_(std::move(on_written)) {}

  std::uint64_t now_us() const override { return now_us_; }
  Result<std::optional<Entry>> Get(TableRef table, std::string_view key) override;
  Result<std::unique_ptr<Iterator>> NewIterator(const ReadOptions& options) override;
  Status Put(TableRef table, std::string_view key, std::string_view value,
             std::uint64_t expires_at_us) override;
  Status Delete(TableRef table, std::string_view key) override;
  Status Commit() override;

  // Where the draft stands, to ask later what version the last entry before got.
  struct Place {
    std::size_t batch = 0;    // Among those written since it was begun,
    std::size_t entries = 0;  // and of that one, so many.
  };
  Place place() const { return {written_.size(), batch_.count()}; }
  // Of the last entry before it, or in the store before that; 0: there is none. REQUIRES: Commit
  // was called since.
  std::uint64_t VersionAt(Place place) const;
  std::size_t bytes() const { return batch_.size_bytes(); }
  // Empty, for another moment, with failures forgotten; the memory is kept.
  void BeginAnew(std::uint64_t now_us);

 private:
  struct Change {
    std::uint64_t hash = 0;
    TableRef table;
    std::string key;
    std::optional<Entry> entry;  // Nothing: deleted.
  };

  Change* Find(std::uint64_t hash, TableRef table, std::string_view key);
  Change& At(TableRef table, std::string_view key);
  void Grow();
  void Clear();
  Status Write();

  DB& db_;
  std::uint64_t now_us_;
  const OnWritten on_written_;
  struct Written {
    std::uint64_t version = 0;  // Of its last entry.
    std::size_t entries = 0;
  };
  std::vector<Written> written_;  // Since it was begun.
  std::uint64_t version_ = 0;     // Of the last entry written, ever.
  WriteBatch batch_;
  Status failure_;  // Of a Commit: what was drafted before it is lost, and so is what came after.
  std::vector<Change> changes_;  // The first `used_`; the others are kept for their memory.
  std::size_t used_ = 0;
  std::vector<std::uint32_t> slots_;  // A hash table: 1 + the place among changes; 0: free.
};

}  // namespace strata::server
