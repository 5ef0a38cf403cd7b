// Writes that happen only if the store is as their caller thinks it is.
//
//   strata::WriteBatch batch;
//   batch.RequireValue("balance", "100");
//   batch.Put("balance", "80");
//   STRATA_TRY_ASSIGN(auto outcome, db->WriteIf(batch));
//   if (!outcome.written()) ...  // outcome.failed says what is there instead.
//
// Conditions are checked in order, all at one instant, against everything written before; nothing
// comes between the check and the write.
// Thread safety: values.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "strata/table_ref.h"

namespace strata {

// A key's value, and the version that it has: the sequence of the write that put it there. No two
// writes of a store have the same one.
struct Entry {
  std::string value;
  std::uint64_t version = 0;
  std::uint64_t expires_at_us = 0;  // 0: never.

  bool operator==(const Entry&) const = default;
};

// What a batch asks of a key before it is written.
struct Condition {
  enum class Kind : std::uint8_t {
    kAbsent,
    kPresent,
    kValue,           // Its value is `value`.
    kVersion,         // Its version is `version`.
    kUnchanged,       // Nothing was written to it after sequence `version`.
    kRangeUnchanged,  // Nor to any key from it on and before `upper`.
  };

  Kind kind = Kind::kPresent;
  std::string key;
  std::string value;
  std::uint64_t version = 0;
  std::optional<std::string> upper = {};  // Nothing: to the end.
  TableRef table = kDefaultTable;
};

// The first condition of a batch that doesn't hold; those after it weren't looked at.
struct FailedCondition {
  std::size_t index = 0;         // Among the batch's conditions, from 0.
  std::string key;               // Of the condition; the one that changed in a range.
  std::optional<Entry> current;  // What is there; nothing when the key isn't.
};

struct WriteOutcome {
  std::uint64_t version = 0;  // Of the batch's last entry; 0 when nothing was written.
  std::optional<FailedCondition> failed;
  bool repeated = false;  // DB::Apply: the entry had been applied before; nothing happened.

  // True iff every condition held.
  bool written() const { return !failed.has_value(); }
};

}  // namespace strata
