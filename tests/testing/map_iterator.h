// An InternalIterator over a std::map with an order of its own: the model that iterators are
// compared with, and the source that they are fed from. It can be told to fail.
//
// Thread safety: one thread.

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "iter/internal_key.h"
#include "iter/iterator.h"

namespace strata::testing {

// Internal keys in parts, newest first for one user key; doesn't use CompareInternalKeys.
struct ModelOrder {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const {
    return std::make_tuple(UserKeyOf(a), ~TagOf(a)) < std::make_tuple(UserKeyOf(b), ~TagOf(b));
  }
};

// Internal key -> value.
using Model = std::map<std::string, std::string, ModelOrder>;

// "k@7" is a value, "k@7-" a delete, "k@7?3" an entry of kind 3.
inline std::string KeyOf(std::string_view text) {
  const std::size_t at = text.rfind('@');
  STRATA_CHECK(at != std::string_view::npos);
  EntryKind kind = EntryKind::kValue;
  std::string number(text.substr(at + 1));
  if (number.back() == '-') kind = EntryKind::kDelete;
  if (const std::size_t mark = number.find('?'); mark != std::string::npos) {
    kind = static_cast<EntryKind>(std::stoi(number.substr(mark + 1)));
  }
  return MakeInternalKey(text.substr(0, at), std::stoull(number), kind);
}

class MapIterator final : public InternalIterator {
 public:
  // `model` must outlive the iterator. `moves_left`, if given, counts down; at 0 moves fail.
  explicit MapIterator(const Model& model, int* moves_left = nullptr)
      : model_(model), moves_left_(moves_left), at_(model.end()) {}

  bool Valid() const override { return at_ != model_.end(); }

  Status SeekToFirst() override { return MoveTo(model_.begin()); }
  Status SeekToLast() override { return MoveTo(Before(model_.end())); }
  Status Seek(std::string_view target) override { return MoveTo(model_.lower_bound(target)); }
  Status SeekForPrev(std::string_view target) override {
    return MoveTo(Before(model_.upper_bound(target)));
  }
  Status Next() override {
    STRATA_CHECK(Valid());
    return MoveTo(std::next(at_));
  }
  Status Prev() override {
    STRATA_CHECK(Valid());
    return MoveTo(Before(at_));
  }

  std::string_view key() const override {
    STRATA_CHECK(Valid());
    return at_->first;
  }
  std::string_view value() const override {
    STRATA_CHECK(Valid());
    return at_->second;
  }

 private:
  using Place = Model::const_iterator;

  Place Before(Place place) const {
    return place == model_.begin() ? model_.end() : std::prev(place);
  }

  Status MoveTo(Place place) {
    at_ = model_.end();
    if (moves_left_ != nullptr && (*moves_left_)-- <= 0) {
      return Error(ErrorCode::kIo, "the model was told to fail");
    }
    at_ = place;
    return {};
  }

  const Model& model_;
  int* moves_left_;
  Place at_;
};

}  // namespace strata::testing
