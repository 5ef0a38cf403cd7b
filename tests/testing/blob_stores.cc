#include "testing/blob_stores.h"

#include <catch2/catch.hpp>

#include <map>

#include "base/random.h"
#include "testing/results.h"

namespace strata::testing {
namespace {

using Model = std::map<std::string, std::string>;

void Compare(TestStore& store, const Model& model) {
  REQUIRE(Scan(*store) == Render(model));
  std::vector<std::string_view> keys;
  for (const auto& [key, _] : model) keys.push_back(key);
  const auto many = Must(store->MultiGet(keys, {}));
  for (std::size_t k = 0; k < keys.size(); ++k) {
    REQUIRE(many[k].found);
    REQUIRE(many[k].value == model.at(std::string(keys[k])));
    REQUIRE(store.Get(keys[k]) == many[k].value);
  }
}

}  // namespace

Options SmallBlobs() {
  Options options;
  options.memtable_bytes = 32 << 10;
  options.table_bytes = 8 << 10;
  options.blob_threshold = 100;
  options.blob_file_bytes = 16 << 10;
  options.compression = Compression::kNone;
  return options;
}

std::string Big(std::uint64_t version, std::size_t size) {
  return std::to_string(version) + std::string(size, 'v');
}

std::vector<std::string> BlobFiles(TestStore& store) {
  std::vector<std::string> found;
  for (const std::string& name : Must(store.disk().List(TestStore::kDirectory))) {
    if (name.ends_with(".blob")) found.push_back(JoinPath(TestStore::kDirectory, name));
  }
  return found;
}

std::uint64_t BytesOf(TestStore& store, std::string_view suffix) {
  std::uint64_t sum = 0;
  for (const std::string& name : Must(store.disk().List(TestStore::kDirectory))) {
    if (!name.ends_with(suffix)) continue;
    sum += Must(store.disk().FileSize(JoinPath(TestStore::kDirectory, name)));
  }
  return sum;
}

void CheckAgainstMap(TestStore& store, Random& random, const std::function<void()>& between) {
  Model model;
  for (std::uint64_t i = 0; i < 1500; ++i) {
    const std::string key = "key" + std::to_string(100 + random.Uniform(150));
    if (random.OneIn(5)) {
      REQUIRE(store->Delete(key));
      model.erase(key);
    } else {
      model[key] = std::to_string(i) + random.Bytes(random.Uniform(400));
      REQUIRE(store->Put(key, model[key]));
    }
    if (random.OneIn(200)) REQUIRE(store->WaitForCompactions());
    between();
    if (random.OneIn(100)) Compare(store, model);
  }
  REQUIRE(store->CompactRange({}, {}));
  REQUIRE(store->WaitForCompactions());
  Compare(store, model);
  REQUIRE(ScanBackwards(*store).size() == Render(model).size());
  REQUIRE(Outcome(store->VerifyAll()) == "ok");
}

}  // namespace strata::testing
