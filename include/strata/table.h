// Named tables: key spaces of one store, each with options of its own. They share the log, so a
// batch may write to many of them atomically, and a snapshot sees all of them at one instant.
//
// Ten thousand tables are made, or opened, in a second. Each takes 6 KiB of memory, 15 KiB with
// entries on the disk. Known limit: a flush writes, and syncs, a file for each table that was
// written to.
// Thread safety: values.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "strata/applied.h"
#include "strata/options.h"
#include "strata/status.h"
#include "strata/table_ref.h"

namespace strata {

// Fixed when a table is made, and kept in the manifest.
struct TableOptions {
  std::optional<CompactionStyle> compaction;    // Unset: as the store's options say at the time.
  std::optional<Compression> compression;       // The same.
  std::optional<std::uint64_t> blob_threshold;  // As Options::blob_threshold.
  // Entries that aren't given an expiry expire this long after they were written; 0: never.
  std::uint64_t ttl_us = 0;
  // Deleted, overwritten by a delete, or expired: what is gone leaves the disk within this time; 0
  // promises nothing. Snapshots that may read what a delete hides hold it back.
  std::uint64_t delete_deadline_us = 0;
  bool empty_value_deletes = false;  // An empty value is a delete.
  // Its entries come by DB::Apply only, in the order of a log that others keep. What would make
  // replicas differ isn't allowed: FIFO compaction and a delete deadline, which go by local clocks.
  bool replicated = false;

  bool operator==(const TableOptions&) const = default;
};

inline constexpr std::size_t kTableNameSizeMax = 128;
inline constexpr std::string_view kDefaultTableName = "default";

// Success for letters, digits, '_', '-' and '.', no '.' or '-' first, up to kTableNameSizeMax.
// Errors: kInvalidArgument that says what is wrong with it.
Status CheckTableName(std::string_view name);

struct TableInfo {
  TableRef ref;
  std::string name;
  TableOptions options;
  std::uint64_t memtable_entries = 0;
  // What its files hold.
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
  std::uint64_t deletes = 0;
  std::uint64_t expiring = 0;        // Entries with an expiry, past ones included.
  std::uint64_t next_expiry_us = 0;  // The first expiry among them; 0: none.
  AppliedIndex applied;              // Of a replicated table.
};

// One key of one table, for DB::MultiGet.
struct TableKey {
  TableRef table;
  std::string_view key;
};

}  // namespace strata
