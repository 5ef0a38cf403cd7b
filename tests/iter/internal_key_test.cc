#include "iter/internal_key.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "base/random.h"
#include "testing/map_iterator.h"

namespace strata {
namespace {

using testing::KeyOf;

TEST_CASE("an internal key is the user key and eight bytes: golden bytes", "[iter]") {
  CHECK(MakeInternalKey("k", 3, EntryKind::kValue) == std::string("k\x01\x03\0\0\0\0\0\0", 9));
  CHECK(MakeInternalKey("", 0x0102030405, EntryKind::kDelete) ==
        std::string("\0\x05\x04\x03\x02\x01\0\0", 8));
  const std::string key = MakeInternalKey("user", kSequenceMax, EntryKind::kExpiringValue);
  CHECK(UserKeyOf(key) == "user");
  CHECK(SequenceOf(key) == kSequenceMax);
  CHECK(KindOf(key) == EntryKind::kExpiringValue);
}

TEST_CASE("user keys sort ascending, versions of one key newest first", "[memtable]") {
  const std::vector<std::string> sorted = {"@9",   "a@5",  "a@4-", "a@4?0", "a@1",
                                           "aa@9", "ab@2", "b@7",  "b@6"};
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    for (std::size_t j = 0; j < sorted.size(); ++j) {
      CAPTURE(sorted[i], sorted[j]);
      const int order = CompareInternalKeys(KeyOf(sorted[i]), KeyOf(sorted[j]));
      if (KeyOf(sorted[i]) == KeyOf(sorted[j])) {
        CHECK(order == 0);
      } else {
        CHECK((order < 0) == (i < j));
      }
    }
  }
}

// A key that is the start of another must not be confused with it by the tag's bytes.
TEST_CASE("the order agrees with (user key, newest first) on random keys", "[memtable]") {
  Random random(1);
  std::vector<std::string> keys;
  for (int i = 0; i < 300; ++i) {
    std::string user_key = random.Bytes(random.Uniform(4));
    for (char& byte : user_key) byte = static_cast<char>(byte & 1 ? 0xff : 0);
    keys.push_back(MakeInternalKey(user_key, random.Uniform(5), EntryKind::kValue));
  }
  for (const std::string& a : keys) {
    for (const std::string& b : keys) {
      const bool before =
          std::make_tuple(UserKeyOf(a), ~TagOf(a)) < std::make_tuple(UserKeyOf(b), ~TagOf(b));
      REQUIRE((CompareInternalKeys(a, b) < 0) == before);
    }
  }
}

TEST_CASE("a seek target sorts before every entry that a reader at its sequence may see",
          "[memtable]") {
  const std::string target = MakeInternalKey("k", 7, kEntryKindForSeek);
  CHECK(CompareInternalKeys(target, KeyOf("k@8")) > 0);
  CHECK(CompareInternalKeys(target, KeyOf("k@7")) < 0);
  CHECK(CompareInternalKeys(target, KeyOf("k@7-")) < 0);
  CHECK(CompareInternalKeys(target, KeyOf("j@1")) > 0);
}

TEST_CASE("a smaller prefix is a smaller key", "[iter]") {
  Random random(2);
  for (int i = 0; i < 20'000; ++i) {
    std::string a = random.Bytes(random.Uniform(12));
    std::string b = random.OneIn(2)
                        ? a.substr(0, random.Uniform(12)) + random.Bytes(random.Uniform(3))
                        : random.Bytes(random.Uniform(12));
    for (char& byte : a) byte = static_cast<char>(byte & 3);
    for (char& byte : b) byte = static_cast<char>(byte & 3);
    if (KeyPrefix(a) < KeyPrefix(b)) REQUIRE(a < b);
    if (KeyPrefix(a) > KeyPrefix(b)) REQUIRE(a > b);
  }
}

TEST_CASE("keys from files are well formed only if they are long enough and of a known kind",
          "[iter]") {
  CHECK(IsWellFormedInternalKey(MakeInternalKey("", 1, EntryKind::kValue)));
  CHECK_FALSE(IsWellFormedInternalKey("1234567"));
  CHECK_FALSE(IsWellFormedInternalKey(MakeInternalKey("k", 1, static_cast<EntryKind>(5))));
  CHECK_FALSE(IsWellFormedInternalKey(
      MakeInternalKey(std::string(kUserKeySizeMax + 1, 'k'), 1, EntryKind::kValue)));
  CHECK(EntryKindName(EntryKind::kExpiringValue) == "entry kind 3 (expiring value)");
  CHECK(EntryKindName(static_cast<EntryKind>(9)) == "entry kind 9 (unknown)");
}

}  // namespace
}  // namespace strata
