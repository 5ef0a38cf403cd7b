// A tree whose tables are lists of numbers in memory: policies can run over millions of entries in
// a second, with no disk. The policy explorer measures with it, tests check invariants with it.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compaction/policy.h"

namespace strata::compaction {

struct SimulatedEntry {
  std::uint64_t key = 0;
  SequenceNumber sequence = 0;
  bool deleted = false;
};

class SimulatedTree {
 public:
  // Every entry counts as `entry_bytes`.
  explicit SimulatedTree(std::uint64_t entry_bytes) : entry_bytes_(entry_bytes) {}

  // What a policy sees.
  const TreeView& view() const { return view_; }

  // Adds the newest run of level 0. REQUIRES: sorted by key, each key once, not empty.
  void Flush(std::vector<SimulatedEntry> entries, std::uint64_t now_us);

  // The entries that merging the inputs of `job` leaves, with the drop rules applied.
  std::vector<SimulatedEntry> Merge(const CompactionJob& job) const;

  // Puts `merged`, which Merge(job) returned, in the place of the inputs; a move or a drop needs
  // none. Other jobs may have been installed since.
  void Install(const CompactionJob& job, std::vector<SimulatedEntry> merged);

  // What a read finds: the first entry of `key` in the order of reads. `probed`, if not null, is
  // raised by the number of tables looked into.
  std::optional<SimulatedEntry> Find(std::uint64_t key, std::uint64_t* probed) const;

  // "00000042": the name of a key in the view.
  static std::string KeyName(std::uint64_t key);

 private:
  TableView MakeTable(std::vector<SimulatedEntry> entries, std::uint64_t time_min_us,
                      std::uint64_t time_max_us);
  std::vector<TableView> Remove(const CompactionJob& job);
  void Add(std::vector<TableView> tables, RunPosition position);
  bool OlderMayHold(const std::string& key, const CompactionJob& job, const TableSet& inputs) const;

  const std::uint64_t entry_bytes_;
  TreeView view_;
  std::map<FileNumber, std::vector<SimulatedEntry>> contents_;
  FileNumber next_number_ = 1;
};

}  // namespace strata::compaction
