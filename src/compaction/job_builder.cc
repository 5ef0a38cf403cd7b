#include "compaction/job_builder.h"

#include <algorithm>
#include <utility>

namespace strata::compaction {

bool AnyBusy(const RunView& run, const TableSet& busy) {
  return std::any_of(run.tables.begin(), run.tables.end(),
                     [&](const TableView& table) { return busy.contains(table.number); });
}

bool AnyBusy(const LevelView& level, const TableSet& busy) {
  return std::any_of(level.runs.begin(), level.runs.end(),
                     [&](const RunView& run) { return AnyBusy(run, busy); });
}

std::uint64_t LeveledRun(const TreeView& tree, std::uint32_t level) {
  const auto& runs = tree.level(level).runs;
  return runs.empty() ? 1 : runs.front().run;
}

std::uint64_t InputBytes(const TreeView& tree, const std::vector<CompactionJob>& jobs) {
  TableSet inputs;
  for (const CompactionJob& job : jobs) {
    if (!job.trivial_move) inputs.insert(job.inputs.begin(), job.inputs.end());
  }
  std::uint64_t bytes = 0;
  for (const LevelView& level : tree.levels) {
    for (const RunView& run : level.runs) {
      for (const TableView& table : run.tables) {
        if (inputs.contains(table.number)) bytes += table.size_bytes;
      }
    }
  }
  return bytes;
}

void JobBuilder::Add(const TableView& table) {
  if (!chosen_.insert(table.number).second) return;
  hull_.Extend(table);
  size_bytes_ += table.size_bytes;
  deletes_ += table.deletes;
}

void JobBuilder::Add(const RunView& run) {
  for (const TableView& table : run.tables) Add(table);
}

bool JobBuilder::AddOverlapping(std::uint32_t level, const Hull& hull, const TableSet& busy) {
  const Hull fixed = hull;  // It may be our own, which grows.
  for (const RunView& run : tree_->level(level).runs) {
    for (const TableView* table : Overlapping(run, fixed)) {
      if (busy.contains(table->number)) return false;
      Add(*table);
    }
  }
  return true;
}

void JobBuilder::OutputToNewestRun() {
  output_.run = 0;
  for (const LevelView& level : tree_->levels) {
    for (const RunView& run : level.runs) {
      const bool has_chosen =
          std::any_of(run.tables.begin(), run.tables.end(),
                      [&](const TableView& table) { return chosen_.contains(table.number); });
      if (has_chosen) output_.run = std::max(output_.run, run.run);
    }
  }
}

CompactionJob JobBuilder::Build(const Options& options, std::string reason) const {
  CompactionJob job;
  job.output = output_;
  job.trivial_move = CanMove();
  job.reason = std::move(reason);
  job.table_bytes = options.table_bytes;
  for (const LevelView& level : tree_->levels) {
    for (const RunView& run : level.runs) {
      for (const TableView& table : run.tables) {
        if (chosen_.contains(table.number)) job.inputs.push_back(table.number);
      }
    }
  }
  return job;
}

bool JobBuilder::CanMove() const {
  int sources = 0;
  for (std::uint32_t number = 0; number < tree_->levels.size(); ++number) {
    for (const RunView& run : tree_->levels[number].runs) {
      const bool has_chosen =
          std::any_of(run.tables.begin(), run.tables.end(),
                      [&](const TableView& table) { return chosen_.contains(table.number); });
      if (!has_chosen) continue;
      ++sources;
      if (RunPosition{number, run.run} == output_) return false;
    }
  }
  return sources == 1 && (deletes_ == 0 || OlderOverlaps());
}

// Something deeper than the output may hold what a chosen tombstone hides.
bool JobBuilder::OlderOverlaps() const {
  for (std::uint32_t number = output_.level; number < tree_->levels.size(); ++number) {
    for (const RunView& run : tree_->levels[number].runs) {
      if (number == output_.level && run.run >= output_.run) continue;
      if (hull_.Overlaps(run)) return true;
    }
  }
  return false;
}

}  // namespace strata::compaction
