#include "read/snapshots.h"

#include <algorithm>
#include <iterator>

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
  Place place;
  {
    MutexLock lock(mutex_);
    pinned_.push_back(visible.load(std::memory_order_acquire));
    place = std::prev(pinned_.end());
  }
  return std::make_shared<const Pin>(shared_from_this(), place);
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
  if (last && sequence <= held_up_to_) released_(sequence);
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

}  // namespace strata
