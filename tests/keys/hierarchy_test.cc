#include "strata/keys/hierarchy.h"

#include <catch2/catch.hpp>

#include "base/random.h"
#include "stats/counters.h"
#include "testing/results.h"
#include "testing/test_store.h"

namespace strata::keys {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::TestStore;

void Fill(TestStore& store) {
  const std::vector<Tuple> places = {
      TupleOf("asia", "jp"),           TupleOf("europe"),
      TupleOf("europe", "de"),         TupleOf("europe", "de", "berlin"),
      TupleOf("europe", "de", "köln"), TupleOf("europe", "fr", "paris", "19"),
      TupleOf("europe", "fr", "nice"), TupleOf("europe", 7),
  };
  for (const Tuple& place : places) REQUIRE(store->Put(Pack(place), TupleText(place)));
}

// "de* 7 fr*": a star where there are children, brackets where there is no value.
std::string Children(TestStore& store, const Tuple& parent) {
  std::string text;
  for (const Child& child : Must(ListChildren(*store, Subspace(parent)))) {
    if (!text.empty()) text += ' ';
    const std::string name = ElementText(child.name);
    text += child.value ? name : "[" + name + "]";
    if (child.has_children) text += '*';
  }
  return text;
}

TEST_CASE("children are listed without what lies below them", "[structured-keys]") {
  TestStore store;
  Fill(store);
  CHECK(Children(store, {}) == R"(["asia"]* "europe"*)");
  CHECK(Children(store, TupleOf("europe")) == R"("de"* ["fr"]* 7)");
  CHECK(Children(store, TupleOf("europe", "fr")) == R"("nice" ["paris"]*)");
  CHECK(Children(store, TupleOf("europe", "de", "berlin")) == "");
  CHECK(Children(store, TupleOf("africa")) == "");
}

TEST_CASE("a child costs one seek, however much lies below it", "[structured-keys]") {
  TestStore store;
  for (int child = 0; child < 3; ++child) {
    for (int below = 0; below < 500; ++below) {
      REQUIRE(store->Put(Pack(TupleOf("root", child, below)), "v"));
    }
  }
  store->counters().Reset();
  CHECK(Children(store, TupleOf("root")) == "[0]* [1]* [2]*");
  CHECK(store->counters().Get(Counter::kSeeks) <= 4);
  CHECK(store->counters().Get(Counter::kIteratorSteps) <= 3);
}

TEST_CASE("children are those of the model, for any keys", "[structured-keys]") {
  Random random(1);
  for (int round = 0; round < 20; ++round) {
    TestStore store;
    std::map<std::string, std::pair<bool, bool>> model;  // Packed child: has value, has children.
    for (int i = 0; i < 60; ++i) {
      Tuple tuple = TupleOf("p");
      for (std::uint64_t depth = random.Between(0, 3); depth > 0; --depth) {
        const std::string text(random.Uniform(3), "\x00\x61\xff"[random.Uniform(3)]);
        tuple.push_back(random.OneIn(4)   ? ElementOf(nullptr)
                        : random.OneIn(2) ? ElementOf(text)
                                          : ElementOf(random.Uniform(300)));
      }
      REQUIRE(store->Put(Pack(tuple), "v"));
      if (tuple.size() < 2) continue;
      auto& [has_value, has_children] = model[Pack({tuple[1]})];
      (tuple.size() == 2 ? has_value : has_children) = true;
    }
    const auto children = Must(ListChildren(*store, Subspace(TupleOf("p"))));
    REQUIRE(children.size() == model.size());
    auto expected = model.begin();
    for (const Child& child : children) {
      CHECK(Pack({child.name}) == expected->first);
      CHECK(child.value.has_value() == expected->second.first);
      CHECK(child.has_children == expected->second.second);
      ++expected;
    }
  }
}

TEST_CASE("children that can't be read are an error, not fewer children",
          "[structured-keys][structured-keys.2]") {
  Options options;
  options.block_cache_bytes = 0;
  options.block_bytes = 64;
  TestStore store(options);
  Fill(store);
  REQUIRE(store->Flush());
  const std::string all = Children(store, TupleOf("europe"));
  std::string path;
  for (const std::string& name : Must(store.disk().List(TestStore::kDirectory))) {
    if (name.ends_with(".sst")) path = JoinPath(TestStore::kDirectory, name);
  }
  const std::string sound = Must(store.disk().Contents(path));
  int errors = 0;
  for (std::size_t at = 0; at < 400; at += 16) {  // Somewhere in each block.
    std::string damaged = sound;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    store.Kill();
    store.disk().SetContents(path, damaged);
    REQUIRE(store.TryOpen());
    const auto children = ListChildren(*store, Subspace(TupleOf("europe")));
    if (!children) ++errors;
    if (children) CHECK(children->size() == 3);
  }
  CHECK(all == R"("de"* ["fr"]* 7)");
  CHECK(errors > 3);
}

TEST_CASE("a subtree goes as a whole, and nothing beside it", "[structured-keys]") {
  TestStore store;
  Fill(store);
  CHECK(Must(DeleteSubtree(*store, Subspace(TupleOf("europe", "de")))) == 3);
  CHECK(Children(store, TupleOf("europe")) == R"(["fr"]* 7)");
  CHECK(Must(DeleteSubtree(*store, Subspace(TupleOf("europe", "de")))) == 0);
  CHECK(Must(DeleteSubtree(*store, Subspace())) == 5);
}

TEST_CASE("depth is counted from the root that is meant", "[structured-keys]") {
  const Subspace europe(TupleOf("europe"));
  CHECK(Must(DepthBelow(europe, europe.prefix())) == 0);
  CHECK(Must(DepthBelow(europe, Pack(TupleOf("europe", "de", "berlin")))) == 2);
  CHECK(CodeOf(DepthBelow(europe, Pack(TupleOf("asia")))) == "invalid argument");
}

}  // namespace
}  // namespace strata::keys
