// A batch as text, so that a test can say what a transaction writes and asks for:
// "a=1 b=deleted; a since 3, [c .. e) since 2". Of a named table it is "7:a".
//
// Thread safety: a pure function.

#pragma once

#include <cstdint>
#include <string>

#include "base/check.h"
#include "strata/write_batch.h"
#include "wal/batch_format.h"

namespace strata {

inline std::string KeyText(std::uint64_t table, std::string_view key) {
  return (table == 0 ? "" : std::to_string(table) + ":") + std::string(key);
}

inline std::string ConditionsText(const WriteBatch& batch) {
  std::string text;
  for (const Condition& condition : batch.conditions()) {
    const std::uint64_t table = condition.table.id;
    std::string what = KeyText(table, condition.key);
    if (condition.kind == Condition::Kind::kRangeUnchanged) {
      what = "[" + what + " .. " + condition.upper.value_or("end") + ")";
    }
    text += (text.empty() ? "" : ", ") + what + " since " + std::to_string(condition.version);
  }
  return text;
}

inline std::string BatchText(const WriteBatch& batch) {
  std::string text;
  const Status read = wal::ForEachEntry(batch.encoded(), 1, [&](const wal::BatchEntry& entry) {
    const bool deleted = entry.kind == EntryKind::kDelete;
    text += (text.empty() ? "" : " ") + KeyText(entry.table, entry.key) + "=" +
            (deleted ? "deleted" : std::string(entry.value));
    if (entry.expires_at_us != 0) text += " until " + std::to_string(entry.expires_at_us);
    return Status();
  });
  STRATA_CHECK(read.has_value());
  const std::string conditions = ConditionsText(batch);
  return conditions.empty() ? text : text + "; " + conditions;
}

}  // namespace strata
