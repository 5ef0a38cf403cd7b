// Which rows an index has for a row of its table.
//
//   unique index: tuple (element)            -> the row's key
//   other index:  tuple (element, row's key) -> nothing
//
// Thread safety: pure functions.

#pragma once

#include <map>
#include <string>
#include <string_view>

#include "strata/keys/indexed_table.h"

namespace strata::keys {

using IndexRows = std::map<std::string, std::string>;  // Key and value of each index row.

// Errors: kInvalidArgument for an element whose index row would have too long a key.
Result<IndexRows> IndexRowsOf(const IndexDefinition& index, std::string_view key,
                              std::string_view value);

// What the index holds where a value has `element`: in JSON, 1.0 and 1 are one number.
Element AsIndexed(const IndexDefinition& index, const Element& element);

// The key of the row that an index row leads to. Errors: kCorruption.
Result<std::string> RowKeyOf(const IndexDefinition& index, std::string_view index_key,
                             std::string_view index_value);

}  // namespace strata::keys
