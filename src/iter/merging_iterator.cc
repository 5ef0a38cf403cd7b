#include "iter/merging_iterator.h"

#include <cstdint>
#include <utility>

#include "base/check.h"
#include "iter/internal_key.h"

namespace strata {
namespace {

// A child that is on an entry, with the entry's key at hand: most comparisons of the heap are one
// compare of integers and none is a virtual call.
struct Head {
  std::uint64_t prefix;
  std::string_view key;
  std::size_t child;
};

int Compare(const Head& a, const Head& b) {
  if (a.prefix != b.prefix) return a.prefix < b.prefix ? -1 : 1;
  if (const int order = CompareInternalKeys(a.key, b.key); order != 0) return order;
  return a.child < b.child ? -1 : 1;
}

// A binary heap of the children's current entries; the one to yield is in front.
//
// Invariant: going forward every child stands on its first entry after the one yielded last, going
// backward on its last entry before it. heap_ holds exactly the children that are Valid(), except
// after a failed move, when it is empty so that this iterator isn't Valid() either.
class MergingIterator final : public InternalIterator {
 public:
  explicit MergingIterator(std::vector<std::unique_ptr<InternalIterator>> children)
      : children_(std::move(children)) {
    heap_.reserve(children_.size());
  }

  bool Valid() const override { return !heap_.empty(); }

  Status SeekToFirst() override {
    return Reposition(Direction::kForward, [](InternalIterator& it) { return it.SeekToFirst(); });
  }
  Status SeekToLast() override {
    return Reposition(Direction::kBackward, [](InternalIterator& it) { return it.SeekToLast(); });
  }
  Status Seek(std::string_view target) override {
    return Reposition(Direction::kForward, [&](InternalIterator& it) { return it.Seek(target); });
  }
  Status SeekForPrev(std::string_view target) override {
    return Reposition(Direction::kBackward,
                      [&](InternalIterator& it) { return it.SeekForPrev(target); });
  }

  Status Next() override {
    STRATA_DCHECK(Valid());
    if (direction_ != Direction::kForward) STRATA_TRY(TurnForward());
    return Moved(children_[heap_.front().child]->Next());
  }
  Status Prev() override {
    STRATA_DCHECK(Valid());
    if (direction_ != Direction::kBackward) STRATA_TRY(TurnBackward());
    return Moved(children_[heap_.front().child]->Prev());
  }

  std::string_view key() const override {
    STRATA_DCHECK(Valid());
    return heap_.front().key;
  }
  std::string_view value() const override {
    STRATA_DCHECK(Valid());
    return children_[heap_.front().child]->value();
  }

 private:
  enum class Direction : std::uint8_t { kForward, kBackward };

  template <typename Move>
  Status Reposition(Direction direction, Move move) {
    heap_.clear();
    direction_ = direction;
    for (auto& child : children_) STRATA_TRY(move(*child));
    Heapify();
    return {};
  }

  // Puts every other child behind the current entry, so that only the order of the heap changes:
  // the current child stays in front. Of equal keys the child with the smaller index comes first.
  Status TurnForward() {
    return Turn(Direction::kForward,
                [](InternalIterator& it, std::string_view key, bool after) -> Status {
                  STRATA_TRY(it.Seek(key));
                  const bool skip = !after && it.Valid() && CompareInternalKeys(it.key(), key) == 0;
                  return skip ? it.Next() : Status();
                });
  }
  Status TurnBackward() {
    return Turn(Direction::kBackward,
                [](InternalIterator& it, std::string_view key, bool after) -> Status {
                  STRATA_TRY(it.SeekForPrev(key));
                  const bool skip = after && it.Valid() && CompareInternalKeys(it.key(), key) == 0;
                  return skip ? it.Prev() : Status();
                });
  }

  // `place(child, key, after)`: `after` says that the child stands after the current one in the
  // list.
  template <typename Place>
  Status Turn(Direction direction, Place place) {
    const Head current = heap_.front();
    heap_.clear();
    direction_ = direction;
    for (std::size_t i = 0; i < children_.size(); ++i) {
      if (i != current.child) STRATA_TRY(place(*children_[i], current.key, i > current.child));
    }
    Heapify();
    STRATA_DCHECK(heap_.front().child == current.child);
    return {};
  }

  // The child in front was moved: lets its new entry sink to its place.
  Status Moved(Status moved) {
    if (!moved.has_value()) {
      heap_.clear();
      return moved;
    }
    const std::size_t child = heap_.front().child;
    if (children_[child]->Valid()) {
      heap_.front() = HeadOf(child);
    } else {
      heap_.front() = heap_.back();
      heap_.pop_back();
    }
    SiftDown(0);
    return {};
  }

  void Heapify() {
    for (std::size_t i = 0; i < children_.size(); ++i) {
      if (children_[i]->Valid()) heap_.push_back(HeadOf(i));
    }
    for (std::size_t i = heap_.size() / 2; i-- > 0;) SiftDown(i);
  }

  // A child that leads by many entries costs two comparisons a move: it stays in front.
  void SiftDown(std::size_t hole) {
    if (hole >= heap_.size()) return;
    const Head sinking = heap_[hole];
    while (true) {
      std::size_t next = 2 * hole + 1;
      if (next >= heap_.size()) break;
      if (next + 1 < heap_.size() && Before(heap_[next + 1], heap_[next])) ++next;
      if (!Before(heap_[next], sinking)) break;
      heap_[hole] = heap_[next];
      hole = next;
    }
    heap_[hole] = sinking;
  }

  bool Before(const Head& a, const Head& b) const {
    return direction_ == Direction::kForward ? Compare(a, b) < 0 : Compare(a, b) > 0;
  }

  Head HeadOf(std::size_t child) const {
    const std::string_view key = children_[child]->key();
    return Head{.prefix = KeyPrefix(UserKeyOf(key)), .key = key, .child = child};
  }

  std::vector<std::unique_ptr<InternalIterator>> children_;
  std::vector<Head> heap_;
  Direction direction_ = Direction::kForward;
};

}  // namespace

std::unique_ptr<InternalIterator> NewMergingIterator(
    std::vector<std::unique_ptr<InternalIterator>> children) {
  if (children.empty()) return NewEmptyIterator();
  if (children.size() == 1) return std::move(children.front());
  return std::make_unique<MergingIterator>(std::move(children));
}

}  // namespace strata
