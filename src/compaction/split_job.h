// Cuts a job into key ranges of about equal size, so that several threads can run it side by side.
//
// Thread safety: pure functions.

#pragma once

#include <vector>

#include "compaction/policy.h"
#include "version/version.h"

namespace strata::compaction {

// At most `parts` adjacent ranges that together cover all keys: run a CompactionRun over each and
// give their outputs to Conclude in this order. One open range when the job is too small to cut.
std::vector<KeyRange> SplitJob(const CompactionJob& job, const Version& version, std::size_t parts);

}  // namespace strata::compaction
