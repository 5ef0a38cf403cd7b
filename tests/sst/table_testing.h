// Tables in memory for the tests of this folder: made from a list of entries, damaged, read.

#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/coding.h"
#include "base/crc32c.h"
#include "base/random.h"
#include "io/file_system.h"
#include "iter/internal_key.h"
#include "iter/iterator.h"
#include "sst/table_builder.h"
#include "sst/table_format.h"
#include "sst/table_reader.h"
#include "stats/counters.h"
#include "testing/bytes_file.h"
#include "testing/results.h"

namespace strata::sst {

using strata::testing::CodeOf;
using strata::testing::Must;
using strata::testing::Outcome;

inline constexpr std::string_view kTableName = "000007.sst";
inline constexpr FileId kFileId = {'a', 'f', 'i', 'l', 'e', ' ', 'i', 'd',
                                   ' ', 'o', 'f', ' ', '1', '6', ' ', 'b'};

class StringSink final : public WritableFile {
 public:
  explicit StringSink(std::string* out) : out_(out) {}
  Status Append(std::string_view data) override {
    out_->append(data);
    return {};
  }
  Status Sync() override { return {}; }
  Status Close() override { return {}; }
  std::uint64_t size() const override { return out_->size(); }

 private:
  std::string* out_;
};

// Internal keys and values, sorted.
using Entries = std::vector<std::pair<std::string, std::string>>;

inline std::string Key(std::string_view user_key, SequenceNumber sequence,
                       EntryKind kind = EntryKind::kValue) {
  return MakeInternalKey(user_key, sequence, kind);
}

struct InternalLess {
  bool operator()(std::string_view a, std::string_view b) const {
    return CompareInternalKeys(a, b) < 0;
  }
};

// Without what later lessons add, so that the bytes are the same in all of them.
inline TableOptions PlainOptions(std::uint32_t block_bytes = 256, int restart_interval = 4) {
  TableOptions options;
  options.block_bytes = block_bytes;
  options.restart_interval = restart_interval;
  options.filter_bits_per_key = 0;
  return options;
}

inline Result<TableSummary> BuildInto(std::string* bytes, const Entries& entries,
                                      const TableOptions& options,
                                      const FileId& file_id = kFileId) {
  StringSink sink(bytes);
  TableBuilder builder(options, sink, file_id);
  for (const auto& [key, value] : entries) STRATA_TRY(builder.Add(key, value));
  return builder.Finish();
}

inline std::string Build(const Entries& entries, const TableOptions& options = PlainOptions(),
                         const FileId& file_id = kFileId) {
  std::string bytes;
  Must(BuildInto(&bytes, entries, options, file_id));
  return bytes;
}

inline Result<std::unique_ptr<TableReader>> Open(std::string bytes, Counters& counters,
                                                 bool mapped = false) {
  TableReaderOptions options;
  options.counters = &counters;
  return TableReader::Open(std::make_unique<testing::BytesFile>(std::move(bytes), mapped),
                           std::string(kTableName), options);
}

// "value v", "delete", "nothing" or the error.
inline std::string Ask(const TableReader& table, std::string_view user_key,
                       SequenceNumber sequence = kSequenceMax) {
  std::string value;
  const auto hit = table.Get(user_key, sequence, {}, &value);
  if (!hit.has_value()) return Outcome(hit);
  if (!hit->has_value()) return "nothing";
  return (*hit)->kind == EntryKind::kDelete ? "delete" : "value " + value;
}

// Everything a cursor passes from front to back, or the error that stopped it.
inline Result<Entries> ScanForward(InternalIterator& cursor) {
  Entries seen;
  STRATA_TRY(cursor.SeekToFirst());
  while (cursor.Valid()) {
    seen.emplace_back(cursor.key(), cursor.value());
    STRATA_TRY(cursor.Next());
  }
  return seen;
}

// From back to front, given in the order of the front.
inline Result<Entries> ScanBackward(InternalIterator& cursor) {
  Entries seen;
  STRATA_TRY(cursor.SeekToLast());
  while (cursor.Valid()) {
    seen.emplace_back(cursor.key(), cursor.value());
    STRATA_TRY(cursor.Prev());
  }
  return Entries(seen.rbegin(), seen.rend());
}

// Random entries: few distinct user keys have several versions, many share prefixes.
inline Entries RandomEntries(Random& random, std::size_t count, std::size_t key_size_max,
                             std::size_t value_size_max) {
  std::map<std::string, std::string, InternalLess> sorted;
  for (std::size_t i = 0; i < count; ++i) {
    std::string user_key = random.OneIn(2) ? "user:" : "";
    for (std::size_t left = random.Uniform(key_size_max + 1); left > 0; --left) {
      user_key += static_cast<char>(random.OneIn(8) ? random.Next() : 'a' + random.Uniform(3));
    }
    const auto kind = random.OneIn(5) ? EntryKind::kDelete : EntryKind::kValue;
    std::string value;
    if (kind == EntryKind::kValue) value = random.Bytes(random.Uniform(value_size_max + 1));
    sorted[Key(user_key, 1 + random.Uniform(50), kind)] = std::move(value);
  }
  return {sorted.begin(), sorted.end()};
}

// Writes a checksum that fits again after the block at `handle` was changed on purpose.
inline void ResealBlock(std::string* table, const BlockHandle& handle,
                        const FileId& file_id = kFileId) {
  const std::string_view covered(table->data() + handle.offset, handle.size + 2);
  EncodeFixed(table->data() + handle.offset + handle.size + 2,
              BlockChecksum(covered, file_id, handle.offset));
}

// The same for the footer.
inline void ResealFooter(std::string* table) {
  char* const footer = table->data() + table->size() - kFooterSize;
  EncodeFixed(footer + kFooterChecked, Crc32c(std::string_view(footer, kFooterChecked)));
}

}  // namespace strata::sst
