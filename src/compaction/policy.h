// Decides what to compact. A policy is a pure function: a picture of the tree goes in, jobs come
// out. It opens no file and reads no clock, so each decision can be tested from lines of text.
//
// compaction_runner.h carries a job out; the db installs the edit that comes of it.
// Thread safety: a Policy is immutable; any number of threads.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "compaction/tree_view.h"
#include "strata/options.h"

namespace strata::compaction {

// Merge these tables into tables at `output`.
//
// Invariant: once the job is done, a read that goes through the runs in order (level ascending, run
// descending) still finds the newest entry of each key first.
struct CompactionJob {
  std::vector<FileNumber> inputs;  // Whole tables, in the order of reads.
  RunPosition output;
  bool trivial_move = false;      // The tables change their position and nothing is rewritten.
  bool drop_inputs = false;       // The tables go and nothing replaces them.
  std::string reason;             // For people: "level 0 has 4 runs".
  std::uint64_t table_bytes = 0;  // Cut the outputs at this size.
  double score = 0;               // 1 or more is due; the larger the more urgent.
};

// What compaction has still to do until the tree has its right shape: it slows writers down.
struct Debt {
  std::uint64_t bytes = 0;  // About so much has to be written.
  std::size_t runs = 0;     // Runs of level 0 past what the policy wants; each costs every read.
};

struct PolicyInput {
  const TreeView& tree;
  const TableSet& busy;  // Inputs of jobs that run now.
  std::uint64_t now_us;  // Wall clock.
};

class Policy {
 public:
  Policy() = default;
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;
  virtual ~Policy() = default;

  // "leveled", "unified 2,2,-8": for traces and reports.
  virtual std::string_view name() const = 0;

  // What is due now, most urgent first. The jobs share no table with each other or with
  // `input.busy`, so all of them may run side by side. Empty when the tree has its right shape.
  virtual std::vector<CompactionJob> Pick(const PolicyInput& input) const = 0;

  // What isn't due, but makes reads cheaper, and pays when nobody else wants the disk: as Pick. It
  // comes to an end: each job brings the tree nearer to where there is none.
  virtual std::vector<CompactionJob> PickAtRest(const PolicyInput& /*input*/) const { return {}; }

  virtual Debt EstimateDebt(const TreeView& tree, std::uint64_t now_us) const = 0;
};

// The policy that `options` ask for; the sizes and counts are options too.
// Errors: kInvalidArgument that names the option.
Result<std::unique_ptr<const Policy>> MakePolicy(const Options& options);

std::unique_ptr<const Policy> NewLeveledPolicy(const Options& options);
// What one integer of Options::unified_w says of its level: it takes `runs_max` runs, then they are
// merged; and it holds `fan_out` times the level above.
struct UnifiedShape {
  int runs_max = 2;
  int fan_out = 2;
};
UnifiedShape ShapeOf(int w);

// One integer a level, "2,2,-8", the last for all deeper levels. Errors: kInvalidArgument.
Result<std::vector<int>> ParseUnifiedW(std::string_view text);

Result<std::unique_ptr<const Policy>> NewUnifiedPolicy(const Options& options);
Result<std::unique_ptr<const Policy>> NewTieredPolicy(const Options& options);
Result<std::unique_ptr<const Policy>> NewTimeWindowPolicy(const Options& options);
Result<std::unique_ptr<const Policy>> NewFifoPolicy(const Options& options);

// The next step of merging all that overlaps `range` down into one run of the deepest level that it
// reaches (level 1 at least), level by level. Run it and ask again until done. Works on the layout
// of every policy.
struct ManualPick {
  std::optional<CompactionJob> job;
  bool blocked = false;  // No job now, but there is work: wait until running jobs end.
};
ManualPick PickManual(const TreeView& tree, const KeyRange& range, const TableSet& busy,
                      const Options& options);

}  // namespace strata::compaction
