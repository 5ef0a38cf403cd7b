#include "base/check.h"
#include "memtable/prefix_tree.h"

namespace strata {
namespace {

class PrefixTreeIterator final : public InternalIterator {
 public:
  explicit PrefixTreeIterator(const PrefixTree& tree) : tree_(tree) {}

  bool Valid() const override { return entry_ != nullptr; }

  Status SeekToFirst() override { return MoveTo(tree_.First()); }
  Status SeekToLast() override { return MoveTo(tree_.Last()); }
  Status Seek(std::string_view target) override {
    return MoveTo(tree_.Seek(SearchKey(target), &comparisons_));
  }
  Status SeekForPrev(std::string_view target) override {
    const SearchKey key(target);
    const PrefixTree::Position at = tree_.Seek(key, &comparisons_);
    if (at.entry() != nullptr && at.entry()->internal_key() == target) return MoveTo(at);
    return MoveTo(tree_.SeekBefore(key, &comparisons_));
  }

  Status Next() override {
    STRATA_DCHECK(Valid());
    return MoveTo(tree_.Next(position_, &comparisons_));
  }
  Status Prev() override {
    STRATA_DCHECK(Valid());
    return MoveTo(tree_.SeekBefore(SearchKey(entry_->internal_key()), &comparisons_));
  }

  std::string_view key() const override {
    STRATA_DCHECK(Valid());
    return entry_->internal_key();
  }
  std::string_view value() const override {
    STRATA_DCHECK(Valid());
    return entry_->value();
  }
  std::size_t Take(std::span<EntryView> out) override {
    STRATA_DCHECK(Valid());
    std::size_t count = 0;
    for (PrefixTree::Position at = position_; at.entry() != nullptr;
         at = tree_.Next(at, &comparisons_)) {
      position_ = at;
      entry_ = at.entry();
      out[count++] = EntryView::Of(entry_->internal_key(), entry_->value());
      if (count == out.size()) break;
    }
    return count;
  }

 private:
  Status MoveTo(const PrefixTree::Position& position) {
    position_ = position;
    entry_ = position.entry();
    return {};
  }

  const PrefixTree& tree_;
  PrefixTree::Position position_;
  const PrefixTree::Entry* entry_ = nullptr;
  std::uint64_t comparisons_ = 0;
};

}  // namespace

std::unique_ptr<InternalIterator> NewPrefixTreeIterator(const PrefixTree& tree) {
  return std::make_unique<PrefixTreeIterator>(tree);
}

}  // namespace strata
