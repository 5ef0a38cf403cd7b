#include "conformance/iterator_conformance.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "base/random.h"

namespace strata::testing {
namespace {

void CheckSame(const InternalIterator& it, const InternalIterator& model) {
  REQUIRE(it.Valid() == model.Valid());
  if (!it.Valid()) return;
  REQUIRE(it.key() == model.key());
  REQUIRE(it.value() == model.value());
}

void CheckScans(InternalIterator& it, InternalIterator& model) {
  REQUIRE(it.SeekToFirst());
  REQUIRE(model.SeekToFirst());
  for (CheckSame(it, model); it.Valid(); CheckSame(it, model)) {
    REQUIRE(it.Next());
    REQUIRE(model.Next());
  }
  REQUIRE(it.SeekToLast());
  REQUIRE(model.SeekToLast());
  for (CheckSame(it, model); it.Valid(); CheckSame(it, model)) {
    REQUIRE(it.Prev());
    REQUIRE(model.Prev());
  }
}

void CheckSeek(InternalIterator& it, InternalIterator& model, std::string_view target) {
  REQUIRE(it.Seek(target));
  REQUIRE(model.Seek(target));
  CheckSame(it, model);
  REQUIRE(it.SeekForPrev(target));
  REQUIRE(model.SeekForPrev(target));
  CheckSame(it, model);
}

// Each key, its neighbours in sequence, and keys between.
void CheckAllSeeks(InternalIterator& it, InternalIterator& model, const Model& entries) {
  for (const auto& [key, value] : entries) {
    const std::string user_key(UserKeyOf(key));
    const SequenceNumber sequence = SequenceOf(key);
    CheckSeek(it, model, key);
    CheckSeek(it, model, MakeInternalKey(user_key, sequence, kEntryKindForSeek));
    CheckSeek(it, model, MakeInternalKey(user_key, sequence, EntryKind::kDelete));
    CheckSeek(it, model, MakeInternalKey(user_key, sequence + 1, EntryKind::kDelete));
    CheckSeek(it, model, MakeInternalKey(user_key, 0, EntryKind::kDelete));
    CheckSeek(it, model, MakeInternalKey(user_key + '\0', kSequenceMax, kEntryKindForSeek));
    CheckSeek(it, model,
              MakeInternalKey(user_key.substr(0, user_key.size() / 2), 5, EntryKind::kValue));
  }
  CheckSeek(it, model, MakeInternalKey("", kSequenceMax, kEntryKindForSeek));
  CheckSeek(it, model,
            MakeInternalKey("\xff\xff\xff\xff\xff\xff\xff\xff\xff", 0, EntryKind::kDelete));
}

void Walk(InternalIterator& it, InternalIterator& model, const std::string& target,
          Random& random) {
  const auto both = [&](auto move) {
    REQUIRE(move(it));
    REQUIRE(move(model));
  };
  switch (it.Valid() ? random.Uniform(14) : random.Uniform(4)) {
    case 0:
      return both([](InternalIterator& i) { return i.SeekToFirst(); });
    case 1:
      return both([](InternalIterator& i) { return i.SeekToLast(); });
    case 2:
      return both([&](InternalIterator& i) { return i.Seek(target); });
    case 3:
      return both([&](InternalIterator& i) { return i.SeekForPrev(target); });
    default:
      if (random.OneIn(2)) return both([](InternalIterator& i) { return i.Next(); });
      return both([](InternalIterator& i) { return i.Prev(); });
  }
}

// What a cursor hands out is what stepping meets, and the cursor ends on the last of it.
void CheckTake(InternalIterator& it, InternalIterator& model, std::size_t wanted) {
  std::vector<EntryView> taken(wanted);
  const std::size_t count = it.Take(taken);
  REQUIRE(count >= 1);
  REQUIRE(count <= wanted);
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) REQUIRE(model.Next());
    REQUIRE(model.Valid());
    REQUIRE(taken[i].key() == model.key());
    REQUIRE(taken[i].value() == model.value());
  }
  CheckSame(it, model);
}

std::string RandomKey(Random& random) {
  static const char* const kStems[] = {"", "a", "key", "keys-of-some-length/", "\xff\xff"};
  std::string key = kStems[random.Uniform(std::size(kStems))];
  const std::uint64_t more = random.Uniform(3);
  for (std::uint64_t i = 0; i < more; ++i) key += static_cast<char>(random.Uniform(4) * 85);
  return MakeInternalKey(key, 1 + random.Uniform(40),
                         random.OneIn(4) ? EntryKind::kDelete : EntryKind::kValue);
}

Model RandomModel(Random& random) {
  Model model;
  const std::uint64_t count = random.Uniform(random.OneIn(4) ? 600 : 40);
  for (std::uint64_t i = 0; i < count; ++i) {
    model[RandomKey(random)] = random.Bytes(random.OneIn(10) ? 3000 : random.Uniform(20));
  }
  return model;
}

void CheckOne(const MakeSource& make, const Model& entries, std::uint64_t seed) {
  CAPTURE(seed, entries.size());
  Random random(seed);
  const auto source = make(entries);
  const auto it = source->NewIterator();
  MapIterator model(entries);
  REQUIRE_FALSE(it->Valid());  // Before the first seek.
  CheckScans(*it, model);
  if (entries.size() < 50) CheckAllSeeks(*it, model, entries);
  for (int step = 0; step < 200; ++step) {
    Walk(*it, model, RandomKey(random), random);
    CheckSame(*it, model);
    if (it->Valid() && random.OneIn(3)) CheckTake(*it, model, 1 + random.Uniform(40));
  }
}

}  // namespace

void CheckIteratorConformance(const MakeSource& make) {
  CheckOne(make, {}, 0);
  CheckOne(make, {{MakeInternalKey("", 1, EntryKind::kValue), ""}}, 0);
  CheckOne(make, {{KeyOf("k@2-"), ""}, {KeyOf("k@1"), "v"}}, 0);
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Random random(seed);
    CheckOne(make, RandomModel(random), seed);
  }
  // Two iterators over one source don't disturb each other.
  const auto source = make({{KeyOf("a@1"), "1"}, {KeyOf("b@2"), "2"}});
  const auto one = source->NewIterator();
  const auto two = source->NewIterator();
  REQUIRE(one->SeekToFirst());
  REQUIRE(two->SeekToLast());
  CHECK(one->value() == "1");
  CHECK(two->value() == "2");
}

}  // namespace strata::testing
