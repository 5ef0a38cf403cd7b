// One change of what the database is: tables that came, tables that went, logs that were sealed.
// The manifest is a list of these; manifest_format.h tells their bytes.
//
// Thread safety: values.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iter/internal_key.h"
#include "sst/blob_uses.h"
#include "version/file_names.h"
#include "version/named_table.h"

namespace strata {

using FileId = std::array<char, 16>;

// Where a table stands in the order of reads: lower levels first, in a level the larger run first.
// Tables of one run don't overlap.
struct RunPosition {
  std::uint32_t level = 0;
  std::uint64_t run = 0;

  auto operator<=>(const RunPosition&) const = default;
};

inline constexpr std::uint32_t kLevelMax = 63;

// Sequences of snapshots, both inclusive.
struct SnapshotRange {
  SequenceNumber first = 0;
  SequenceNumber last = 0;

  bool operator==(const SnapshotRange&) const = default;
};

// Entries of a table that are there only because a snapshot in `range` may read them.
struct HeldVersions {
  SnapshotRange range;
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;  // Of keys and values.

  bool operator==(const HeldVersions&) const = default;
};

struct TableMeta {
  FileNumber number = 0;
  RunPosition position;
  std::uint64_t size_bytes = 0;
  FileId file_id{};
  std::uint32_t footer_checksum = 0;  // Of the table's footer: a swapped file is noticed.
  std::string smallest;               // Internal keys, both inclusive.
  std::string largest;
  SequenceNumber sequence_min = 0;
  SequenceNumber sequence_max = 0;
  std::uint64_t entries = 0;
  std::uint64_t deletes = 0;
  std::uint64_t raw_bytes = 0;  // Keys and values before compression.
  // Wall clock of the oldest and the newest write inside: time windows and deadlines go by them.
  std::uint64_t write_time_min_us = 0;
  std::uint64_t write_time_max_us = 0;
  std::vector<HeldVersions> held;
  std::vector<sst::BlobUse> blobs;  // That the table keeps values of alive; ids ascend.
  std::uint32_t named_table = 0;    // Id of the named table that it is part of; 0: the default one.
  std::uint64_t expiring = 0;  // Entries that have an expiry, and the first and the last of these.
  std::uint64_t expiry_min_us = 0;
  std::uint64_t expiry_max_us = 0;
  // Wall clock of the oldest write that is a delete now; 0 when there is none.
  std::uint64_t delete_since_us = 0;

  bool operator==(const TableMeta&) const = default;
};

// A log that will never grow again: its bytes up to `length` are all there.
struct SealedLog {
  FileNumber number = 0;
  std::uint64_t length = 0;

  bool operator==(const SealedLog&) const = default;
};

// A log that is there from before the edit on, until an edit says that it doesn't matter any more.
struct BegunLog {
  FileNumber number = 0;
  std::uint64_t began_us = 0;  // Wall clock: nothing in it was written earlier.

  bool operator==(const BegunLog&) const = default;
};

class Blob;

// A blob: values that live apart from their keys. Its id never changes; the file changes when what
// is left of the values is copied to another.
struct BlobMeta {
  BlobId id = 0;
  FileNumber file = 0;
  std::uint64_t size_bytes = 0;
  FileId file_id{};
  std::uint32_t footer_checksum = 0;
  std::uint64_t values = 0;     // In the file.
  std::uint64_t raw_bytes = 0;  // Of these, uncompressed.

  bool operator==(const BlobMeta&) const = default;
};

// A table from which all is gone that was written up to `sequence`, in tables, memtables and logs.
struct TableTruncated {
  std::uint32_t table = 0;
  SequenceNumber sequence = 0;

  bool operator==(const TableTruncated&) const = default;
};

struct VersionEdit {
  std::vector<TableMeta> added;
  std::vector<FileNumber> removed;
  std::vector<NamedTable> created;
  std::vector<std::uint32_t> dropped;             // Ids. What such a table holds goes with it.
  std::optional<std::uint32_t> next_named_table;  // Ids below this have been given out.
  std::vector<TableApplied> applied;
  std::vector<TableTruncated> truncated;
  std::vector<BegunLog> begun_logs;
  std::vector<SealedLog> sealed_logs;
  // Logs below this number hold nothing that isn't in tables.
  std::optional<FileNumber> oldest_log;
  // At least this many file numbers, sequences have been given out.
  std::optional<FileNumber> next_file;
  std::optional<SequenceNumber> last_sequence;
  std::vector<BlobMeta> blobs;  // New, or now in another file.
  std::vector<BlobId> removed_blobs;
  // Not part of the bytes: an open Blob for each of `blobs`, when the edit is applied.
  std::vector<std::shared_ptr<const Blob>> opened_blobs;

  bool operator==(const VersionEdit&) const = default;
};

}  // namespace strata
