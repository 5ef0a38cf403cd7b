// A store that nobody writes to is at rest: what isn't due, but makes reads cheaper, is merged
// then.

#include "db/db_impl.h"

namespace strata {

bool DbImpl::IsAtRest() const {
  return options_.rest_us != 0 && rest_sequence_ == last_sequence_;
}

bool DbImpl::HasWorkForRest() const {
  for (const auto& tree : Trees()) {
    const compaction::TreeView view = compaction::ViewOf(*VersionOf(*tree));
    const compaction::PolicyInput input{
        .tree = view, .busy = busy_tables_, .now_us = environment_.clock->WallMicros()};
    if (WantsPurge(*tree) || !tree->policy->PickAtRest(input).empty()) return true;
  }
  return false;
}

// The timer comes again as long as there are writes, and something to do once there are none.
void DbImpl::ScheduleRestTimer() {
  if (options_.rest_us == 0 || rest_timer_set_ || IsAtRest() || !HasWorkForRest()) return;
  rest_timer_set_ = true;
  const auto ring = [gate = gate_, last_sequence = last_sequence_] {
    DbImpl* db = EnterGate(*gate);
    if (db == nullptr) return Step::kDone;
    db->OnRestTimer(last_sequence);
    db->LeaveGate();
    return Step::kDone;
  };
  environment_.executor->ScheduleAfter(options_.rest_us, ring);
}

void DbImpl::OnRestTimer(SequenceNumber last_sequence) {
  MutexLock lock(mutex_);
  rest_timer_set_ = false;
  if (closed_ || closing_) return;
  if (last_sequence_ == last_sequence) {
    rest_sequence_ = last_sequence;
    for (const auto& tree : Trees()) {
      if (WantsPurge(*tree)) Purge(tree);
    }
  }
  MaybeScheduleWork();
}

}  // namespace strata
