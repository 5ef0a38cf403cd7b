#include "iter/visible_iterator.h"

#include <string_view>
#include <utility>

#include "base/check.h"
#include "iter/expiry.h"

namespace strata {
namespace {

// Two ways to stand on an entry:
//
//   forward   entries_ is on it: the newest visible version of its key.
//   backward  entries_ is before every version of it (or past the start), and its key and value
//             are kept in key_ and value_: going back, the newest version comes last, so one only
//             knows that it was the newest when the key before it shows up.
class VisibleIterator final : public VisibleEntries {
 public:
  VisibleIterator(std::unique_ptr<InternalIterator> entries, VisibleIteratorOptions options)
      : entries_(std::move(entries)), options_(std::move(options)) {}

  bool Valid() const override { return state_ != State::kNowhere; }

  Status SeekToFirst() override {
    return SeekForward(options_.lower ? std::string_view(*options_.lower) : std::string_view());
  }
  Status Seek(std::string_view key) override {
    return SeekForward(options_.lower && key < *options_.lower ? *options_.lower : key);
  }

  Status SeekToLast() override {
    if (options_.upper) return SeekBackward(*options_.upper, kSequenceMax, kEntryKindForSeek);
    state_ = State::kNowhere;
    STRATA_TRY(entries_->SeekToLast());
    return FindBackward();
  }
  Status SeekForPrev(std::string_view key) override {
    if (options_.upper && key >= *options_.upper) return SeekToLast();
    return SeekBackward(key, 0, EntryKind::kDelete);
  }

  Status Next() override {
    STRATA_DCHECK(Valid());
    const bool was_backward = state_ == State::kBackward;
    if (!was_backward) key_.assign(UserKeyOf(entries_->key()));
    state_ = State::kNowhere;
    STRATA_TRY(was_backward ? SeekEntries(key_, 0, EntryKind::kDelete) : entries_->Next());
    return FindForward(/*hidden=*/true);
  }

  Status Prev() override {
    STRATA_DCHECK(Valid());
    if (state_ == State::kForward) {
      key_.assign(UserKeyOf(entries_->key()));
      return SeekBackward(key_, kSequenceMax, kEntryKindForSeek);
    }
    state_ = State::kNowhere;
    return FindBackward();
  }

  std::string_view key() const override {
    STRATA_DCHECK(Valid());
    return state_ == State::kForward ? UserKeyOf(entries_->key()) : std::string_view(key_);
  }
  std::string_view value() const override {
    STRATA_DCHECK(Valid());
    if (state_ == State::kBackward) return value_;
    return WithoutExpiry(KindOf(entries_->key()), entries_->value());
  }
  // Of what value() shows: a pointer without an expiry.
  EntryKind kind() const override {
    const EntryKind kind = state_ == State::kForward ? KindOf(entries_->key()) : kind_;
    return kind == EntryKind::kExpiringBlobPointer ? EntryKind::kBlobPointer : kind;
  }

 private:
  enum class State : std::uint8_t { kNowhere, kForward, kBackward };

  // Seeks to the newest version of `key` that the reader may see, or to what comes after.
  Status SeekForward(std::string_view key) {
    state_ = State::kNowhere;
    STRATA_TRY(SeekEntries(key, options_.sequence, kEntryKindForSeek));
    return FindForward(/*hidden=*/false);
  }

  Status SeekBackward(std::string_view key, SequenceNumber sequence, EntryKind kind) {
    state_ = State::kNowhere;
    target_.clear();
    AppendInternalKey(&target_, key, sequence, kind);
    STRATA_TRY(entries_->SeekForPrev(target_));
    return FindBackward();
  }

  Status SeekEntries(std::string_view key, SequenceNumber sequence, EntryKind kind) {
    target_.clear();
    AppendInternalKey(&target_, key, sequence, kind);
    return entries_->Seek(target_);
  }

  // Stands on the first visible entry at or after entries_. While `hidden`, versions of key_ are
  // passed over: a newer one was yielded, or it is deleted.
  Status FindForward(bool hidden) {
    for (int passed = 1; entries_->Valid(); ++passed) {
      const std::string_view user_key = UserKeyOf(entries_->key());
      if (options_.upper && user_key >= *options_.upper) return {};
      const bool too_new = SequenceOf(entries_->key()) > options_.sequence;
      const bool shadowed = hidden && user_key == key_;
      if (!too_new && !shadowed) {
        const EntryKind kind = KindOf(entries_->key());
        if (!IsGone(kind)) return StandForward(kind);
        key_.assign(user_key);
        hidden = true;
      }
      if (passed == kManyHidden) TellOfManyHidden();
      STRATA_TRY(passed % kStepsBeforeSeek != 0 ? entries_->Next() : SeekPast(user_key, hidden));
    }
    return {};
  }

  // A key that was written very often: jumps over its versions instead of stepping through them.
  Status SeekPast(std::string_view user_key, bool hidden) {
    if (hidden && user_key == key_) return SeekEntries(key_, 0, EntryKind::kDelete);
    return SeekEntries(user_key, options_.sequence, kEntryKindForSeek);
  }

  Status StandForward(EntryKind kind) {
    STRATA_TRY(CheckKind(kind));
    state_ = State::kForward;
    return {};
  }

  // Stands on the last visible entry at or before entries_, which isn't between two versions of
  // one key. Each older version that was kept gives way to the next newer one.
  Status FindBackward() {
    std::optional<EntryKind> found;
    int passed = 0;
    while (entries_->Valid()) {
      const std::string_view user_key = UserKeyOf(entries_->key());
      if (found && user_key != key_) break;
      if (options_.lower && user_key < *options_.lower) break;
      if (SequenceOf(entries_->key()) <= options_.sequence) {
        found = Keep(user_key, KindOf(entries_->key()));
      }
      if (++passed == kManyHidden) TellOfManyHidden();
      STRATA_TRY(entries_->Prev());
    }
    if (!found) return {};
    STRATA_TRY(CheckKind(*found));
    kind_ = *found;
    state_ = State::kBackward;
    return {};
  }

  void TellOfManyHidden() {
    const auto* const listener = std::exchange(options_.many_hidden, nullptr);
    if (listener != nullptr) (*listener)(options_.table);
  }

  // Copies the entry under entries_, unless it says that the key is deleted.
  std::optional<EntryKind> Keep(std::string_view user_key, EntryKind kind) {
    if (IsGone(kind)) return std::nullopt;
    key_.assign(user_key);
    value_.assign(WithoutExpiry(kind, entries_->value()));
    return kind;
  }

  // Whether the entry under entries_ says that its key isn't there.
  bool IsGone(EntryKind kind) const {
    return kind == EntryKind::kDelete || IsExpired(kind, entries_->value(), options_.now_us);
  }

  static Status CheckKind(EntryKind kind) {
    if (IsKnownEntryKind(kind)) return {};
    if (kind == EntryKind::kBlobPointer) return {};
    if (kind == EntryKind::kExpiringBlobPointer) return {};
    return Error(ErrorCode::kUnsupported, "a newer program wrote " + EntryKindName(kind));
  }

  static constexpr int kStepsBeforeSeek = 16;

  const std::unique_ptr<InternalIterator> entries_;
  VisibleIteratorOptions options_;
  State state_ = State::kNowhere;
  std::string key_;    // Backward: the current key. Forward: the key whose versions are hidden.
  std::string value_;  // Backward: the current value.
  EntryKind kind_ = EntryKind::kValue;  // Backward: of it.
  std::string target_;                  // Of the last seek; kept for its memory.
};

}  // namespace

std::unique_ptr<VisibleEntries> NewVisibleIterator(std::unique_ptr<InternalIterator> entries,
                                                   VisibleIteratorOptions options) {
  return std::make_unique<VisibleIterator>(std::move(entries), std::move(options));
}

}  // namespace strata
