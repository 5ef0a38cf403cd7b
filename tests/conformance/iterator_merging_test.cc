#include <catch2/catch.hpp>

#include <vector>

#include "conformance/iterator_conformance.h"
#include "iter/merging_iterator.h"

namespace strata::testing {
namespace {

// Deals the entries out to five runs, one of which stays empty.
class MergingSource final : public IteratorSource {
 public:
  explicit MergingSource(const Model& model) : runs_(5) {
    std::size_t next = 0;
    for (const auto& entry : model) runs_[next++ * 7 % 4].insert(entry);
  }
  std::unique_ptr<InternalIterator> NewIterator() override {
    std::vector<std::unique_ptr<InternalIterator>> children;
    for (const Model& run : runs_) children.push_back(std::make_unique<MapIterator>(run));
    return NewMergingIterator(std::move(children));
  }

 private:
  std::vector<Model> runs_;
};

TEST_CASE("a merging iterator conforms", "[flush-and-merge]") {
  CheckIteratorConformance(
      [](const Model& model) { return std::make_unique<MergingSource>(model); });
}

}  // namespace
}  // namespace strata::testing
