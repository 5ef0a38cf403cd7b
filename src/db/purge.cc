// Deletes that are in the way. A read that passes over many of them, as when a queue is read from
// its front, asks for a purge: the memtable is written out, where a delete and what it deletes go
// together, and tables that are half deletes are merged down. At rest the same is done for deletes
// whose values take room in blob files.

#include "db/db_impl.h"
#include "iter/visible_iterator.h"

namespace strata {
namespace {

// A memtable with fewer isn't worth writing out for them.
constexpr std::uint64_t kDeletesMin = kManyHidden / 2;

}  // namespace

void DbImpl::OnManyHidden(TableRef table) {
  if (purge_asked_.exchange(true)) return;
  environment_.executor->Schedule(Priority::kLow, [gate = gate_, table] {
    DbImpl* db = EnterGate(*gate);
    if (db == nullptr) return Step::kDone;
    {
      MutexLock lock(db->mutex_);
      db->purge_asked_ = false;
      if (const auto tree = db->TreeOf(table)) db->Purge(tree);
      db->MaybeScheduleWork();
    }
    db->LeaveGate();
    return Step::kDone;
  });
}

void DbImpl::Purge(const std::shared_ptr<Tree>& tree) {
  if (!CheckWritable()) return;
  tree->purge = true;
  if (tree->memtable->deletes() < kDeletesMin && !WantsPurge(*tree)) return;
  // A step never waits for a writer, who may be waiting for a step: if there is one, it does it.
  switch_wanted_ = !writers_.empty();
  if (switch_wanted_) return;
  Writer self{.switch_memtable = true};
  (void)Enqueue(&self).has_value();  // A failure is remembered: the store is read-only then.
}

bool DbImpl::WantsPurge(const Tree& tree) const {
  return tree.memtable->deletes() > 0 && !VersionOf(tree)->blobs().empty();
}

}  // namespace strata
