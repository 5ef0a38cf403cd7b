#include "iter/visible_iterator.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "testing/map_iterator.h"

namespace strata {
namespace {

using testing::KeyOf;
using testing::MapIterator;
using testing::Model;

// Every entry's value is its own text: "a@3" -> "a@3".
Model ModelOf(const std::vector<std::string>& entries) {
  Model model;
  for (const std::string& text : entries) model[KeyOf(text)] = text;
  return model;
}

std::string Forward(Iterator& it) {
  std::string seen;
  REQUIRE(it.SeekToFirst());
  while (it.Valid()) {
    seen += std::string(it.value()) + " ";
    REQUIRE(it.Next());
  }
  return seen;
}

std::string Backward(Iterator& it) {
  std::string seen;
  REQUIRE(it.SeekToLast());
  while (it.Valid()) {
    seen += std::string(it.value()) + " ";
    REQUIRE(it.Prev());
  }
  return seen;
}

// What a reader sees, forwards and backwards: "a@3 b@1 | b@1 a@3 ".
std::string Scan(const Model& model, VisibleIteratorOptions options = {}) {
  const auto it = NewVisibleIterator(std::make_unique<MapIterator>(model), std::move(options));
  const std::string forward = Forward(*it);
  return forward + "| " + Backward(*it);
}

TEST_CASE("a reader sees the newest version at its sequence", "[memtable]") {
  const Model model = ModelOf({"a@1", "a@5", "a@9", "b@2", "c@7"});
  CHECK(Scan(model) == "a@9 b@2 c@7 | c@7 b@2 a@9 ");
  CHECK(Scan(model, {.sequence = 8}) == "a@5 b@2 c@7 | c@7 b@2 a@5 ");
  CHECK(Scan(model, {.sequence = 6}) == "a@5 b@2 | b@2 a@5 ");
  CHECK(Scan(model, {.sequence = 1}) == "a@1 | a@1 ");
  CHECK(Scan(model, {.sequence = 0}) == "| ");
}

TEST_CASE("a deleted key is hidden, with all its older versions", "[memtable]") {
  const Model model = ModelOf({"a@1", "a@4-", "b@2", "b@3-", "b@5", "c@6", "c@8-"});
  CHECK(Scan(model) == "b@5 | b@5 ");
  CHECK(Scan(model, {.sequence = 7}) == "b@5 c@6 | c@6 b@5 ");
  CHECK(Scan(model, {.sequence = 3}) == "a@1 | a@1 ");
  CHECK(Scan(ModelOf({"a@1-", "b@2-"})) == "| ");
}

TEST_CASE("a scan keeps within its bounds in both directions", "[memtable]") {
  const Model model = ModelOf({"a@1", "b@2", "c@3", "d@4-", "e@5"});
  CHECK(Scan(model, {.lower = "b"}) == "b@2 c@3 e@5 | e@5 c@3 b@2 ");
  CHECK(Scan(model, {.upper = "c"}) == "a@1 b@2 | b@2 a@1 ");
  CHECK(Scan(model, {.lower = "b", .upper = "e"}) == "b@2 c@3 | c@3 b@2 ");
  CHECK(Scan(model, {.lower = "c", .upper = "c"}) == "| ");
  CHECK(Scan(model, {.lower = "d", .upper = "b"}) == "| ");

  const auto it =
      NewVisibleIterator(std::make_unique<MapIterator>(model), {.lower = "b", .upper = "e"});
  REQUIRE(it->Seek("a"));
  CHECK(it->key() == "b");
  REQUIRE(it->SeekForPrev("z"));
  CHECK(it->key() == "c");
  REQUIRE(it->SeekForPrev("a"));
  CHECK_FALSE(it->Valid());
  REQUIRE(it->Seek("e"));
  CHECK_FALSE(it->Valid());
}

TEST_CASE("a key written a thousand times is one key", "[memtable]") {
  Model model = ModelOf({"a@1", "z@2"});
  for (int i = 10; i < 1010; ++i) model[KeyOf("hot@" + std::to_string(i))] = std::to_string(i);
  CHECK(Scan(model) == "a@1 1009 z@2 | z@2 1009 a@1 ");
  CHECK(Scan(model, {.sequence = 500}) == "a@1 500 z@2 | z@2 500 a@1 ");
  CHECK(Scan(model, {.sequence = 9}) == "a@1 z@2 | z@2 a@1 ");
  model[KeyOf("hot@2000-")] = "";
  CHECK(Scan(model) == "a@1 z@2 | z@2 a@1 ");
}

TEST_CASE("an entry of a kind that nobody knows is refused by name, unless it is hidden",
          "[memtable]") {
  const Model model = ModelOf({"a@1", "k@3?6", "k@5", "x@6?7"});
  const auto it = NewVisibleIterator(std::make_unique<MapIterator>(model), {});
  REQUIRE(it->Seek("b"));
  CHECK(it->value() == "k@5");
  const Status next = it->Next();
  REQUIRE_FALSE(next);
  CHECK(next.error().code() == ErrorCode::kUnsupported);
  CHECK(next.error().message() == "a newer program wrote entry kind 7 (unknown)");
  CHECK_FALSE(it->Valid());
  CHECK_FALSE(it->SeekToLast());

  const auto older = NewVisibleIterator(std::make_unique<MapIterator>(model), {.sequence = 4});
  REQUIRE_FALSE(older->Seek("b"));
  REQUIRE_FALSE(older->SeekForPrev("k"));
  REQUIRE(older->SeekForPrev("j"));
  CHECK(older->value() == "a@1");
}

TEST_CASE("after a failed move the iterator isn't valid and can be placed again", "[memtable]") {
  const Model model = ModelOf({"a@1", "b@2", "c@3", "d@4"});
  for (int moves = 0; moves < 12; ++moves) {
    CAPTURE(moves);
    int left = moves;
    const auto it = NewVisibleIterator(std::make_unique<MapIterator>(model, &left), {});
    Status status = it->SeekToLast();
    while (status && it->Valid()) status = it->Prev();
    if (!status) CHECK(status.error().code() == ErrorCode::kIo);
    CHECK_FALSE(it->Valid());
    left = 100;
    REQUIRE(it->Seek("b"));
    CHECK(it->value() == "b@2");
  }
}

// The map of what is visible, computed the slow way.
std::map<std::string, std::string> VisibleAt(const Model& model,
                                             const VisibleIteratorOptions& options) {
  std::map<std::string, std::string> visible;
  for (auto entry = model.rbegin(); entry != model.rend(); ++entry) {  // Oldest version first.
    const std::string key(UserKeyOf(entry->first));
    if (SequenceOf(entry->first) > options.sequence) continue;
    if (options.lower && key < *options.lower) continue;
    if (options.upper && key >= *options.upper) continue;
    visible.erase(key);
    if (KindOf(entry->first) == EntryKind::kValue) visible[key] = entry->second;
  }
  return visible;
}

std::string RandomKey(Random& random) {
  return std::string(1 + random.Uniform(2), 'a') + static_cast<char>('a' + random.Uniform(8));
}

Model RandomModel(Random& random) {
  Model model;
  const std::uint64_t count = random.Uniform(120);
  for (std::uint64_t sequence = 1; sequence <= count; ++sequence) {
    const EntryKind kind = random.OneIn(3) ? EntryKind::kDelete : EntryKind::kValue;
    model[MakeInternalKey(RandomKey(random), sequence, kind)] = std::to_string(sequence);
  }
  return model;
}

using Visible = std::map<std::string, std::string>;

// Moves `it` and the place in `visible` alike, by one random step.
Visible::const_iterator Step(Iterator& it, const Visible& visible, Visible::const_iterator at,
                             Random& random) {
  const auto before = [&](Visible::const_iterator place) {
    return place == visible.begin() ? visible.end() : std::prev(place);
  };
  const std::string key = RandomKey(random);
  switch (it.Valid() ? random.Uniform(12) : random.Uniform(4)) {
    case 0:
      REQUIRE(it.SeekToFirst());
      return visible.begin();
    case 1:
      REQUIRE(it.SeekToLast());
      return before(visible.end());
    case 2:
      REQUIRE(it.Seek(key));
      return visible.lower_bound(key);
    case 3:
      REQUIRE(it.SeekForPrev(key));
      return before(visible.upper_bound(key));
    default:
      if (random.OneIn(2)) {
        REQUIRE(it.Next());
        return std::next(at);
      }
      REQUIRE(it.Prev());
      return before(at);
  }
}

TEST_CASE("random walks see what the model sees, in both directions", "[memtable]") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Model model = RandomModel(random);
    VisibleIteratorOptions options;
    if (random.OneIn(2)) options.sequence = random.Uniform(130);
    if (random.OneIn(3)) options.lower = RandomKey(random);
    if (random.OneIn(3)) options.upper = RandomKey(random);
    const Visible visible = VisibleAt(model, options);
    const auto it = NewVisibleIterator(std::make_unique<MapIterator>(model), options);
    auto at = visible.end();
    for (int step = 0; step < 100; ++step) {
      at = Step(*it, visible, at, random);
      REQUIRE(it->Valid() == (at != visible.end()));
      if (!it->Valid()) continue;
      REQUIRE(it->key() == at->first);
      REQUIRE(it->value() == at->second);
    }
  }
}

}  // namespace
}  // namespace strata
