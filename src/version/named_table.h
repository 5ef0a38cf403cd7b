// What the manifest says of a named table, and its bytes.
//
//   table created := id, varint | name, varint length and bytes | option field*
//   option        := a field (manifest_format.h); an absent one has its default
//     tag 2  compaction style, varint          tag 5  ttl in microseconds, varint
//     tag 4  compression, varint               tag 7  delete deadline in microseconds, varint
//     tag 3  an empty value is a delete: nothing
//     tag 8  blob threshold, varint
//     tag 9  it is replicated: nothing
//     tag 11 the entry that its tables are as of: index, clock in microseconds, varints
//
// Other tags are free. Thread safety: values.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "strata/table.h"

namespace strata {

// In the properties of a store that has, or had, named tables or entries that expire. A program
// that doesn't know them refuses the store by these names.
inline constexpr std::string_view kTablesFeature = "named tables";
inline constexpr std::string_view kExpiryFeature = "expiring entries";
inline constexpr std::string_view kReplicatedFeature = "replicated tables";

struct NamedTable {
  std::uint32_t id = 0;  // From 1 on, never given out again.
  std::string name;
  TableOptions options;
  Applied applied;  // What its tables hold, when it is replicated.

  bool operator==(const NamedTable&) const = default;
};

// What the tables of a replicated table hold, from an edit on.
struct TableApplied {
  std::uint32_t table = 0;
  Applied at;

  bool operator==(const TableApplied&) const = default;
};
std::string EncodeTableApplied(const TableApplied& applied);
Result<TableApplied> DecodeTableApplied(std::string_view bytes);  // Errors: kCorruption.

std::string EncodeNamedTable(const NamedTable& table);
// Errors: kCorruption; kUnsupported for a critical option of a newer program.
Result<NamedTable> DecodeNamedTable(std::string_view bytes);

// "compaction leveled, ttl 60 s", without what has its default.
std::string DescribeTableOptions(const TableOptions& options);

}  // namespace strata
