// Whether a key or a range was written after a sequence: what optimistic transactions stand on.
//
// Tables whose newest entry is older aren't read. Known limit: a memtable is walked over the whole
// range.
// Thread safety: any thread.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "read/read_state.h"

namespace strata {

// REQUIRES for both: a snapshot at or before `since` is held since then (or a delete might have
// been dropped, and be missed).
Result<bool> KeyChanged(const ReadState& state, std::string_view key, SequenceNumber since);

// A key from `lower` on and before `upper` (nothing: to the end) that was written, or nothing.
Result<std::optional<std::string>> FindChange(const ReadState& state, std::string_view lower,
                                              const std::optional<std::string>& upper,
                                              SequenceNumber since);

}  // namespace strata
