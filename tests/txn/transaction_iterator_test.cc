// A transaction's cursor against a map that has its writes laid over the store's entries.

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <string>

#include "base/random.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::TestStore;
using Model = std::map<std::string, std::string>;

// What the cursor stands on, or "-".
std::string At(const Iterator& iterator) {
  if (!iterator.Valid()) return "-";
  return std::string(iterator.key()) + "=" + std::string(iterator.value());
}
std::string At(const Model& model, Model::const_iterator it) {
  return it == model.end() ? "-" : it->first + "=" + it->second;
}

TEST_CASE("a transaction's cursor walks over store and own writes as one, in both directions",
          "[transactions]") {
  Random random(3);
  for (int round = 0; round < 40; ++round) {
    TestStore store;
    Model model;
    const auto key = [&] { return "k" + std::to_string(10 + random.Uniform(25)); };
    for (int i = 0; i < 15; ++i) {
      const std::string k = key();
      REQUIRE(store->Put(k, "old"));
      model[k] = "old";
    }
    if (round % 2 == 0) REQUIRE(store->Flush());
    const auto txn = *store->Begin();
    for (int i = 0; i < 12; ++i) {
      const std::string k = key();
      if (random.Uniform(2) == 0) {
        REQUIRE(txn->Put(k, "own"));
        model[k] = "own";
      } else {
        REQUIRE(txn->Delete(k));
        model.erase(k);
      }
    }
    ReadOptions options;
    if (round % 3 == 0) {
      options.lower = "k15";
      options.upper = "k30";
      model.erase(model.begin(), model.lower_bound("k15"));
      model.erase(model.lower_bound("k30"), model.end());
    }
    const auto iterator = *txn->NewIterator(options);
    auto place = model.end();
    for (int step = 0; step < 200; ++step) {
      const std::string target = key();
      switch (place == model.end() ? random.Uniform(4) : random.Uniform(12)) {
        case 0:
          REQUIRE(iterator->SeekToFirst());
          place = model.begin();
          break;
        case 1:
          REQUIRE(iterator->SeekToLast());
          place = model.empty() ? model.end() : std::prev(model.end());
          break;
        case 2:
          REQUIRE(iterator->Seek(target));
          place = model.lower_bound(target);
          break;
        case 3:
          REQUIRE(iterator->SeekForPrev(target));
          place = model.upper_bound(target);
          place = place == model.begin() ? model.end() : std::prev(place);
          break;
        case 4:
        case 5:
        case 6:
        case 7:
          REQUIRE(iterator->Next());
          ++place;
          break;
        default:
          REQUIRE(iterator->Prev());
          place = place == model.begin() ? model.end() : std::prev(place);
          break;
      }
      REQUIRE(At(*iterator) == At(model, place));
    }
  }
}

}  // namespace
}  // namespace strata
