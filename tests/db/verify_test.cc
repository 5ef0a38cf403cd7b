// VerifyAll on a store that is open: damage to any file that it lives on is an error that names it.

#include <catch2/catch.hpp>

#include <string>

#include "testing/test_store.h"

namespace strata {
namespace {

using testing::TestStore;

TEST_CASE("a sound store verifies, written or not", "[manifest]") {
  TestStore store;
  CHECK(store->VerifyAll());
  for (int i = 0; i < 100; ++i) REQUIRE(store->Put("key" + std::to_string(i), "v"));
  CHECK(store->VerifyAll());
  REQUIRE(store->Flush());
  REQUIRE(store->Put("after", "v"));
  CHECK(store->VerifyAll());
  store.Reopen();
  CHECK(store->VerifyAll());
}

TEST_CASE("damage to a log, the manifest or CURRENT is found and named", "[manifest]") {
  TestStore store;
  for (int i = 0; i < 100; ++i) REQUIRE(store->Put("key" + std::to_string(i), "v"));
  const auto names = store.disk().List(TestStore::kDirectory);
  REQUIRE(names);
  int damaged = 0;
  for (const std::string& name : *names) {
    if (name == "LOCK" || name.ends_with(".sst")) continue;
    CAPTURE(name);
    const std::string path = std::string(TestStore::kDirectory) + "/" + name;
    const std::string sound = *store.disk().Contents(path);
    std::string contents = sound;
    contents[sound.size() / 3] = static_cast<char>(contents[sound.size() / 3] ^ 4);
    store.disk().SetContents(path, contents);
    const Status verified = store->VerifyAll();
    REQUIRE_FALSE(verified);
    CHECK(verified.error().code() == ErrorCode::kCorruption);
    CHECK(verified.error().message().find(name) != std::string::npos);
    store.disk().SetContents(path, sound);
    ++damaged;
  }
  CHECK(damaged == 3);
}

TEST_CASE("a store that must be there isn't made, and one that mustn't isn't opened",
          "[manifest]") {
  TestStore store({.create_if_missing = false, .error_if_exists = false}, 1,
                  TestStore::Start::kClosed);
  const Status missing = store.TryOpen();
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code() == ErrorCode::kNotFound);
  CHECK_FALSE(*store.disk().Exists(TestStore::kDirectory));
  store.options().create_if_missing = true;
  REQUIRE(store.TryOpen());
  store.options().error_if_exists = true;
  const Status existing = store.TryOpen();
  REQUIRE_FALSE(existing);
  CHECK(existing.error().code() == ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace strata
