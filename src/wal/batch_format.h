// Format of a batch of writes: the payload of a log's batch records, and what a WriteBatch holds.
//
//   batch := entry*
//   entry := kind u8 | table varint | key length varint | key | [expiry fixed64]
//            | [value length varint | value]
//
// A delete has no value. The n-th entry (from 0) has sequence first + n, so that batches can be
// put one after another. `table` is 0 for the default table (named ones: lesson tables); the kinds
// of iter/internal_key.h that expire carry a fixed64 expiry, wall clock in microseconds. In a log
// the value of a kind that points to a blob is the place of the value there (lesson
// value-separation). Example: put "k" = "hi", delete "x" is 01 00 01 6b 02 68 69  00 00 01 78.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "iter/internal_key.h"

namespace strata::wal {

struct BatchEntry {
  std::uint64_t table;
  EntryKind kind;
  std::string_view key;
  std::string_view value;  // Empty for a delete.
  SequenceNumber sequence;
  std::uint64_t expires_at_us = 0;  // 0: never.
};

void AppendPut(std::string* batch, std::string_view key, std::string_view value,
               std::uint32_t table = 0, std::uint64_t expires_at_us = 0);
void AppendDelete(std::string* batch, std::string_view key, std::uint32_t table = 0);
// `place` says where the value is; see blob/pending_blob.h.
void AppendPointer(std::string* batch, std::string_view key, std::string_view place,
                   std::uint32_t table, std::uint64_t expires_at_us);

// Takes a batch apart. Its bytes are not trusted: every length is checked against what is left,
// nothing is allocated for an intact entry, and the views hold as long as the bytes do.
class BatchReader {
 public:
  BatchReader(std::string_view batch, SequenceNumber first) : rest_(batch), sequence_(first) {}

  // The next entry, or nothing at the end. Errors, each with the entry's offset: kCorruption;
  // kUnsupported for a kind or table of a newer program.
  Result<std::optional<BatchEntry>> Next();

 private:
  Result<std::string_view> ReadString(std::string_view what, std::size_t entry_offset);

  ByteReader rest_;
  SequenceNumber sequence_;
};

// Calls `visit(const BatchEntry&)`, which returns a Status, for every entry up to the first error.
template <typename Visit>
Status ForEachEntry(std::string_view batch, SequenceNumber first, Visit&& visit) {
  BatchReader reader(batch, first);
  while (true) {
    STRATA_TRY_ASSIGN(const std::optional<BatchEntry> entry, reader.Next());
    if (!entry) return {};
    STRATA_TRY(visit(*entry));
  }
}

}  // namespace strata::wal
