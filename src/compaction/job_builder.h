// What policies share: collecting tables into a job.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compaction/policy.h"

namespace strata::compaction {

bool AnyBusy(const RunView& run, const TableSet& busy);
bool AnyBusy(const LevelView& level, const TableSet& busy);

// The number of the one run of a leveled level. It is kept, so that jobs over different keys of the
// level can run side by side.
std::uint64_t LeveledRun(const TreeView& tree, std::uint32_t level);

// The bytes that merging `jobs` will read: a first estimate of a tree's debt.
std::uint64_t InputBytes(const TreeView& tree, const std::vector<CompactionJob>& jobs);

class JobBuilder {
 public:
  // `tree` must outlive the builder.
  JobBuilder(const TreeView& tree, RunPosition output) : tree_(&tree), output_(output) {}

  void Add(const TableView& table);
  void Add(const RunView& run);

  // Adds what overlaps `hull` in `level`. False if any of it is busy: forget the builder then.
  bool AddOverlapping(std::uint32_t level, const Hull& hull, const TableSet& busy);

  // Adds tables of `level` that lie beside the hull and are small, below `small_bytes` and for what
  // was chosen: they become one with it.
  void AddSmallNeighbours(std::uint32_t level, std::uint64_t small_bytes, const TableSet& busy);

  bool Has(const RunView& run) const { return chosen_.contains(run.tables.front().number); }
  const Hull& hull() const { return hull_; }
  std::uint64_t size_bytes() const { return size_bytes_; }

  // The output's run becomes the newest of all that were chosen.
  void OutputToNewestRun();

  // The job, its inputs in the order of reads. It is a trivial move if the tables can stand at the
  // output as they are; not if a rewrite would rid them of tombstones.
  // REQUIRES: all that overlaps the inputs in the output's run is among them.
  CompactionJob Build(const Options& options, std::string reason) const;

 private:
  bool CanMove() const;
  bool OlderOverlaps() const;

  const TreeView* tree_;
  RunPosition output_;
  TableSet chosen_;
  Hull hull_;
  std::uint64_t size_bytes_ = 0;
  std::uint64_t deletes_ = 0;
};

}  // namespace strata::compaction
