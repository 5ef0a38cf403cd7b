#include <catch2/catch.hpp>

#include "conformance/iterator_conformance.h"
#include "memtable/memtable.h"

namespace strata::testing {
namespace {

class MemTableSource final : public IteratorSource {
 public:
  explicit MemTableSource(const Model& model) : memtable_(/*seed=*/7) {
    for (const auto& [key, value] : model) {
      memtable_.Add(SequenceOf(key), KindOf(key), UserKeyOf(key), value);
    }
  }
  std::unique_ptr<InternalIterator> NewIterator() override { return memtable_.NewIterator(); }

 private:
  MemTable memtable_;
};

TEST_CASE("a memtable's iterator conforms", "[memtable]") {
  CheckIteratorConformance(
      [](const Model& model) { return std::make_unique<MemTableSource>(model); });
}

}  // namespace
}  // namespace strata::testing
