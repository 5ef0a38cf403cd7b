#include "read/scan_iterator.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/check.h"
#include "iter/expiry.h"
#include "iter/merging_iterator.h"

namespace strata {
namespace {

// The first 16 bytes of a user key as a number: as KeyPrefix of iter/internal_key.h, but keys of
// digits with leading zeros differ in it, too.
__extension__ using KeyRank = unsigned __int128;

inline KeyRank RankOf(std::string_view user_key) {
  const std::uint64_t high = KeyPrefix(user_key);
  const std::uint64_t low =
      user_key.size() > 8 ? KeyPrefix({user_key.data() + 8, user_key.size() - 8}) : 0;
  return KeyRank{high} << 64 | low;
}

constexpr std::size_t kTakeFirst = 4;  // A seek may want few entries, a scan wants them all.
constexpr std::size_t kTakeMax = 32;

// A cursor, and the entries that it handed out: `at` is the next one to merge, the cursor is on
// `last`.
struct Source {
  KeyRank rank;  // Of *at.
  const EntryView* at;
  const EntryView* last;
  InternalIterator* cursor;
  std::size_t index;
  std::size_t take;  // How many at the next time.
  std::array<EntryView, kTakeMax> taken;

  std::string_view user_key() const { return UserKeyOf(at->key()); }

  // REQUIRES: the cursor is Valid().
  void Take() {
    at = taken.data();
    last = at + cursor->Take({taken.data(), take}) - 1;
    take = std::min(take * 2, kTakeMax);
    rank = RankOf(user_key());
  }
};

[[gnu::noinline]] bool IsBeforeAtSameRank(const Source& a, const Source& b) {
  const int order = CompareInternalKeys(a.at->key(), b.at->key());
  return order != 0 ? order < 0 : a.index < b.index;
}

inline bool Before(const Source& a, const Source& b) {
  return a.rank != b.rank ? a.rank < b.rank : IsBeforeAtSameRank(a, b);
}

// Forward, sources_ holds in order of their next entries those that have one; the entry shown is
// the first one's. After a step back `plain_` has the cursors and moves, until the next seek.
class ScanIterator final : public VisibleEntries {
 public:
  ScanIterator(std::vector<std::unique_ptr<InternalIterator>> cursors,
               VisibleIteratorOptions options, std::shared_ptr<const void> owner,
               Counters* counters)
      : owner_(std::move(owner)),
        counters_(counters),
        options_(std::move(options)),
        cursors_(std::move(cursors)),
        rows_(cursors_.size()) {
    for (std::size_t i = 0; i < cursors_.size(); ++i) {
      rows_[i] = std::make_unique_for_overwrite<Source>();
      rows_[i]->cursor = cursors_[i].get();
      rows_[i]->index = i;
    }
    sources_.reserve(cursors_.size());
  }
  ~ScanIterator() override {
    if (counters_ != nullptr) counters_->Add(Counter::kIteratorSteps, steps_);
  }

  bool Valid() const override { return valid_; }
  std::string_view key() const override {
    STRATA_DCHECK(valid_);
    return key_;
  }
  std::string_view value() const override {
    STRATA_DCHECK(valid_);
    return value_;
  }
  EntryKind kind() const override { return kind_; }

  Status SeekToFirst() override {
    return SeekForward(options_.lower ? std::string_view(*options_.lower) : std::string_view());
  }
  Status Seek(std::string_view key) override {
    return SeekForward(options_.lower && key < *options_.lower ? *options_.lower : key);
  }
  Status SeekToLast() override {
    CountSeek();
    return MovePlainly([](Iterator& it) { return it.SeekToLast(); });
  }
  Status SeekForPrev(std::string_view key) override {
    CountSeek();
    return MovePlainly([&](Iterator& it) { return it.SeekForPrev(key); });
  }

  Status Next() override {
    STRATA_DCHECK(valid_);
    ++steps_;
    if (moves_plainly_) [[unlikely]] {
      return MovePlainly([](Iterator& it) { return it.Next(); });
    }
    valid_ = false;
    Hide(*sources_.front());
    STRATA_TRY(Step());
    return FindVisible();
  }

  Status Prev() override {
    STRATA_DCHECK(valid_);
    ++steps_;
    if (!moves_plainly_) {
      const std::string key(key_);
      STRATA_TRY(MovePlainly([&](Iterator& it) { return it.SeekForPrev(key); }));
      STRATA_DCHECK(valid_ && key_ == key);
    }
    return MovePlainly([](Iterator& it) { return it.Prev(); });
  }

 private:
  static constexpr int kStepsBeforeSeek = 16;

  void CountSeek() {
    if (counters_ != nullptr) counters_->Add(Counter::kSeeks);
  }

  template <typename Move>
  Status MovePlainly(Move move) {
    if (plain_ == nullptr) {
      plain_ = NewVisibleIterator(NewMergingIterator(std::move(cursors_)), options_);
    }
    moves_plainly_ = true;
    Status moved = move(*plain_);
    valid_ = moved.has_value() && plain_->Valid();
    if (valid_) {
      key_ = plain_->key();
      value_ = plain_->value();
      kind_ = plain_->kind();
    }
    return moved;
  }

  Status SeekForward(std::string_view key) {
    CountSeek();
    valid_ = false;
    moves_plainly_ = false;
    hides_ = false;
    STRATA_TRY(SeekSources(key, options_.sequence, kEntryKindForSeek));
    return FindVisible();
  }

  Status SeekSources(std::string_view key, SequenceNumber sequence, EntryKind kind) {
    target_.clear();
    AppendInternalKey(&target_, key, sequence, kind);
    sources_.clear();
    for (const auto& row : rows_) {
      Source& source = *row;
      STRATA_TRY(source.cursor->Seek(target_));
      if (!source.cursor->Valid()) continue;
      source.take = kTakeFirst;
      source.Take();
      sources_.push_back(&source);
      for (std::size_t j = sources_.size() - 1; j > 0 && Before(source, *sources_[j - 1]); --j) {
        std::swap(sources_[j], sources_[j - 1]);
      }
    }
    return {};
  }

  // From here on versions of this entry's key are passed over.
  void Hide(const Source& source) {
    hides_ = true;
    hidden_rank_ = source.rank;
    hidden_ = source.user_key();
  }

  bool IsHidden(const Source& source) const {
    return hides_ && source.rank == hidden_rank_ && source.user_key() == hidden_;
  }

  // Passes the first source's entry. A source that leads for a while costs one comparison.
  Status Step() {
    Source* const moved = sources_.front();
    if (moved->at == moved->last) [[unlikely]]
      return StepPastTaken(moved);
    ++moved->at;
    moved->rank = RankOf(moved->user_key());
    Place(moved);
    return {};
  }

  // Puts the first source where its entry belongs.
  void Place(Source* moved) {
    Source** order = sources_.data();
    for (std::size_t behind = sources_.size() - 1; behind > 0 && Before(*order[1], *moved);
         --behind) {
      order[0] = order[1];
      ++order;
    }
    *order = moved;
  }

  [[gnu::noinline]] Status StepPastTaken(Source* source) {
    KeepHidden();
    STRATA_TRY(source->cursor->Next());
    if (!source->cursor->Valid()) {
      sources_.erase(sources_.begin());
      return {};
    }
    source->Take();
    Place(source);
    return {};
  }

  // The cursor that shows the hidden key is about to move.
  void KeepHidden() {
    if (!hides_ || hidden_.data() == kept_.data()) return;
    kept_.assign(hidden_);
    hidden_ = kept_;
  }

  // Stands on the first visible entry from the first source's on.
  Status FindVisible() {
    if (sources_.empty()) [[unlikely]]
      return {};
    const Source& source = *sources_.front();
    const bool plain =
        (TagOf(source.at->key()) & 0xff) == static_cast<std::uint64_t>(EntryKind::kValue);
    if (!plain || options_.upper || IsHidden(source) || IsTooNew(source)) [[unlikely]] {
      return FindVisibleBehind();
    }
    return Stand(source.user_key(), source.at->value(), EntryKind::kValue);
  }

  // The same, and now anything may be in front.
  [[gnu::noinline]] Status FindVisibleBehind() {
    for (int passed = 1; !sources_.empty(); ++passed) {
      const Source& source = *sources_.front();
      if (options_.upper && source.user_key() >= *options_.upper) return {};
      if (!IsTooNew(source) && !IsHidden(source)) {
        const EntryKind kind = KindOf(source.at->key());
        if (!IsGone(kind, source.at->value())) return StandOn(source, kind);
        Hide(source);
      }
      if (passed == kManyHidden && options_.many_hidden != nullptr) {
        (*std::exchange(options_.many_hidden, nullptr))(options_.table);
      }
      STRATA_TRY(passed % kStepsBeforeSeek != 0 ? Step() : SeekPast(source));
    }
    return {};
  }

  bool IsTooNew(const Source& source) const {
    return SequenceOf(source.at->key()) > options_.sequence;
  }

  Status Stand(std::string_view user_key, std::string_view value, EntryKind kind) {
    key_ = user_key;
    value_ = value;
    kind_ = kind;
    valid_ = true;
    return {};
  }

  Status StandOn(const Source& source, EntryKind kind) {
    if (kind == EntryKind::kExpiringBlobPointer) {
      return Stand(source.user_key(), WithoutExpiry(kind, source.at->value()),
                   EntryKind::kBlobPointer);
    }
    if (!IsKnownEntryKind(kind) && kind != EntryKind::kBlobPointer) {
      return Error(ErrorCode::kUnsupported, "a newer program wrote " + EntryKindName(kind));
    }
    return Stand(source.user_key(), WithoutExpiry(kind, source.at->value()), kind);
  }

  bool IsGone(EntryKind kind, std::string_view value) const {
    return kind == EntryKind::kDelete || IsExpired(kind, value, options_.now_us);
  }

  // Jumps over the versions of a key that was written very often.
  Status SeekPast(const Source& source) {
    if (IsHidden(source)) {
      KeepHidden();
      return SeekSources(kept_, 0, EntryKind::kDelete);
    }
    KeepHidden();
    return SeekSources(std::string(source.user_key()), options_.sequence, kEntryKindForSeek);
  }

  const std::shared_ptr<const void> owner_;  // First, so that it goes last.
  Counters* const counters_;
  VisibleIteratorOptions options_;
  std::vector<std::unique_ptr<InternalIterator>> cursors_;  // Empty once plain_ has them.
  std::vector<std::unique_ptr<Source>> rows_;               // One a cursor.
  std::vector<Source*> sources_;
  std::unique_ptr<VisibleEntries> plain_;
  bool moves_plainly_ = false;

  bool valid_ = false;
  std::uint64_t steps_ = 0;
  EntryKind kind_ = EntryKind::kValue;
  std::string_view key_;
  std::string_view value_;

  bool hides_ = false;
  KeyRank hidden_rank_ = 0;
  std::string_view hidden_;
  std::string kept_;    // The hidden key, when the cursor that showed it has moved on.
  std::string target_;  // Of the last seek; kept for its memory.
};

}  // namespace

std::unique_ptr<VisibleEntries> NewScanIterator(
    std::vector<std::unique_ptr<InternalIterator>> sources, VisibleIteratorOptions options,
    std::shared_ptr<const void> owner, Counters* counters) {
  return std::make_unique<ScanIterator>(std::move(sources), std::move(options), std::move(owner),
                                        counters);
}

}  // namespace strata
