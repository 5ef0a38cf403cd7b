// The tree as a policy sees it: levels of runs of tables, with sizes and key ranges but no files.
// Made from a Version, or in tests from a few lines of text.
//
// Thread safety: values.

#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "version/version.h"

namespace strata::compaction {

struct TableView {
  FileNumber number = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t raw_bytes = 0;  // Before compression.
  std::string smallest;         // User keys, both inclusive.
  std::string largest;
  std::uint64_t entries = 0;
  std::uint64_t deletes = 0;
  std::uint64_t write_time_min_us = 0;
  std::uint64_t write_time_max_us = 0;
};

struct RunView {
  std::uint64_t run = 0;
  std::vector<TableView> tables;  // By key; they don't overlap. Never empty.

  std::uint64_t size_bytes() const;
  std::uint64_t raw_bytes() const;
  std::uint64_t write_time_max_us() const;
};

struct LevelView {
  std::vector<RunView> runs;  // Newest (largest number) first.

  std::uint64_t size_bytes() const;
  // How many runs there are more than `wanted`.
  std::size_t RunsPast(std::size_t wanted) const;
};

struct TreeView {
  std::vector<LevelView> levels;  // By level number; levels in between may be empty.

  // The level, or an empty one when the tree isn't that deep.
  const LevelView& level(std::uint32_t number) const;
  std::uint64_t size_bytes() const;
};

TreeView ViewOf(const Version& version);

using TableSet = std::set<FileNumber>;

// User keys from `lower` on and before `upper`; an absent bound is open.
struct KeyRange {
  std::optional<std::string> lower;
  std::optional<std::string> upper;

  bool Overlaps(const TableView& table) const;
};

// The keys between two tables' ends, both inclusive: what a set of tables spans. Empty at first.
class Hull {
 public:
  void Extend(const TableView& table);
  void Extend(const RunView& run);
  bool Overlaps(const TableView& table) const;
  bool Overlaps(const RunView& run) const;
  bool StartsAfter(const TableView& table) const;

 private:
  bool empty_ = true;
  std::string smallest_;
  std::string largest_;
};

// The tables of `run` that overlap `hull`.
std::vector<const TableView*> Overlapping(const RunView& run, const Hull& hull);

}  // namespace strata::compaction
