#include "txn/transaction_iterator.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace strata {
namespace {

// The first key after `key`.
std::string After(std::string_view key) {
  std::string after(key);
  after.push_back('\0');
  return after;
}

// Forward, below_ and write_ stand on their first entries at or after the cursor; backward, on
// their last at or before it. The cursor is the nearer one; of two on one key the write counts.
class TransactionIterator final : public Iterator {
 public:
  TransactionIterator(std::unique_ptr<Iterator> below, const WriteSet& writes,
                      TransactionIteratorOptions options)
      : below_(std::move(below)), options_(std::move(options)) {
    const auto& all = writes.writes();
    auto it = options_.lower ? all.lower_bound(*options_.lower) : all.begin();
    for (; it != all.end() && (!options_.upper || it->first < *options_.upper); ++it) {
      writes_.push_back(*it);
    }
  }

  bool Valid() const override { return state_ != State::kNowhere; }

  Status SeekToFirst() override { return SeekUp(options_.lower.value_or("")); }
  Status Seek(std::string_view key) override {
    return SeekUp(std::max(std::string(key), options_.lower.value_or("")));
  }
  Status SeekToLast() override {
    state_ = State::kNowhere;
    STRATA_TRY(below_->SeekToLast());
    write_ = static_cast<std::ptrdiff_t>(writes_.size()) - 1;
    STRATA_TRY(SettleBackward());
    return BeginDown(options_.upper);
  }
  Status SeekForPrev(std::string_view key) override {
    if (options_.upper && key >= *options_.upper) return SeekToLast();
    STRATA_TRY(PlaceBackward(std::string(key)));
    return BeginDown(After(key));
  }

  Status Next() override {
    STRATA_DCHECK(Valid());
    const std::string from(key());
    if (backward_) STRATA_TRY(PlaceForward(from));
    state_ = State::kNowhere;
    if (below_->Valid() && below_->key() == from) STRATA_TRY(below_->Next());
    if (HasWrite() && Write().first == from) ++write_;
    STRATA_TRY(SettleForward());
    return NoteUp();
  }
  Status Prev() override {
    STRATA_DCHECK(Valid());
    const std::string from(key());
    if (!backward_) STRATA_TRY(PlaceBackward(from));
    state_ = State::kNowhere;
    if (below_->Valid() && below_->key() == from) STRATA_TRY(below_->Prev());
    if (HasWrite() && Write().first == from) --write_;
    STRATA_TRY(SettleBackward());
    return NoteDown();
  }

  std::string_view key() const override {
    return state_ == State::kOnWrite ? std::string_view(Write().first) : below_->key();
  }
  std::string_view value() const override {
    return state_ == State::kOnWrite ? std::string_view(*Write().second.value) : below_->value();
  }

 private:
  enum class State : std::uint8_t { kNowhere, kOnWrite, kBelow };
  using OwnWrite = std::pair<std::string, WriteSet::Write>;

  bool HasWrite() const {
    return write_ >= 0 && write_ < static_cast<std::ptrdiff_t>(writes_.size());
  }
  const OwnWrite& Write() const { return writes_[static_cast<std::size_t>(write_)]; }

  Status SeekUp(const std::string& from) {
    STRATA_TRY(PlaceForward(from));
    return BeginUp(from);
  }

  Status PlaceForward(const std::string& from) {
    backward_ = false;
    state_ = State::kNowhere;
    STRATA_TRY(below_->Seek(from));
    const auto place = std::partition_point(writes_.begin(), writes_.end(),
                                            [&](const OwnWrite& it) { return it.first < from; });
    write_ = place - writes_.begin();
    return SettleForward();
  }

  Status PlaceBackward(const std::string& from) {
    backward_ = true;
    state_ = State::kNowhere;
    STRATA_TRY(below_->SeekForPrev(from));
    const auto place = std::partition_point(writes_.begin(), writes_.end(),
                                            [&](const OwnWrite& it) { return it.first <= from; });
    write_ = place - writes_.begin() - 1;
    return SettleBackward();
  }

  // Passes over what the transaction has deleted.
  Status SettleForward() {
    backward_ = false;
    while (HasWrite() && (!below_->Valid() || Write().first <= below_->key())) {
      if (Write().second.value) return Stand(State::kOnWrite);
      if (below_->Valid() && below_->key() == Write().first) STRATA_TRY(below_->Next());
      ++write_;
    }
    return Stand(below_->Valid() ? State::kBelow : State::kNowhere);
  }

  Status SettleBackward() {
    backward_ = true;
    while (HasWrite() && (!below_->Valid() || Write().first >= below_->key())) {
      if (Write().second.value) return Stand(State::kOnWrite);
      if (below_->Valid() && below_->key() == Write().first) STRATA_TRY(below_->Prev());
      --write_;
    }
    return Stand(below_->Valid() ? State::kBelow : State::kNowhere);
  }

  Status Stand(State state) {
    state_ = state;
    return {};
  }

  // --- what was walked over ---

  Status BeginUp(const std::string& from) {
    if (options_.reads == nullptr) return {};
    range_ = options_.reads->BeginRange({from, HighEnd(), options_.sequence});
    return {};
  }
  Status BeginDown(std::optional<std::string> from) {
    if (options_.reads == nullptr) return {};
    range_ = options_.reads->BeginRange({LowEnd(), std::move(from), options_.sequence});
    return {};
  }
  Status NoteUp() {
    if (options_.reads != nullptr) options_.reads->ExtendUp(range_, HighEnd());
    return {};
  }
  Status NoteDown() {
    if (options_.reads != nullptr) options_.reads->ExtendDown(range_, LowEnd());
    return {};
  }
  std::optional<std::string> HighEnd() const { return Valid() ? After(key()) : options_.upper; }
  std::string LowEnd() const { return Valid() ? std::string(key()) : options_.lower.value_or(""); }

  const std::unique_ptr<Iterator> below_;
  const TransactionIteratorOptions options_;
  std::vector<OwnWrite> writes_;  // Within the bounds, by key.
  std::ptrdiff_t write_ = 0;
  State state_ = State::kNowhere;
  bool backward_ = false;
  std::size_t range_ = 0;  // In options_.reads.
};

}  // namespace

std::unique_ptr<Iterator> NewTransactionIterator(std::unique_ptr<Iterator> below,
                                                 const WriteSet& writes,
                                                 TransactionIteratorOptions options) {
  return std::make_unique<TransactionIterator>(std::move(below), writes, std::move(options));
}

}  // namespace strata
