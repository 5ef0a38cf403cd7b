// A store whose deepest tables have learned indexes.

#include <catch2/catch.hpp>

#include <map>

#include "base/random.h"
#include "stats/counters.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::Render;
using testing::Scan;
using testing::TestStore;

Options SmallTables(IndexKind index) {
  Options options;
  options.memtable_bytes = 16 << 10;
  options.table_bytes = 16 << 10;
  options.block_bytes = 512;
  options.index = index;
  return options;
}

std::string Numbered(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return "user" + std::string(8 - digits.size(), '0') + digits;
}

void Fill(TestStore& store, std::map<std::string, std::string>* model) {
  Random random(20);
  for (int i = 0; i < 4000; ++i) {
    const std::string key = Numbered(random.Uniform(3000));
    if (random.OneIn(5)) {
      REQUIRE(store->Delete(key));
      model->erase(key);
    } else {
      (*model)[key] = "value " + std::to_string(i);
      REQUIRE(store->Put(key, (*model)[key]));
    }
  }
  REQUIRE(store->CompactRange(std::nullopt, std::nullopt));
}

TEST_CASE("a store with learned indexes gives the answers of one without", "[learned-index]") {
  TestStore store(SmallTables(IndexKind::kLearned));
  std::map<std::string, std::string> model;
  Fill(store, &model);
  CHECK(store->Stats().index_bytes_saved > 1000);
  for (int number = 0; number < 3000; number += 7) {
    const auto found = model.find(Numbered(number));
    const auto got = store.Get(Numbered(number));
    REQUIRE(got.has_value() == (found != model.end()));
    if (got) REQUIRE(*got == found->second);
  }
  CHECK(store->counters().Get(Counter::kLearnedGets) > 150);
  CHECK(Scan(*store) == Render(model));
  CHECK(store->VerifyAll().has_value());
  // The kind is the table's, not the store's: any program of this version reads both.
  store.options().index = IndexKind::kSparse;
  store.Reopen();
  CHECK(Scan(*store) == Render(model));
  CHECK(store->Stats().index_bytes_saved > 1000);
}

TEST_CASE("without the option no table has a learned index", "[learned-index]") {
  TestStore store(SmallTables(IndexKind::kSparse));
  std::map<std::string, std::string> model;
  Fill(store, &model);
  CHECK(store->Stats().index_bytes_saved == 0);
  CHECK(store.Get(model.begin()->first) == model.begin()->second);
  CHECK(store->counters().Get(Counter::kLearnedGets) == 0);
}

}  // namespace
}  // namespace strata
