#include "db/map_iterator.h"

#include "base/check.h"

namespace strata {
namespace {

class MapIterator final : public Iterator {
 public:
  MapIterator(std::shared_ptr<const SortedMap> map, Bounds bounds, Counters& counters)
      : map_(std::move(map)),
        bounds_(std::move(bounds)),
        place_(map_->end()),
        counters_(counters) {}

  bool Valid() const override { return place_ != map_->end(); }

  Status SeekToFirst() override { return Seek(bounds_.lower.value_or("")); }

  Status SeekToLast() override {
    counters_.Add(Counter::kSeeks);
    PlaceBefore(bounds_.upper ? map_->lower_bound(*bounds_.upper) : map_->end());
    return {};
  }

  Status Seek(std::string_view key) override {
    counters_.Add(Counter::kSeeks);
    const bool is_below = bounds_.lower && key < *bounds_.lower;
    place_ = map_->lower_bound(is_below ? std::string_view(*bounds_.lower) : key);
    KeepInside();
    return {};
  }

  Status SeekForPrev(std::string_view key) override {
    if (bounds_.upper && key >= *bounds_.upper) return SeekToLast();
    counters_.Add(Counter::kSeeks);
    PlaceBefore(map_->upper_bound(key));
    return {};
  }

  Status Next() override {
    STRATA_CHECK(Valid());
    counters_.Add(Counter::kIteratorSteps);
    ++place_;
    KeepInside();
    return {};
  }

  Status Prev() override {
    STRATA_CHECK(Valid());
    counters_.Add(Counter::kIteratorSteps);
    PlaceBefore(place_);
    return {};
  }

  std::string_view key() const override {
    STRATA_CHECK(Valid());
    return place_->first;
  }
  std::string_view value() const override {
    STRATA_CHECK(Valid());
    return place_->second;
  }

 private:
  using Place = SortedMap::const_iterator;

  // Stands on the entry before `next`, or nowhere when that is none or outside the bounds.
  void PlaceBefore(Place next) {
    place_ = next == map_->begin() ? map_->end() : std::prev(next);
    KeepInside();
  }

  // Leaves an entry that the bounds exclude.
  void KeepInside() {
    if (!Valid()) return;
    const bool is_below = bounds_.lower && place_->first < *bounds_.lower;
    const bool is_above = bounds_.upper && place_->first >= *bounds_.upper;
    if (is_below || is_above) place_ = map_->end();
  }

  const std::shared_ptr<const SortedMap> map_;
  const Bounds bounds_;
  Place place_;  // map_->end() when the cursor is on no entry.
  Counters& counters_;
};

}  // namespace

std::optional<std::string> AfterPrefix(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  ++prefix.back();
  return prefix;
}

Bounds BoundsOf(const ReadOptions& options) {
  Bounds bounds{options.lower, options.upper};
  if (options.prefix.empty()) return bounds;
  if (!bounds.lower || *bounds.lower < options.prefix) bounds.lower = options.prefix;
  const std::optional<std::string> after = AfterPrefix(options.prefix);
  if (after && (!bounds.upper || *after < *bounds.upper)) bounds.upper = after;
  return bounds;
}

std::unique_ptr<Iterator> NewMapIterator(std::shared_ptr<const SortedMap> map, Bounds bounds,
                                         Counters& counters) {
  return std::make_unique<MapIterator>(std::move(map), std::move(bounds), counters);
}

}  // namespace strata
