#include "compaction/tree_view.h"

#include <algorithm>

namespace strata::compaction {

std::uint64_t RunView::size_bytes() const {
  std::uint64_t sum = 0;
  for (const TableView& table : tables) sum += table.size_bytes;
  return sum;
}

std::uint64_t RunView::raw_bytes() const {
  std::uint64_t sum = 0;
  for (const TableView& table : tables) sum += table.raw_bytes;
  return sum;
}

std::uint64_t RunView::write_time_max_us() const {
  std::uint64_t newest = 0;
  for (const TableView& table : tables) newest = std::max(newest, table.write_time_max_us);
  return newest;
}

std::uint64_t LevelView::size_bytes() const {
  std::uint64_t sum = 0;
  for (const RunView& run : runs) sum += run.size_bytes();
  return sum;
}

std::size_t LevelView::RunsPast(std::size_t wanted) const {
  return runs.size() > wanted ? runs.size() - wanted : 0;
}

const LevelView& TreeView::level(std::uint32_t number) const {
  static const LevelView empty;
  return number < levels.size() ? levels[number] : empty;
}

std::uint64_t TreeView::size_bytes() const {
  std::uint64_t sum = 0;
  for (const LevelView& level : levels) sum += level.size_bytes();
  return sum;
}

TreeView ViewOf(const Version& version) {
  TreeView tree;
  tree.levels.resize(version.level_count());
  for (const Run& run : version.runs()) {
    RunView& view = tree.levels[run.position.level].runs.emplace_back();
    view.run = run.position.run;
    view.tables.reserve(run.tables.size());
    for (const auto& table : run.tables) {
      const TableMeta& meta = table->meta();
      view.tables.push_back({.number = meta.number,
                             .size_bytes = meta.size_bytes,
                             .raw_bytes = meta.raw_bytes,
                             .smallest = std::string(UserKeyOf(meta.smallest)),
                             .largest = std::string(UserKeyOf(meta.largest)),
                             .entries = meta.entries,
                             .deletes = meta.deletes,
                             .write_time_min_us = meta.write_time_min_us,
                             .write_time_max_us = meta.write_time_max_us});
    }
  }
  return tree;
}

bool KeyRange::Overlaps(const TableView& table) const {
  return (!upper || table.smallest < *upper) && (!lower || table.largest >= *lower);
}

void Hull::Extend(const TableView& table) {
  if (empty_ || table.smallest < smallest_) smallest_ = table.smallest;
  if (empty_ || table.largest > largest_) largest_ = table.largest;
  empty_ = false;
}

void Hull::Extend(const RunView& run) {
  for (const TableView& table : run.tables) Extend(table);
}

bool Hull::Overlaps(const TableView& table) const {
  return !empty_ && table.smallest <= largest_ && table.largest >= smallest_;
}

bool Hull::StartsAfter(const TableView& table) const {
  return !empty_ && table.largest < smallest_;
}

bool Hull::Overlaps(const RunView& run) const {
  return std::any_of(run.tables.begin(), run.tables.end(),
                     [&](const TableView& table) { return Overlaps(table); });
}

std::vector<const TableView*> Overlapping(const RunView& run, const Hull& hull) {
  std::vector<const TableView*> tables;
  auto table =
      std::partition_point(run.tables.begin(), run.tables.end(),
                           [&](const TableView& candidate) { return hull.StartsAfter(candidate); });
  for (; table != run.tables.end() && hull.Overlaps(*table); ++table) tables.push_back(&*table);
  return tables;
}

}  // namespace strata::compaction
