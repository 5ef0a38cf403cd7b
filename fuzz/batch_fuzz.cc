// The batch decoder on any bytes: no view may leave them, and what it accepts must survive being
// encoded and decoded again.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "wal/batch_format.h"

namespace {

bool IsInside(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using strata::Status;
  using strata::wal::BatchEntry;
  const std::string_view batch(reinterpret_cast<const char*>(data), size);
  std::string again;
  std::size_t entries = 0;
  const Status read = strata::wal::ForEachEntry(batch, 1, [&](const BatchEntry& entry) -> Status {
    STRATA_CHECK(IsInside(entry.key, batch) && IsInside(entry.value, batch));
    STRATA_CHECK(entry.sequence == ++entries);
    if (entry.kind == strata::EntryKind::kDelete) {
      strata::wal::AppendDelete(&again, entry.key, static_cast<std::uint32_t>(entry.table));
    } else {
      strata::wal::AppendPut(&again, entry.key, entry.value,
                             static_cast<std::uint32_t>(entry.table), entry.expires_at_us);
    }
    return {};
  });
  STRATA_CHECK(again.size() <= size);  // Lengths may have been written longer than needed.
  const Status reread = strata::wal::ForEachEntry(again, 1, [&](const BatchEntry&) -> Status {
    --entries;
    return {};
  });
  STRATA_CHECK(reread && entries == 0);
  static_cast<void>(read);
  return 0;
}
