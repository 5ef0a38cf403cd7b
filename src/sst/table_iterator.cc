#include "sst/table_iterator.h"

#include <utility>

#include "base/check.h"

namespace strata::sst {
namespace {

// Invariant: valid_ iff the block cursor is on an entry of block block_. pinned_ may hold a block
// that no cursor stands in, so that going back to it costs nothing.
class TableIterator final : public InternalIterator {
 public:
  TableIterator(const std::string& name, const TableIndex& index, BlockLoader load,
                Counters& counters)
      : name_(name), index_(index), load_(std::move(load)), counters_(counters) {}

  bool Valid() const override { return valid_; }
  std::string_view key() const override { return entry_.key(); }
  std::string_view value() const override { return entry_.value(); }
  std::size_t Take(std::span<EntryView> out) override { return entry_.Take(out); }

  Status SeekToFirst() override { return EnterFirstFrom(0); }

  Status SeekToLast() override { return EnterLastBefore(index_.size()); }

  Status Seek(std::string_view target) override {
    if (index_.learned() != nullptr) return SeekNear(target);
    const std::size_t block = index_.Find(LookupKey::Of(target));
    STRATA_TRY(Enter(block));
    if (block == index_.size()) return {};
    STRATA_TRY(Moved(entry_.Seek(target)));
    counters_.Add(Counter::kBlockComparisons, entry_.TakeComparisons());
    // The block's index key may lie past its last entry.
    return valid_ ? Status() : EnterFirstFrom(block + 1);
  }

  Status SeekForPrev(std::string_view target) override {
    STRATA_TRY(Seek(target));
    if (!valid_) return SeekToLast();
    return CompareInternalKeys(key(), target) > 0 ? Prev() : Status();
  }

  Status Next() override {
    STRATA_DCHECK(valid_);
    STRATA_TRY(Moved(entry_.Next()));
    return valid_ ? Status() : EnterFirstFrom(block_ + 1);
  }

  Status Prev() override {
    STRATA_DCHECK(valid_);
    STRATA_TRY(Moved(entry_.Prev()));
    return valid_ ? Status() : EnterLastBefore(block_);
  }

 private:
  // Down while the block begins after the target's user key (which is in one block only), then up
  // while it ends before the target.
  Status SeekNear(std::string_view target) {
    const std::string_view user_key = UserKeyOf(target);
    std::size_t block = index_.learned()->Guess(user_key);
    while (true) {
      STRATA_TRY(Enter(block));
      auto first = pinned_->FirstUserKey();
      if (!first.has_value()) return Damaged(std::move(first).error());
      if (block == 0 || *first <= user_key) break;
      --block;
    }
    while (true) {
      STRATA_TRY(Moved(entry_.Seek(target)));
      counters_.Add(Counter::kBlockComparisons, entry_.TakeComparisons());
      if (valid_ || ++block == index_.size()) return {};
      STRATA_TRY(Enter(block));
    }
  }

  // On the first entry of block `block`, or nowhere when there is no such block.
  Status EnterFirstFrom(std::size_t block) {
    STRATA_TRY(Enter(block));
    return block == index_.size() ? Status() : Moved(entry_.SeekToFirst());
  }

  Status EnterLastBefore(std::size_t end) {
    if (end == 0) return Enter(index_.size());
    STRATA_TRY(Enter(end - 1));
    return Moved(entry_.SeekToLast());
  }

  // Points the block cursor at `block`, on no entry yet.
  Status Enter(std::size_t block) {
    valid_ = false;
    if (block == index_.size() || (block == block_ && pinned_ != nullptr)) return {};
    pinned_ = nullptr;
    entry_.Reset(nullptr);
    auto pin = load_(block);
    if (!pin.has_value()) return std::move(pin).error();
    block_ = block;
    pinned_ = *std::move(pin);
    entry_.Reset(pinned_.get());
    return {};
  }

  // Takes over where a move of the block cursor led.
  Status Moved(Status moved) {
    valid_ = moved.has_value() && entry_.Valid();
    if (!moved.has_value()) return Damaged(std::move(moved).error());
    if (valid_ && !IsWellFormedInternalKey(entry_.key())) {
      valid_ = false;
      return Damaged(Corruption("an entry of unknown kind"));
    }
    return {};
  }

  Error Damaged(Error error) const {
    return std::move(error).WithContext(name_ + ": block at offset " +
                                        std::to_string(index_.handle(block_).offset));
  }

  const std::string& name_;
  const TableIndex& index_;
  const BlockLoader load_;
  Counters& counters_;
  std::size_t block_ = 0;
  BlockPin pinned_;
  BlockIterator entry_;
  bool valid_ = false;
};

}  // namespace

std::unique_ptr<InternalIterator> NewTableIterator(const std::string& name, const TableIndex& index,
                                                   BlockLoader load, Counters& counters) {
  return std::make_unique<TableIterator>(name, index, std::move(load), counters);
}

}  // namespace strata::sst
