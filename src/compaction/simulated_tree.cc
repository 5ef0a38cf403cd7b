#include "compaction/simulated_tree.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/check.h"
#include "compaction/drop_rules.h"

namespace strata::compaction {

std::string SimulatedTree::KeyName(std::uint64_t key) {
  std::string name = std::to_string(key);
  return std::string(name.size() < 8 ? 8 - name.size() : 0, '0') + name;
}

void SimulatedTree::Flush(std::vector<SimulatedEntry> entries, std::uint64_t now_us) {
  STRATA_CHECK(!entries.empty());
  TableView table = MakeTable(std::move(entries), now_us, now_us);
  const RunPosition position{0, table.number};
  Add({std::move(table)}, position);
}

std::vector<SimulatedEntry> SimulatedTree::Merge(const CompactionJob& job) const {
  std::vector<SimulatedEntry> all;
  for (const FileNumber number : job.inputs) {
    const auto& entries = contents_.at(number);
    all.insert(all.end(), entries.begin(), entries.end());
  }
  std::sort(all.begin(), all.end(), [](const SimulatedEntry& a, const SimulatedEntry& b) {
    return a.key != b.key ? a.key < b.key : a.sequence > b.sequence;
  });
  const TableSet inputs(job.inputs.begin(), job.inputs.end());
  std::vector<SimulatedEntry> kept;
  for (std::size_t i = 0; i < all.size(); ++i) {
    VersionFacts facts;
    facts.sequence = all[i].sequence;
    facts.kind = all[i].deleted ? EntryKind::kDelete : EntryKind::kValue;
    if (i > 0 && all[i - 1].key == all[i].key) facts.newer = all[i - 1].sequence;
    if (all[i].deleted) facts.older_below = OlderMayHold(KeyName(all[i].key), job, inputs);
    if (Judge(facts, {}) == Verdict::kKeep) kept.push_back(all[i]);
  }
  return kept;
}

void SimulatedTree::Install(const CompactionJob& job, std::vector<SimulatedEntry> merged) {
  std::vector<TableView> removed = Remove(job);
  if (job.trivial_move) return Add(std::move(removed), job.output);
  std::uint64_t time_min = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t time_max = 0;
  for (const TableView& table : removed) {
    contents_.erase(table.number);
    time_min = std::min(time_min, table.write_time_min_us);
    time_max = std::max(time_max, table.write_time_max_us);
  }
  const std::size_t per_table = std::max<std::size_t>(job.table_bytes / entry_bytes_, 1);
  std::vector<TableView> added;
  for (std::size_t begin = 0; begin < merged.size(); begin += per_table) {
    const std::size_t end = std::min(begin + per_table, merged.size());
    added.push_back(MakeTable({merged.data() + begin, merged.data() + end}, time_min, time_max));
  }
  Add(std::move(added), job.output);
}

std::optional<SimulatedEntry> SimulatedTree::Find(std::uint64_t key, std::uint64_t* probed) const {
  const std::string name = KeyName(key);
  for (const LevelView& level : view_.levels) {
    for (const RunView& run : level.runs) {
      const auto table = std::partition_point(
          run.tables.begin(), run.tables.end(),
          [&](const TableView& candidate) { return candidate.largest < name; });
      if (table == run.tables.end() || table->smallest > name) continue;
      if (probed != nullptr) ++*probed;
      const auto& entries = contents_.at(table->number);
      const auto entry = std::partition_point(
          entries.begin(), entries.end(),
          [&](const SimulatedEntry& candidate) { return candidate.key < key; });
      if (entry != entries.end() && entry->key == key) return *entry;
    }
  }
  return std::nullopt;
}

TableView SimulatedTree::MakeTable(std::vector<SimulatedEntry> entries, std::uint64_t time_min_us,
                                   std::uint64_t time_max_us) {
  TableView table;
  table.number = next_number_++;
  table.size_bytes = entries.size() * entry_bytes_;
  table.raw_bytes = table.size_bytes;
  table.smallest = KeyName(entries.front().key);
  table.largest = KeyName(entries.back().key);
  table.entries = entries.size();
  table.deletes = static_cast<std::uint64_t>(std::count_if(
      entries.begin(), entries.end(), [](const SimulatedEntry& entry) { return entry.deleted; }));
  table.write_time_min_us = time_min_us;
  table.write_time_max_us = time_max_us;
  contents_[table.number] = std::move(entries);
  return table;
}

std::vector<TableView> SimulatedTree::Remove(const CompactionJob& job) {
  const TableSet inputs(job.inputs.begin(), job.inputs.end());
  std::vector<TableView> removed;
  for (LevelView& level : view_.levels) {
    for (RunView& run : level.runs) {
      std::erase_if(run.tables, [&](TableView& table) {
        if (!inputs.contains(table.number)) return false;
        removed.push_back(std::move(table));
        return true;
      });
    }
    std::erase_if(level.runs, [](const RunView& run) { return run.tables.empty(); });
  }
  STRATA_CHECK(removed.size() == inputs.size());
  return removed;
}

void SimulatedTree::Add(std::vector<TableView> tables, RunPosition position) {
  if (tables.empty()) return;
  if (view_.levels.size() <= position.level) view_.levels.resize(position.level + 1);
  auto& runs = view_.levels[position.level].runs;
  auto run = std::partition_point(runs.begin(), runs.end(), [&](const RunView& candidate) {
    return candidate.run > position.run;
  });
  if (run == runs.end() || run->run != position.run) {
    run = runs.insert(run, RunView{.run = position.run, .tables = {}});
  }
  for (TableView& table : tables) run->tables.push_back(std::move(table));
  std::sort(run->tables.begin(), run->tables.end(),
            [](const TableView& a, const TableView& b) { return a.smallest < b.smallest; });
  for (std::size_t i = 1; i < run->tables.size(); ++i) {
    STRATA_CHECK(run->tables[i - 1].largest < run->tables[i].smallest);
  }
}

bool SimulatedTree::OlderMayHold(const std::string& key, const CompactionJob& job,
                                 const TableSet& inputs) const {
  for (std::uint32_t level = job.output.level; level < view_.levels.size(); ++level) {
    for (const RunView& run : view_.levels[level].runs) {
      if (level == job.output.level && run.run > job.output.run) continue;
      for (const TableView& table : run.tables) {
        if (table.smallest <= key && key <= table.largest && !inputs.contains(table.number)) {
          return true;
        }
      }
    }
  }
  return false;
}

}  // namespace strata::compaction
