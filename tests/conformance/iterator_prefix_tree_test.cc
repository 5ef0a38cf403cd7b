#include <catch2/catch.hpp>

#include "conformance/iterator_conformance.h"
#include "memtable/memtable.h"

namespace strata::testing {
namespace {

class PrefixTreeSource final : public IteratorSource {
 public:
  explicit PrefixTreeSource(const Model& model)
      : memtable_(/*seed=*/7, nullptr, MemtableKind::kPrefixTree) {
    for (const auto& [key, value] : model) {
      memtable_.Add(SequenceOf(key), KindOf(key), UserKeyOf(key), value);
    }
  }
  std::unique_ptr<InternalIterator> NewIterator() override { return memtable_.NewIterator(); }

 private:
  MemTable memtable_;
};

TEST_CASE("a prefix tree's iterator conforms", "[prefix-tree]") {
  CheckIteratorConformance(
      [](const Model& model) { return std::make_unique<PrefixTreeSource>(model); });
}

}  // namespace
}  // namespace strata::testing
