// Merges tables in the background as each tree's policy picks: a job is cut into key ranges that
// run side by side in small steps; when the last one is through, one edit replaces the inputs.
//
// Thread safety: the store's mutex is held in every call.

#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "compaction/compaction_runner.h"
#include "compaction/policy.h"
#include "compaction/rewrite_pick.h"
#include "upkeep/failures.h"
#include "upkeep/flusher.h"

namespace strata {

class Compactor {
 public:
  // `done`, with the mutex held, begins what is due when a job has ended.
  Compactor(const UpkeepParts& parts, Failures& failures, std::function<void()> done)
      : parts_(parts), failures_(failures), done_(std::move(done)) {}

  // Begins what is due in every tree, and estimates what is owed.
  void Start(bool at_rest);  // At rest, what makes reads cheaper is due as well.
  const compaction::Debt& debt() const { return debt_; }
  bool idle() const { return running_ == 0; }
  // The inputs of jobs that run.
  const compaction::TableSet& busy() const { return busy_; }

  // Writes all tables of `files` anew; others pause meanwhile. Gives the mutex away.
  Status Rewrite(const std::shared_ptr<Tree>& tree, const compaction::FileNumbers& files);

  // Merges all of a range down to one run; others pause meanwhile. Gives the mutex away.
  Status CompactRange(const std::shared_ptr<Tree>& tree, const compaction::KeyRange& range);

 private:
  struct Running;
  compaction::RunnerOptions MakeRunnerOptions(const Tree& tree) const;
  void StartIn(const std::shared_ptr<Tree>& tree, bool at_rest);
  // Starts what the tree's policy picks. True when it began a job without a merge: more may be due
  // beside it.
  bool StartPicked(const std::shared_ptr<Tree>& tree, bool at_rest);
  void StartExpired(const std::shared_ptr<Tree>& tree);
  // A table to be written anew because of what snapshots that are gone held in it.
  std::optional<compaction::CompactionJob> PickReleased(Tree& tree, double share_min,
                                                        const compaction::KeyRange& range);
  Status StartJob(const std::shared_ptr<Tree>& tree, const compaction::CompactionJob& job);
  Step RunPart(const std::shared_ptr<Running>& running, std::size_t part);
  void Finish(Running& running);
  Status Conclude(Running& running);

  const UpkeepParts parts_;
  Failures& failures_;
  const std::function<void()> done_;
  compaction::Debt debt_;
  compaction::TableSet busy_;
  int running_ = 0;
  int paused_ = 0;  // By CompactRange.
};

}  // namespace strata
