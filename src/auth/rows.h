// Accounts as rows of the table "strata.auth", one for each user, role and token:
//
//   key                  value
//   user/<name>          01 enabled(1) varint(since) texts(passwords) texts(certificates)
//                          texts(roles) grants
//   role/<name>          01 grants
//   token/<id>           01 text(user) text(digest) u64(expiry, wall clock, microseconds)
//   change/<20 digits>   the record of the change with that number: see audit_record.h
//   version              01 u64(number of the last change) text(hash of its record)
//
//   text    := varint(size) bytes                texts  := varint(count) text*
//   grant   := varint(bits of actions) text(table) text(lower) bounded(1) [text(upper)]
//   grants  := varint(count) grant*
//
// Integers are little-endian. A row whose first byte is greater was written by a newer program.
// Thread safety: pure functions.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/account.h"
#include "base/result.h"

namespace strata::auth {

inline constexpr std::string_view kRulesTable = "strata.auth";

struct Row {
  std::string key;
  std::string value;

  bool operator==(const Row&) const = default;
};

// All but the changes, sorted by key.
std::vector<Row> EncodeRows(const Accounts& accounts);
// Takes one row of the table into `*accounts`; rows of changes are passed over. Errors: kCorruption
// that names the row, kUnsupported for what a newer program wrote.
Status DecodeRow(std::string_view key, std::string_view value, Accounts* accounts);
// "change/00000000000000000007".
std::string ChangeKey(std::uint64_t number);

}  // namespace strata::auth
