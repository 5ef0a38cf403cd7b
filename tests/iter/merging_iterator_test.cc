#include "iter/merging_iterator.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "base/random.h"
#include "testing/map_iterator.h"

namespace strata {
namespace {

using testing::KeyOf;
using testing::MapIterator;
using testing::Model;

// The entries of each run; "a@3" has itself as value.
std::vector<Model> RunsOf(const std::vector<std::vector<std::string>>& runs) {
  std::vector<Model> models;
  for (const auto& run : runs) {
    Model model;
    for (const std::string& text : run) model[KeyOf(text)] = text;
    models.push_back(std::move(model));
  }
  return models;
}

std::unique_ptr<InternalIterator> Merge(const std::vector<Model>& runs, int* moves_left = nullptr) {
  std::vector<std::unique_ptr<InternalIterator>> children;
  for (const Model& run : runs) children.push_back(std::make_unique<MapIterator>(run, moves_left));
  return NewMergingIterator(std::move(children));
}

std::string Forward(InternalIterator& it) {
  std::string seen;
  REQUIRE(it.SeekToFirst());
  while (it.Valid()) {
    seen += std::string(it.value()) + " ";
    REQUIRE(it.Next());
  }
  return seen;
}

TEST_CASE("a merge yields every run's entries in one order", "[flush-and-merge]") {
  const auto runs = RunsOf({{"a@9", "c@4"}, {"a@3", "b@5", "d@1"}, {}, {"c@8"}});
  const auto it = Merge(runs);
  CHECK(Forward(*it) == "a@9 a@3 b@5 c@8 c@4 d@1 ");
  CHECK_FALSE(it->Valid());
  REQUIRE(it->Seek(KeyOf("c@6")));
  CHECK(it->value() == "c@4");
  REQUIRE(it->SeekForPrev(KeyOf("c@6")));
  CHECK(it->value() == "c@8");
}

TEST_CASE("a merge turns round at any entry", "[flush-and-merge]") {
  const auto runs = RunsOf({{"a@9", "c@4", "e@1"}, {"a@3", "b@5", "d@1"}, {"c@8"}});
  const std::vector<std::string> sorted = {"a@9", "a@3", "b@5", "c@8", "c@4", "d@1", "e@1"};
  const auto it = Merge(runs);
  for (std::size_t i = 1; i + 1 < sorted.size(); ++i) {
    CAPTURE(sorted[i]);
    REQUIRE(it->Seek(KeyOf(sorted[i])));
    REQUIRE(it->Prev());
    CHECK(it->value() == sorted[i - 1]);
    REQUIRE(it->Next());
    CHECK(it->value() == sorted[i]);
    REQUIRE(it->Next());
    CHECK(it->value() == sorted[i + 1]);
    REQUIRE(it->Prev());
    CHECK(it->value() == sorted[i]);
  }
}

TEST_CASE("a merge of nothing is empty and of one run is that run", "[flush-and-merge]") {
  const auto none = NewMergingIterator({});
  REQUIRE(none->SeekToFirst());
  CHECK_FALSE(none->Valid());
  REQUIRE(none->SeekForPrev(KeyOf("a@1")));
  CHECK_FALSE(none->Valid());

  const auto runs = RunsOf({{"a@1", "b@2"}});
  std::vector<std::unique_ptr<InternalIterator>> children;
  children.push_back(std::make_unique<MapIterator>(runs[0]));
  const InternalIterator* only = children[0].get();
  CHECK(NewMergingIterator(std::move(children)).get() == only);
}

TEST_CASE("of equal keys the earlier run's comes first, and last going back", "[flush-and-merge]") {
  std::vector<Model> runs(3);
  for (int i = 0; i < 3; ++i) runs[static_cast<std::size_t>(i)][KeyOf("k@5")] = std::to_string(i);
  const auto it = Merge(runs);
  CHECK(Forward(*it) == "0 1 2 ");
  REQUIRE(it->SeekToLast());
  CHECK(it->value() == "2");
  REQUIRE(it->Prev());
  CHECK(it->value() == "1");
  REQUIRE(it->Next());
  CHECK(it->value() == "2");
  REQUIRE(it->Prev());
  REQUIRE(it->Prev());
  CHECK(it->value() == "0");
  REQUIRE(it->Next());
  CHECK(it->value() == "1");
}

TEST_CASE("when a child fails, so does the merge, at every move", "[flush-and-merge]") {
  const auto runs = RunsOf({{"a@9", "c@4", "e@1"}, {"a@3", "b@5", "d@1"}, {"c@8"}});
  for (int moves = 0; moves < 25; ++moves) {
    CAPTURE(moves);
    int left = moves;
    const auto it = Merge(runs, &left);
    Status status = it->Seek(KeyOf("b@9"));
    for (int i = 0; status && it->Valid(); ++i) status = i % 3 == 1 ? it->Prev() : it->Next();
    CHECK(status.has_value() == (left >= 0));  // Below 0 a child has failed.
    if (!status) CHECK(status.error().code() == ErrorCode::kIo);
    CHECK_FALSE(it->Valid());
    left = 100;
    CHECK(Forward(*it) == "a@9 a@3 b@5 c@8 c@4 d@1 e@1 ");
  }
}

// A run that leads by a thousand entries must not cost the other runs a look each time.
TEST_CASE("a leading run moves alone", "[flush-and-merge]") {
  std::vector<Model> runs(9);
  for (int i = 0; i < 1000; ++i)
    runs[0][MakeInternalKey("a" + std::to_string(i), 1, EntryKind::kValue)];
  for (std::size_t i = 1; i < runs.size(); ++i) runs[i][KeyOf("b@" + std::to_string(i))];
  int left = 1 << 20;
  const auto it = Merge(runs, &left);
  REQUIRE(it->SeekToFirst());
  const int before = left;
  for (int i = 0; i < 999; ++i) REQUIRE(it->Next());
  CHECK(before - left == 999);
}

std::string RandomTarget(Random& random) {
  return MakeInternalKey(std::string(1, static_cast<char>('a' + random.Uniform(12))),
                         random.Uniform(200), EntryKind::kValue);
}

TEST_CASE("random walks over a merge agree with one sorted map", "[flush-and-merge]") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    std::vector<Model> runs(2 + random.Uniform(9));
    Model all;
    const std::uint64_t count = random.Uniform(150);
    for (std::uint64_t sequence = 1; sequence <= count; ++sequence) {
      const std::string key = MakeInternalKey(
          std::string(1, static_cast<char>('a' + random.Uniform(12))), sequence, EntryKind::kValue);
      all[key] = runs[random.Uniform(runs.size())][key] = std::to_string(sequence);
    }
    MapIterator model(all);
    const auto it = Merge(runs);
    for (int step = 0; step < 120; ++step) {
      const std::string target = RandomTarget(random);
      const std::uint64_t move = it->Valid() ? random.Uniform(14) : random.Uniform(4);
      const auto both = [&](auto act) {
        REQUIRE(act(*it));
        REQUIRE(act(static_cast<InternalIterator&>(model)));
      };
      if (move == 0) both([](InternalIterator& i) { return i.SeekToFirst(); });
      if (move == 1) both([](InternalIterator& i) { return i.SeekToLast(); });
      if (move == 2) both([&](InternalIterator& i) { return i.Seek(target); });
      if (move == 3) both([&](InternalIterator& i) { return i.SeekForPrev(target); });
      if (move > 3 && move % 2 == 0) both([](InternalIterator& i) { return i.Next(); });
      if (move > 3 && move % 2 == 1) both([](InternalIterator& i) { return i.Prev(); });
      REQUIRE(it->Valid() == model.Valid());
      if (!it->Valid()) continue;
      REQUIRE(it->key() == model.key());
      REQUIRE(it->value() == model.value());
    }
  }
}

}  // namespace
}  // namespace strata
