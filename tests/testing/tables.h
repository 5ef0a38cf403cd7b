// Small tables on a disk in memory, written as text: "a@5=x b@3" is key a at sequence 5 with value
// x, and a delete of b at sequence 3.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "io/memory_file_system.h"
#include "iter/iterator.h"
#include "stats/counters.h"
#include "version/table_store.h"

namespace strata::testing {

struct Entry {
  std::string key;  // Internal key.
  std::string value;

  bool operator==(const Entry&) const = default;
};

// The entries in the text, sorted.
std::vector<Entry> ParseEntries(std::string_view text);
// "a@5=x", "b@3".
std::string ShowEntry(std::string_view key, std::string_view value);

// Every entry from the front, or from the back, as ParseEntries' text. Errors come last.
std::string Forwards(InternalIterator& entries);
std::string Backwards(InternalIterator& entries);

// Makes tables in the directory "db" of a disk of its own.
class TableFactory {
 public:
  TableFactory();

  // Builds and opens a table, with a TableBuilder alone.
  std::shared_ptr<const Table> Make(FileNumber number, RunPosition position,
                                    std::string_view entries);
  Result<std::shared_ptr<const Table>> Open(const TableMeta& meta);

  // For a TableWriter: numbers from `next_number` on, ids drawn from a seed.
  // Over what `files` is now; it lives as long as this.
  TableStore& Store();

  const std::unique_ptr<MemoryFileSystem> disk;
  FileSystem* files;  // What is used: `disk`, unless a test puts another in front.
  Counters counters;
  sst::TableOptions options;
  FileNumber next_number = 1;

 private:
  FileId NewFileId();

  Random random_{20};
  std::vector<std::unique_ptr<TableStore>> stores_;
};

}  // namespace strata::testing
