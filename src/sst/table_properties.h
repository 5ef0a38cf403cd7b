// A table's properties block: names and values that say what the table holds. Known names become a
// TableSummary; the rest is for people.
//
// Thread safety: free functions, any thread.

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sst/table_builder.h"

namespace strata::sst {

// Names ascend.
using TableProperties = std::vector<std::pair<std::string, std::string>>;

// What the builder writes: the summary, and how the table was made. See table_format.h.
TableProperties MakeProperties(const TableSummary& summary, const TableOptions& options);

std::string EncodeProperties(const TableProperties& properties);

// The named table that the table says it is part of; 0: none. Errors: kCorruption.
Result<std::uint32_t> NamedTableOf(const TableProperties& properties);

// Errors: kCorruption.
Result<BlobUses> BlobUsesOf(const TableProperties& properties);

// Errors: kCorruption.
Result<TableProperties> DecodeProperties(std::string_view bytes);

// The summary without what the footer holds. Errors: kCorruption when a name is missing.
Result<TableSummary> SummaryOf(const TableProperties& properties);

}  // namespace strata::sst
