// When the log is cut off: who needs what is gone gets a snapshot (the paper, 7).

#include <utility>

#include "base/check.h"
#include "base/mutant.h"
#include "raft/raft.h"

namespace strata::raft {

void Raft::Compact(const Snapshot& snapshot) {
  STRATA_CHECK(snapshot.last.index <= applied_);
  log_.Compact(snapshot);
}

void Raft::SendSnapshot(NodeId to, Progress& progress) {
  progress.SentSnapshot(log_.snapshot().last.index);
  Send(to, InstallSnapshot{.snapshot = log_.snapshot()});
}

void Raft::SnapshotFailed(NodeId to) {
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr || !leader->followers.contains(to)) return;
  leader->followers.at(to).SnapshotFailed();
}

// A log that goes on behind the snapshot is right, and stays: it may be what makes others' entries
// committed. Any other is of no use.
void Raft::Receive(NodeId from, const InstallSnapshot& install) {
  const Snapshot& snapshot = install.snapshot;
  if (snapshot.last.index <= commit_) return Send(from, AppendReply{.match = commit_});
  if (log_.Matches(snapshot.last)) {
    SetCommit(snapshot.last.index);
    return Send(from, AppendReply{.match = snapshot.last.index});
  }
  log_.Restore(snapshot);
  new_snapshot_ = snapshot;
  commit_ = snapshot.last.index;
  applied_ = snapshot.last.index;
  if (!STRATA_MUTANT(snapshot_record_before_file)) LogChanged();
  Send(from, AppendReply{.match = snapshot.last.index});
  LogChanged();
}

}  // namespace strata::raft
