// A tree of real tables on a disk in memory, for tests of what compaction does to it.

#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compaction/compaction_runner.h"
#include "testing/tables.h"

namespace strata::compaction {

class SmallTree {
 public:
  SmallTree();

  // Adds a table of entries like "a@5=x b@3" as the position's, or to it.
  FileNumber Add(RunPosition position, std::string_view entries);

  // Runs the job to its end and installs what comes of it.
  CompactionResult Compact(const CompactionJob& job);
  void Install(const CompactionResult& result);

  // Merges `inputs` into `output`.
  CompactionJob Merge(std::vector<FileNumber> inputs, RunPosition output) const;

  // What a reader at `sequence` finds: the value, "-" after a delete, "" for nothing at all.
  std::string Get(std::string_view key, SequenceNumber sequence = kSequenceMax);

  // "L0.3 [a@5=x b@3]  L1.1 [c@1=y] [d@2=z]": each run with its tables.
  std::string Show() const;

  const std::shared_ptr<const Version>& version() const { return version_; }
  std::size_t files() const;

  testing::TableFactory tables;
  TableStore& store;
  RunnerOptions options;

 private:
  std::shared_ptr<const Version> version_ = std::make_shared<Version>();
};

}  // namespace strata::compaction
