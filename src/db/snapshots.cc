#include "db/snapshots.h"

#include <algorithm>
#include <iterator>

#include "base/mutant.h"  //@L16
#include "base/result.h"
#include "compaction/held_versions.h"
#include "db/db_impl.h"

namespace strata {

class SnapshotList::Pin final : public Snapshot {
 public:
  Pin(std::shared_ptr<SnapshotList> list, Place place)
      : list_(std::move(list)), place_(place), sequence_(*place) {}
  ~Pin() override {
    if (list_->owner_.IsThisProcess()) list_->Release(place_);
  }

  std::uint64_t sequence() const override { return sequence_; }
  const SnapshotList* list() const { return list_.get(); }

 private:
  const std::shared_ptr<SnapshotList> list_;
  const Place place_;
  const SequenceNumber sequence_;
};

// The sequence is read with the lock held. Read before it, a merge could ask for the list in
// between, miss the snapshot, and drop what it sees.
std::shared_ptr<const Snapshot> SnapshotList::Take(const std::atomic<SequenceNumber>& visible) {
  //@solve 14.1 "pin a moment, with nothing in between"
  Place place;
  {
    MutexLock lock(mutex_);
    pinned_.push_back(visible.load(std::memory_order_acquire));
    place = std::prev(pinned_.end());
  }
  return std::make_shared<const Pin>(shared_from_this(), place);
  //@}
}

void SnapshotList::Release(Place place) {
  const SequenceNumber sequence = *place;
  bool last = true;
  {
    MutexLock lock(mutex_);
    last = (place == pinned_.begin() || *std::prev(place) != sequence) &&
           (std::next(place) == pinned_.end() || *std::next(place) != sequence);
    pinned_.erase(place);
  }
  if (last) released_(sequence);
}

std::vector<SequenceNumber> SnapshotList::Sequences() const {
  std::vector<SequenceNumber> sequences;
  MutexLock lock(mutex_);
  for (const SequenceNumber sequence : pinned_) {
    if (sequences.empty() || sequences.back() != sequence) sequences.push_back(sequence);
  }
  return sequences;
}

std::size_t SnapshotList::size() const {
  MutexLock lock(mutex_);
  return pinned_.size();
}

bool SnapshotList::Owns(const Snapshot& snapshot) const {
  const auto* pin = dynamic_cast<const Pin*>(&snapshot);
  return pin != nullptr && pin->list() == this;
}

// --- the store's side ----------------------------------------------------------------------------

std::shared_ptr<const Snapshot> DbImpl::GetSnapshot() {
  return snapshots_->Take(visible_sequence_);
}

Status DbImpl::MoveTo(const std::shared_ptr<const Snapshot>& snapshot, ReadPoint* point) const {
  if (STRATA_MUTANT(moving_snapshot)) return {};  //@L16
  return snapshot == nullptr ? Status() : MoveTo(*snapshot, point);
}

// What the state holds beyond the snapshot is newer, and not seen from there.
Status DbImpl::MoveTo(const Snapshot& snapshot, ReadPoint* point) const {
  //@solve 14.2 "read as of a snapshot"
  if (!snapshots_->Owns(snapshot)) {
    return InvalidArgument("the snapshot in the read options is of another store");
  }
  point->sequence = snapshot.sequence();
  return {};
  //@}
}

// Called by whoever lets go of the last snapshot at `sequence`. Only if tables hold something for
// it there may be work, and a background step looks for it.
void DbImpl::OnSnapshotReleased(const std::shared_ptr<Gate>& gate, SequenceNumber sequence) {
  MutexLock gate_lock(gate->mutex);
  if (gate->db == nullptr || gate->db->held_for_max_.load() < sequence) return;
  gate->db->environment_.executor->Schedule(Priority::kLow, [gate] {
    DbImpl* db = EnterGate(*gate);
    if (db == nullptr) return Step::kDone;
    {
      MutexLock lock(db->mutex_);
      db->MaybeScheduleWork();
    }
    db->LeaveGate();
    return Step::kDone;
  });
}

// The mark is set before the list is read: whoever lets go in between has left the list, or sees
// the mark.
std::optional<compaction::CompactionJob> DbImpl::PickReleased(Tree& tree, double share_min,
                                                              const compaction::KeyRange& range) {
  const std::shared_ptr<const Version> current = VersionOf(tree);
  const Version& version = *current;
  SequenceNumber newest = 0;
  for (const Run& run : version.runs()) {
    for (const auto& table : run.tables) {
      for (const auto& held : table->meta().held) newest = std::max(newest, held.range.last);
    }
  }
  tree.held_for_max = newest;
  SequenceNumber newest_of_all = 0;
  for (const auto& other : Trees()) newest_of_all = std::max(newest_of_all, other->held_for_max);
  held_for_max_ = newest_of_all;
  if (newest == 0) return std::nullopt;
  const compaction::Snapshots live = snapshots_->Sequences();
  return compaction::PickReclaim({.version = version,
                                  .live = live,
                                  .busy = busy_tables_,
                                  .share_min = share_min,
                                  .range = range},
                                 options_);
}

void DbImpl::AddSnapshotStats(const Version& version, StoreStats* stats) const {
  const compaction::Snapshots live = snapshots_->Sequences();
  stats->snapshots = snapshots_->size();
  stats->oldest_snapshot_sequence = live.empty() ? 0 : live.front();
  for (const Run& run : version.runs()) {
    for (const auto& table : run.tables) {
      const compaction::HeldTotals totals = compaction::TotalsOf(table->meta(), live);
      stats->versions_held += totals.held_entries;
      stats->versions_held_bytes += totals.held_bytes;
      stats->versions_released += totals.released_entries;
      stats->versions_released_bytes += totals.released_bytes;
    }
  }
}

}  // namespace strata
