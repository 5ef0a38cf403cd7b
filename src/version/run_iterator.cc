#include "version/run_iterator.h"

#include <algorithm>

#include "iter/internal_key.h"

namespace strata {
namespace {

using Tables = std::vector<std::shared_ptr<const Table>>;

// Invariant: when Valid(), `cursor_` is on an entry of the table at `index_`; a table in which
// there is nothing (more) to see is left at once.
class RunIterator final : public InternalIterator {
 public:
  RunIterator(const Tables& tables, const sst::TableReadOptions& options)
      : tables_(tables), options_(options) {}

  bool Valid() const override { return cursor_ != nullptr && cursor_->Valid(); }

  Status SeekToFirst() override {
    Open(0);
    if (cursor_ == nullptr) return {};
    STRATA_TRY(cursor_->SeekToFirst());
    return SkipForward();
  }

  Status SeekToLast() override {
    Open(tables_.size() - 1);  // Wraps past the end when there are none.
    if (cursor_ == nullptr) return {};
    STRATA_TRY(cursor_->SeekToLast());
    return SkipBackward();
  }

  Status Seek(std::string_view target) override {
    const auto ends_before = [&](const std::shared_ptr<const Table>& table) {
      return CompareInternalKeys(table->meta().largest, target) < 0;
    };
    const auto found = std::partition_point(tables_.begin(), tables_.end(), ends_before);
    Open(static_cast<std::size_t>(found - tables_.begin()));
    if (cursor_ == nullptr) return {};
    STRATA_TRY(cursor_->Seek(target));
    return SkipForward();
  }

  Status SeekForPrev(std::string_view target) override {
    const auto begins_at_or_before = [&](const std::shared_ptr<const Table>& table) {
      return CompareInternalKeys(table->meta().smallest, target) <= 0;
    };
    const auto past = std::partition_point(tables_.begin(), tables_.end(), begins_at_or_before);
    Open(static_cast<std::size_t>(past - tables_.begin()) - 1);  // Wraps when there is none.
    if (cursor_ == nullptr) return {};
    STRATA_TRY(cursor_->SeekForPrev(target));
    return SkipBackward();
  }

  Status Next() override {
    STRATA_DCHECK(Valid());
    STRATA_TRY(cursor_->Next());
    return SkipForward();
  }

  Status Prev() override {
    STRATA_DCHECK(Valid());
    STRATA_TRY(cursor_->Prev());
    return SkipBackward();
  }

  std::string_view key() const override { return cursor_->key(); }
  std::string_view value() const override { return cursor_->value(); }
  std::size_t Take(std::span<EntryView> out) override { return cursor_->Take(out); }

 private:
  // Makes `cursor_` one of the table at `index`, or null when there is none.
  void Open(std::size_t index) {
    if (index >= tables_.size()) {
      cursor_ = nullptr;
    } else if (cursor_ == nullptr || index != index_) {
      cursor_ = tables_[index]->reader().NewIterator(options_);
    }
    index_ = index;
  }

  Status SkipForward() {
    while (cursor_ != nullptr && !cursor_->Valid()) {
      Open(index_ + 1);
      if (cursor_ != nullptr) STRATA_TRY(cursor_->SeekToFirst());
    }
    return {};
  }

  Status SkipBackward() {
    while (cursor_ != nullptr && !cursor_->Valid()) {
      Open(index_ - 1);
      if (cursor_ != nullptr) STRATA_TRY(cursor_->SeekToLast());
    }
    return {};
  }

  const Tables& tables_;
  const sst::TableReadOptions options_;
  std::size_t index_ = 0;
  std::unique_ptr<InternalIterator> cursor_;
};

}  // namespace

std::unique_ptr<InternalIterator> NewRunIterator(const Run& run,
                                                 const sst::TableReadOptions& options) {
  return std::make_unique<RunIterator>(run.tables, options);
}

}  // namespace strata
