#include "db/map_db.h"

#include <catch2/catch.hpp>

#include "base/random.h"
#include "db/map_iterator.h"

namespace strata {
namespace {

std::unique_ptr<DB> NewStore() {
  return DB::Open({}, "unused").value();
}

std::string Got(DB& db, std::string_view key) {
  std::string value;
  return db.Get(key, &value).value() ? value : "(none)";
}

// "a=1 b=2" for the entries that the cursor passes.
std::string Forward(DB& db, const ReadOptions& options) {
  const auto cursor = db.NewIterator(options).value();
  std::string out;
  REQUIRE(cursor->SeekToFirst());
  while (cursor->Valid()) {
    out +=
        (out.empty() ? "" : " ") + std::string(cursor->key()) + "=" + std::string(cursor->value());
    REQUIRE(cursor->Next());
  }
  return out;
}

std::string Backward(DB& db, const ReadOptions& options) {
  const auto cursor = db.NewIterator(options).value();
  std::string out;
  REQUIRE(cursor->SeekToLast());
  while (cursor->Valid()) {
    out += (out.empty() ? "" : " ") + std::string(cursor->key());
    REQUIRE(cursor->Prev());
  }
  return out;
}

std::unique_ptr<DB> StoreOf(std::initializer_list<std::string_view> keys) {
  auto db = NewStore();
  for (const std::string_view key : keys) REQUIRE(db->Put(key, key));
  return db;
}

TEST_CASE("what was put can be read back, and the last put wins", "[map-and-shell]") {
  const auto db = NewStore();
  REQUIRE(db->Put("a", "1"));
  REQUIRE(db->Put("b", "2"));
  REQUIRE(db->Put("a", "3"));
  CHECK(Got(*db, "a") == "3");
  CHECK(Got(*db, "b") == "2");
}

TEST_CASE("a key that isn't there is no error and leaves the value alone", "[map-and-shell]") {
  const auto db = NewStore();
  std::string value = "untouched";
  CHECK_FALSE(db->Get("a", &value).value());
  CHECK(value == "untouched");
}

TEST_CASE("a deleted key is gone, and deleting it again is no error", "[map-and-shell]") {
  const auto db = NewStore();
  REQUIRE(db->Put("a", "1"));
  REQUIRE(db->Put("ab", "2"));
  REQUIRE(db->Delete("a"));
  CHECK(Got(*db, "a") == "(none)");
  CHECK(Got(*db, "ab") == "2");
  CHECK(db->Delete("a"));
}

TEST_CASE("keys and values are any bytes, empty ones too", "[map-and-shell]") {
  const auto db = NewStore();
  const std::string bytes("\0\xff\n\t", 4);
  REQUIRE(db->Put(bytes, bytes));
  REQUIRE(db->Put("", "empty key"));
  REQUIRE(db->Put("empty value", ""));
  CHECK(Got(*db, bytes) == bytes);
  CHECK(Got(*db, "") == "empty key");
  CHECK(Got(*db, "empty value").empty());
}

TEST_CASE("a key or value past the limits is refused and nothing is written", "[map-and-shell]") {
  const auto db = NewStore();
  const Status refused = db->Put(std::string(kKeySizeMax + 1, 'k'), "v");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == ErrorCode::kInvalidArgument);
  CHECK_FALSE(db->Delete(std::string(kKeySizeMax + 1, 'k')));
  CHECK(db->Put(std::string(kKeySizeMax, 'k'), "v"));
  CHECK(db->Stats().memtable_entries == 1);
}

TEST_CASE("the books agree with the entries after any mix of writes", "[map-and-shell]") {
  const auto db = NewStore();
  std::map<std::string, std::string> model;
  std::uint64_t written = 0;
  Random random(1);
  for (int i = 0; i < 2000; ++i) {
    const std::string key = std::to_string(random.Uniform(100));
    written += key.size();
    if (random.OneIn(3)) {
      REQUIRE(db->Delete(key));
      model.erase(key);
    } else {
      model[key] = random.Bytes(random.Uniform(20));
      REQUIRE(db->Put(key, model[key]));
      written += model[key].size();
    }
  }
  std::uint64_t bytes = 0;
  for (const auto& [key, value] : model) {
    CHECK(Got(*db, key) == value);
    bytes += key.size() + value.size();
  }
  CHECK(db->Stats().memtable_bytes == bytes);
  CHECK(db->Stats().memtable_entries == model.size());
  CHECK(db->counters().Get(Counter::kWrites) == 2000);
  CHECK(db->counters().Get(Counter::kEntriesWritten) == 2000);
  CHECK(db->counters().Get(Counter::kUserBytesWritten) == written);
}

TEST_CASE("gets and hits are counted", "[map-and-shell]") {
  const auto db = StoreOf({"a", "b"});
  Got(*db, "a");
  Got(*db, "nope");
  CHECK(db->counters().Get(Counter::kGets) == 2);
  CHECK(db->counters().Get(Counter::kGetHits) == 1);
  CHECK(db->counters().Get(Counter::kUserBytesWritten) == 4);
}

TEST_CASE("a scan runs in byte order, both ways", "[map-and-shell]") {
  const auto db = StoreOf({"b", "a", "\xff", "B", "ab"});
  CHECK(Forward(*db, {}) == "B=B a=a ab=ab b=b \xff=\xff");
  CHECK(Backward(*db, {}) == "\xff b ab a B");
}

TEST_CASE("bounds take the lower key in and leave the upper out", "[map-and-shell]") {
  const auto db = StoreOf({"a", "b", "c", "d"});
  ReadOptions options;
  options.lower = "b";
  options.upper = "d";
  CHECK(Forward(*db, options) == "b=b c=c");
  CHECK(Backward(*db, options) == "c b");
  options.lower = "d";
  options.upper = "b";
  CHECK(Forward(*db, options).empty());
  CHECK(Backward(*db, options).empty());
}

TEST_CASE("seeks stay inside the bounds", "[map-and-shell]") {
  const auto db = StoreOf({"a", "c", "e", "g"});
  ReadOptions options;
  options.lower = "c";
  options.upper = "g";
  const auto cursor = db->NewIterator(options).value();
  REQUIRE(cursor->Seek("a"));
  CHECK(cursor->key() == "c");
  REQUIRE(cursor->Seek("d"));
  CHECK(cursor->key() == "e");
  REQUIRE(cursor->Seek("f"));
  CHECK_FALSE(cursor->Valid());
  REQUIRE(cursor->SeekForPrev("z"));
  CHECK(cursor->key() == "e");
  REQUIRE(cursor->SeekForPrev("g"));  // The upper bound itself.
  CHECK(cursor->key() == "e");
  REQUIRE(cursor->SeekForPrev("e"));
  CHECK(cursor->key() == "e");
  REQUIRE(cursor->SeekForPrev("d"));
  CHECK(cursor->key() == "c");
  REQUIRE(cursor->SeekForPrev("b"));
  CHECK_FALSE(cursor->Valid());
}

TEST_CASE("a seek is counted, whichever way it goes", "[map-and-shell]") {
  const auto db = StoreOf({"a", "b"});
  const auto cursor = db->NewIterator({}).value();
  REQUIRE(cursor->Seek("a"));
  CHECK(db->counters().Get(Counter::kSeeks) == 1);
  REQUIRE(cursor->SeekForPrev("b"));
  CHECK(db->counters().Get(Counter::kSeeks) == 2);
}

TEST_CASE("a prefix ends where its last byte goes up by one", "[map-and-shell]") {
  CHECK(AfterPrefix("ab") == "ac");
  CHECK(AfterPrefix("a\xff") == "b");
  CHECK(AfterPrefix("\xff\xff") == std::nullopt);
  CHECK(AfterPrefix("") == std::nullopt);
}

TEST_CASE("a prefix scan sees its keys and no others", "[map-and-shell]") {
  const auto db = StoreOf({"a", "ab", "ab\xff\xff", "abc", "ac", "\xff", "\xff\xff"});
  ReadOptions options;
  options.prefix = "ab";
  CHECK(Backward(*db, options) == "ab\xff\xff abc ab");
  options.upper = "abd";
  CHECK(Backward(*db, options) == "abc ab");
  options = {};
  options.prefix = "\xff";
  CHECK(Backward(*db, options) == "\xff\xff \xff");
}

TEST_CASE("a cursor keeps the view it was made with", "[map-and-shell][map-and-shell.4]") {
  const auto db = StoreOf({"a", "b"});
  const auto cursor = db->NewIterator({}).value();
  REQUIRE(db->Put("a", "later"));
  REQUIRE(db->Delete("b"));
  REQUIRE(db->Put("c", "later"));
  REQUIRE(cursor->SeekToFirst());
  CHECK(cursor->value() == "a");
  REQUIRE(cursor->Next());
  CHECK(cursor->key() == "b");
  REQUIRE(cursor->Next());
  CHECK_FALSE(cursor->Valid());
  CHECK(Forward(*db, {}) == "a=later c=later");
}

TEST_CASE("writes copy the map once for a cursor, not once each",
          "[map-and-shell][map-and-shell.4]") {
  const auto db = StoreOf({"a"});
  const auto cursor = db->NewIterator({}).value();
  REQUIRE(cursor->SeekToFirst());
  const char* const seen = cursor->value().data();
  REQUIRE(db->Put("a", "2"));
  const auto after_first = db->NewIterator({}).value();
  REQUIRE(after_first->SeekToFirst());
  CHECK(after_first->value() == "2");
  CHECK(cursor->value().data() == seen);
  CHECK(cursor->value() == "a");
}

TEST_CASE("a write copies nothing once no cursor looks at what it changes",
          "[map-and-shell][map-and-shell.4]") {
  const auto db = StoreOf({"a"});
  const auto place_of_a = [&db] {
    const auto cursor = db->NewIterator({}).value();
    REQUIRE(cursor->SeekToFirst());
    return cursor->value().data();
  };
  const auto older = db->NewIterator({}).value();
  REQUIRE(db->Put("b", "2"));  // `older` keeps the map as it was.
  const char* const before = place_of_a();
  REQUIRE(db->Put("c", "3"));
  CHECK(place_of_a() == before);
}

TEST_CASE("a closed store refuses every call", "[map-and-shell]") {
  const auto db = StoreOf({"a"});
  REQUIRE(db->Close());
  CHECK(db->Put("b", "").error().code() == ErrorCode::kAborted);
  CHECK(db->Delete("a").error().code() == ErrorCode::kAborted);
  std::string value;
  CHECK(db->Get("a", &value).error().code() == ErrorCode::kAborted);
  CHECK(db->NewIterator({}).error().code() == ErrorCode::kAborted);
}

}  // namespace
}  // namespace strata
