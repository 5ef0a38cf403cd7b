#include "auth/account.h"

#include <catch2/catch.hpp>

namespace strata::auth {
namespace {

Accounts WithAdministrator() {
  Accounts accounts;
  CHECK(AddUser(&accounts, "root", /*administrator=*/true));
  return accounts;
}

const Grant kGrant{
    .actions = Action::kRead | Action::kScan, .table = "users", .keys = KeyRange::Prefix("a/")};

}  // namespace

TEST_CASE("somebody who may do everything stays", "[roles-and-audit]") {
  Accounts accounts = WithAdministrator();
  CHECK(Check(accounts));
  CHECK(AddUser(&accounts, "ada", /*administrator=*/false));
  CHECK(Check(accounts));
  SECTION("if the administrator is removed") {
    CHECK(RemoveUser(&accounts, "root"));
  }
  SECTION("if it is disabled") {
    accounts.users["root"].enabled = false;
  }
  SECTION("if its grant is taken away") {
    CHECK(RevokeGrant(&accounts, "root", false, Grant::Everything()));
  }
  SECTION("if it may no longer do one thing") {
    CHECK(RevokeGrant(&accounts, "root", false, {.actions = Action::kUsers}));
  }
  CHECK(Check(accounts).error().message().find("another administrator") != std::string::npos);
  accounts.roles["admins"].grants.push_back(Grant::Everything());
  accounts.users["ada"].roles.push_back("admins");
  CHECK(Check(accounts));
}

TEST_CASE("without users there need be no administrator", "[roles-and-audit]") {
  Accounts accounts = WithAdministrator();
  CHECK(RemoveUser(&accounts, "root"));
  CHECK(Check(accounts));
}

TEST_CASE("what is granted twice is one grant, and what is revoked was granted",
          "[roles-and-audit]") {
  Accounts accounts = WithAdministrator();
  CHECK(AddUser(&accounts, "ada", false));
  CHECK(AddGrant(&accounts, "ada", false, kGrant));
  Grant more = kGrant;
  more.actions = Action::kWrite;
  CHECK(AddGrant(&accounts, "ada", false, more));
  CHECK(accounts.users["ada"].grants.size() == 1);
  Grant other = kGrant;
  other.keys = KeyRange::Prefix("a");
  CHECK_FALSE(RevokeGrant(&accounts, "ada", false, other));
  CHECK(RevokeGrant(&accounts, "ada", false, kGrant));
  CHECK(accounts.users["ada"].grants[0].actions == ActionSet(Action::kWrite));
  CHECK(RevokeGrant(&accounts, "ada", false, more));
  CHECK(accounts.users["ada"].grants.empty());
}

TEST_CASE("a grant of a role makes the role, and no user", "[roles-and-audit]") {
  Accounts accounts = WithAdministrator();
  CHECK(AddGrant(&accounts, "staff", true, kGrant));
  CHECK(accounts.roles["staff"].grants.size() == 1);
  CHECK_FALSE(AddGrant(&accounts, "eve", false, kGrant));
  CHECK_FALSE(accounts.users.contains("eve"));
}

TEST_CASE("a user that goes takes its tokens along, and one that comes back is another",
          "[roles-and-audit]") {
  Accounts accounts = WithAdministrator();
  CHECK(AddUser(&accounts, "ada", false));
  accounts.tokens["1"].user = "ada";
  const std::uint64_t since = accounts.users["ada"].since;
  accounts.version = 5;
  CHECK(RemoveUser(&accounts, "ada"));
  CHECK(accounts.tokens.empty());
  CHECK(AddUser(&accounts, "ada", false));
  CHECK(accounts.users["ada"].since > since);
  CHECK_FALSE(AddUser(&accounts, "ada", false));
}

TEST_CASE("another password ends what the last one began", "[roles-and-audit]") {
  Accounts accounts = WithAdministrator();
  accounts.version = 9;
  CHECK(SetPassword(&accounts, "root", "hash"));
  CHECK(accounts.users["root"].since == 10);
  CHECK(accounts.users["root"].passwords == std::vector<std::string>{"hash"});
  CHECK(SetPassword(&accounts, "root", ""));
  CHECK(accounts.users["root"].passwords.empty());
}

TEST_CASE("names, roles and counts are checked", "[roles-and-audit]") {
  for (const char* name : {"", "a b", "a/b", "a\n", "\xc3\xa4"}) CHECK_FALSE(CheckName(name));
  CHECK_FALSE(CheckName(std::string(65, 'a')));
  CHECK(CheckName("Ada.L_1-2@x"));
  Accounts accounts = WithAdministrator();
  accounts.users["root"].roles.emplace_back("nobody");
  CHECK_FALSE(Check(accounts));
  accounts = WithAdministrator();
  accounts.users["root"].grants.resize(kGrantsMax + 1, Grant::Everything());
  CHECK_FALSE(Check(accounts));
  accounts = WithAdministrator();
  accounts.tokens["1"].user = "eve";
  CHECK_FALSE(Check(accounts));
}

}  // namespace strata::auth
