#include "upkeep/rest.h"

#include "iter/visible_iterator.h"

namespace strata {
namespace {

// A memtable with fewer isn't worth writing out for them.
constexpr std::uint64_t kDeletesMin = kManyHidden / 2;

// Deletes that wait in memory, while what they delete takes room in blob files.
bool WantsPurge(const Tree& tree) {
  return tree.memtable->deletes() > 0 && !tree.version->blobs().empty();
}

}  // namespace

bool Rest::IsAtRest() const {
  return parts_.context.options.rest_us != 0 && sequence_ == parts_.trees.last_sequence();
}

bool Rest::HasWork() const {
  const std::uint64_t now = parts_.context.environment.clock->WallMicros();
  for (const auto& tree : parts_.trees.All()) {
    const compaction::TreeView view = compaction::ViewOf(*tree->version);
    const compaction::PolicyInput input{.tree = view, .busy = compactor_.busy(), .now_us = now};
    if (WantsPurge(*tree) || !tree->policy->PickAtRest(input).empty()) return true;
  }
  return false;
}

// The timer comes again as long as there are writes, and something to do once there are none.
void Rest::Start() {
  const std::uint64_t rest_us = parts_.context.options.rest_us;
  if (rest_us == 0 || timer_set_ || IsAtRest() || !HasWork()) return;
  timer_set_ = true;
  parts_.jobs.After(rest_us, [this, last = parts_.trees.last_sequence()] { OnTimer(last); });
}

void Rest::OnWritten(const Tree& tree) {
  if (parts_.context.options.rest_us != 0 && !timer_set_ && WantsPurge(tree)) Start();
}

void Rest::OnTimer(SequenceNumber last_sequence) {
  MutexLock lock(parts_.context.mutex);
  timer_set_ = false;
  if (parts_.health.closed() || parts_.health.closing()) return;
  if (parts_.trees.last_sequence() == last_sequence) {
    sequence_ = last_sequence;
    for (const auto& tree : parts_.trees.All()) {
      if (WantsPurge(*tree)) Purge(tree);
    }
  }
  look_again_();
}

// A queue that is read from its front: the memtable is written out, where a delete and what it
// deletes go together, and tables that are half deletes are merged down.
void Rest::OnManyHidden(TableRef table) {
  if (purge_asked_.exchange(true)) return;
  parts_.jobs.Soon([this, table] {
    MutexLock lock(parts_.context.mutex);
    purge_asked_ = false;
    if (const auto tree = parts_.trees.Find(table)) Purge(tree);
    look_again_();
  });
}

void Rest::Purge(const std::shared_ptr<Tree>& tree) {
  if (!parts_.health.CheckWritable()) return;
  tree->purge = true;
  if (tree->memtable->deletes() >= kDeletesMin || WantsPurge(*tree)) switch_memtables_();
}

}  // namespace strata
