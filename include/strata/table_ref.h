// Which key space of a store is meant. Every store has the default one; others have names.
//
//   STRATA_TRY_ASSIGN(const strata::TableRef users, db->CreateTable("users", {}));
//   STRATA_TRY(db->Put("42", "Ada", {.table = users}));
//
// Thread safety: values.

#pragma once

#include <compare>
#include <cstdint>

namespace strata {

// Stays the same for as long as the table is there. No other table ever has the same id, not even
// after this one was dropped.
struct TableRef {
  std::uint32_t id = 0;

  auto operator<=>(const TableRef&) const = default;
};

inline constexpr TableRef kDefaultTable{};

// An expiry that never comes, whatever the table's default is.
inline constexpr std::uint64_t kNeverExpires = ~std::uint64_t{0};

// What a batch says of one entry besides key and value.
struct EntryOptions {
  TableRef table = kDefaultTable;
  // Wall clock, in microseconds, from which on the entry isn't there any more. 0: as the write's
  // options and the table say.
  std::uint64_t expires_at_us = 0;
};

}  // namespace strata
