// Trees and jobs as text, for golden scripts. A line is a run; a table is
// number:smallest-largest:size and may add d<deletes> and @<seconds of its newest write>:
//
//   L0.9  12:a-k:10
//   L1.1  5:a-f:40d3@60  6:g-p:40
//   busy 5 12
//   now 100

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compaction/policy.h"

namespace strata::compaction {

struct TreeText {
  TreeView tree;
  TableSet busy;
  std::uint64_t now_us = 0;
};

// `lines` as above; other lines end the test.
TreeText ParseTree(const std::string& lines);

// "compaction=tiered table=50 runs=4 level1=100 multiplier=10 ...": every size in bytes.
Options ParseOptions(const std::string& words);

// "merge 12 5 6 -> L1.1 (level 0 has 4 runs, score 1.25)"; one line a job, "nothing" for none.
std::string ShowJobs(const std::vector<CompactionJob>& jobs);

// What the pick and debt commands of scripts print:
//
//   pick compaction=leveled level1=100
//   L0.9  12:a-k:10
//
// Commands: pick OPTIONS, debt OPTIONS, manual FROM TO OPTIONS ("*" is an open bound), level0
// OPTIONS, score LEVEL OPTIONS.
// And rest OPTIONS: what is worth it when nobody writes.
std::string RunPolicyCommand(const std::string& command);

}  // namespace strata::compaction
