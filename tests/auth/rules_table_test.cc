#include "auth/rules_table.h"

#include <catch2/catch.hpp>

#include "auth/rows.h"
#include "testing/test_store.h"

namespace strata::auth {
namespace {

using strata::testing::TestStore;

Status AddRoot(Accounts* accounts) {
  return AddUser(accounts, "root", /*administrator=*/true);
}
Status AddAda(Accounts* accounts) {
  return AddUser(accounts, "ada", /*administrator=*/false);
}

const AuditRecord kRecord{
    .time_us = 1, .who = "root", .from = "this machine", .what = "users", .note = "add"};

}  // namespace

TEST_CASE("a store without the table has no rules", "[roles-and-audit]") {
  TestStore store;
  CHECK(*LoadAccounts(*store) == Accounts());
  CHECK(ChangesOf(*store)->empty());
}

TEST_CASE("a change and its record are there together, and stay", "[roles-and-audit]") {
  TestStore store;
  const auto first = ChangeAccounts(*store, kRecord, AddRoot);
  CHECK(first->version == 1);
  const auto second = ChangeAccounts(*store, kRecord, AddAda);
  CHECK(second->version == 2);
  CHECK(second->users.at("ada").since == 2);
  store.Reopen();
  CHECK(*LoadAccounts(*store) == *second);
  const auto changes = ChangesOf(*store);
  REQUIRE(changes->size() == 2);
  CHECK(changes->back().find("\"note\":\"add\"") != std::string::npos);
}

TEST_CASE("a change that is refused leaves nothing", "[roles-and-audit]") {
  TestStore store;
  CHECK(ChangeAccounts(*store, kRecord, AddRoot).has_value());
  CHECK_FALSE(ChangeAccounts(*store, kRecord, [](Accounts* accounts) {
                return AddUser(accounts, "no name", false);
              }).has_value());
  CHECK_FALSE(ChangeAccounts(*store, kRecord, [](Accounts* accounts) {
                accounts->users["root"].enabled = false;
                return Status();
              }).has_value());
  CHECK(LoadAccounts(*store)->version == 1);
  CHECK(ChangesOf(*store)->size() == 1);
}

TEST_CASE("rules that were changed without a record are found", "[roles-and-audit]") {
  TestStore store;
  CHECK(ChangeAccounts(*store, kRecord, AddRoot).has_value());
  CHECK(ChangeAccounts(*store, kRecord, AddAda).has_value());
  const auto table = store->FindTable(kRulesTable);
  SECTION("the last record is gone") {
    CHECK(store->Delete(ChangeKey(2), {.table = *table}));
  }
  SECTION("the first record is gone") {
    CHECK(store->Delete(ChangeKey(1), {.table = *table}));
  }
  SECTION("a record was changed") {
    CHECK(store->Put(ChangeKey(1), "{}", {.table = *table}));
  }
  CHECK(ChangesOf(*store).error().code() == ErrorCode::kCorruption);
}

// P1 and P2 for rules: what was told as done is there, whole; what wasn't is there whole or not.
TEST_CASE("after a power cut there are the rules of some change, with its record",
          "[roles-and-audit]") {
  for (int kind = 0; kind < kCrashKinds; ++kind) {
    CAPTURE(kind);
    Random random(static_cast<std::uint64_t>(kind));
    TestStore store;
    CHECK(ChangeAccounts(*store, kRecord, AddRoot).has_value());
    for (int i = 0; i < 5; ++i) {
      const auto done = ChangeAccounts(*store, kRecord, [&](Accounts* accounts) {
        return AddUser(accounts, "u" + std::to_string(accounts->version), false);
      });
      store.PowerCut(static_cast<CrashKind>(kind), random);
      REQUIRE(store.TryOpen());
      CHECK(*LoadAccounts(*store) == *done);
      CHECK(ChangesOf(*store)->size() == done->version);
    }
  }
}

}  // namespace strata::auth
