#include "auth/rows.h"

#include <catch2/catch.hpp>

#include "auth/shadow_oracle.h"
#include "testing/hex.h"

namespace strata::auth {
namespace {

Accounts Sample() {
  Accounts accounts{.version = 7, .head = "h"};
  accounts.roles["staff"].grants.push_back({.actions = Action::kScan, .table = "*"});
  accounts.users["ada"] = {.since = 5,
                           .passwords = {"pw"},
                           .certificates = {"cn"},
                           .roles = {"staff"},
                           .grants = {{.actions = Action::kRead | Action::kWrite,
                                       .table = "t",
                                       .keys = {.lower = "a", .upper = "b"}}}};
  accounts.tokens["id"] = {.user = "ada", .digest = "dg", .expires_at_us = 258};
  return accounts;
}

Accounts Decoded(const std::vector<Row>& rows) {
  Accounts accounts;
  for (const Row& row : rows) CHECK(DecodeRow(row.key, row.value, &accounts));
  return accounts;
}

}  // namespace

TEST_CASE("the rows of rules have these bytes", "[roles-and-audit]") {
  const std::vector<Row> rows = EncodeRows(Sample());
  std::string text;
  for (const Row& row : rows) text += row.key + " " + strata::testing::Hex(row.value) + "\n";
  CHECK(text ==
        "role/staff 01 01 02 01 2a 00 00\n"
        "token/id 01 03 61 64 61 02 64 67 02 01 00 00 00 00 00 00\n"
        "user/ada 01 01 05 01 02 70 77 01 02 63 6e 01 05 73 74 61\n"
        "66 66 01 09 01 74 01 61 01 01 62\n"
        "version 01 07 00 00 00 00 00 00 00 01 68\n");
  CHECK(ChangeKey(7) == "change/00000000000000000007");
}

TEST_CASE("rows come back as they were", "[roles-and-audit]") {
  CHECK(Decoded(EncodeRows(Sample())) == Sample());
  Random random(1);
  for (int i = 0; i < 200; ++i) {
    const Accounts accounts = testing::RandomAccounts(random);
    CHECK(Decoded(EncodeRows(accounts)) == accounts);
  }
  Accounts nothing;
  CHECK(DecodeRow("change/00000000000000000001", "{}", &nothing));
  CHECK(nothing == Accounts());
}

TEST_CASE("a row that is cut, longer, or has another format is refused at every byte",
          "[roles-and-audit]") {
  for (const Row& row : EncodeRows(Sample())) {
    for (std::size_t cut = 0; cut < row.value.size(); ++cut) {
      CAPTURE(row.key, cut);
      Accounts accounts;
      CHECK_FALSE(DecodeRow(row.key, row.value.substr(0, cut), &accounts));
    }
    Accounts accounts;
    CHECK_FALSE(DecodeRow(row.key, row.value + '\0', &accounts));
    const Status newer = DecodeRow(row.key, "\x02" + row.value.substr(1), &accounts);
    CHECK(newer.error().code() == ErrorCode::kUnsupported);
  }
  Accounts accounts;
  CHECK(DecodeRow("users/ada", "\x01", &accounts).error().code() == ErrorCode::kCorruption);
}

TEST_CASE("a count that is a lie takes no memory", "[roles-and-audit]") {
  Accounts accounts;
  const std::string lie = std::string("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11);
  CHECK_FALSE(DecodeRow("role/r", lie, &accounts));
}

}  // namespace strata::auth
