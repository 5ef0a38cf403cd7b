#include "auth/rules.h"

#include <catch2/catch.hpp>

#include "auth/shadow_oracle.h"

namespace strata::auth {
namespace {

// "read key a of users": whether a user with these grants may.
class Asked {
 public:
  explicit Asked(std::vector<Grant> grants, std::vector<Grant> of_role = {}) {
    Accounts accounts;
    accounts.roles["staff"].grants = std::move(of_role);
    accounts.users["ada"] = {.since = 3, .roles = {"staff"}, .grants = std::move(grants)};
    accounts.version = 3;
    rules_ = std::make_unique<Rules>(std::move(accounts));
    ada_ = rules_->As("ada", Identity::Shown::kPassword);
  }

  bool Key(Action action, std::string_view table, std::string_view key) const {
    Needs needs;
    needs.Key(action, table, key);
    return May(needs);
  }
  bool Range(Action action, std::string_view table, std::string_view prefix,
             std::optional<std::string_view> lower = std::nullopt,
             std::optional<std::string_view> upper = std::nullopt) const {
    Needs needs;
    needs.Range(action, table, prefix, lower, upper);
    return May(needs);
  }
  bool Server(Action action) const {
    Needs needs;
    needs.Server(action);
    return May(needs);
  }
  bool May(const Needs& needs) const { return !rules_->FirstDenied(ada_, 0, needs.list()); }

  const Rules& rules() const { return *rules_; }
  Identity& ada() { return ada_; }

 private:
  std::unique_ptr<Rules> rules_;
  Identity ada_;
};

constexpr auto kRead = Action::kRead;
constexpr auto kScan = Action::kScan;
constexpr auto kWatch = Action::kWatch;

}  // namespace

TEST_CASE("what isn't granted is denied, whatever it is", "[roles-and-audit][roles-and-audit.2]") {
  const Asked nothing({});
  for (std::size_t i = 0; i < kActions; ++i) {
    const auto action = static_cast<Action>(i);
    CAPTURE(ActionName(action));
    CHECK_FALSE(nothing.Key(action, "users", "a"));
    if (IsOfServer(action)) CHECK_FALSE(nothing.Server(action));
  }
  const Asked reader({{.actions = kRead, .table = "users"}});
  CHECK(reader.Key(kRead, "users", "a"));
  CHECK_FALSE(reader.Key(Action::kWrite, "users", "a"));
  CHECK_FALSE(reader.Key(kRead, "orders", "a"));
  CHECK_FALSE(reader.Key(kRead, "user", "a"));
  CHECK_FALSE(reader.Server(Action::kObserve));
}

TEST_CASE("a range is granted if all of it is, by however many grants",
          "[roles-and-audit][roles-and-audit.1]") {
  const Asked asked({{.actions = kScan, .table = "t", .keys = {.lower = "m", .upper = "p"}},
                     {.actions = kScan, .table = "t", .keys = {.lower = "a", .upper = "f"}}},
                    {{.actions = kScan, .table = "t", .keys = {.lower = "f", .upper = "m"}}});
  CHECK(asked.Range(kScan, "t", "", "a", "p"));
  CHECK(asked.Range(kScan, "t", "", "b", "g"));
  CHECK(asked.Range(kScan, "t", "o"));
  CHECK_FALSE(asked.Range(kScan, "t", "", "a", "pa"));
  CHECK_FALSE(asked.Range(kScan, "t", ""));
  const Asked gap({{.actions = kScan, .table = "t", .keys = {.lower = "a", .upper = "f"}},
                   {.actions = kScan, .table = "t", .keys = {.lower = "g", .upper = "p"}}});
  CHECK_FALSE(gap.Range(kScan, "t", "", "a", "p"));
}

// GHSA-xg4h-6gfc-h4m8: a watch from a key on without an end, by one who may watch that key.
TEST_CASE("a range without an end isn't within one that has an end",
          "[roles-and-audit][roles-and-audit.1]") {
  const Asked asked({{.actions = kWatch, .table = "t", .keys = KeyRange::Key("a")},
                     {.actions = kScan, .table = "t", .keys = KeyRange::Prefix("a/")}});
  CHECK(asked.Key(kWatch, "t", "a"));
  CHECK_FALSE(asked.Range(kWatch, "t", "", "a"));
  CHECK_FALSE(asked.Range(kWatch, "t", "a"));
  CHECK(asked.Range(kScan, "t", "a/"));
  CHECK(asked.Range(kScan, "t", "a/", "a/b"));
  CHECK_FALSE(asked.Range(kScan, "t", "", "a/"));
  CHECK_FALSE(asked.Range(kScan, "t", "", "a/", "a0a"));
  CHECK(asked.Range(kScan, "t", "", "a/", "a0"));
}

TEST_CASE("a pattern has what all shorter ones give, and a name what patterns give",
          "[roles-and-audit][roles-and-audit.2]") {
  const Asked asked({{.actions = kRead, .table = "*", .keys = KeyRange::Prefix("pub/")},
                     {.actions = kRead, .table = "t1.*", .keys = KeyRange::Prefix("a/")},
                     {.actions = kRead, .table = "t1.x", .keys = KeyRange::Prefix("b/")}});
  CHECK(asked.Key(kRead, "t1.x", "pub/1"));
  CHECK(asked.Key(kRead, "t1.x", "a/1"));
  CHECK(asked.Key(kRead, "t1.x", "b/1"));
  CHECK(asked.Key(kRead, "t1.y", "a/1"));
  CHECK(asked.Key(kRead, "t1.y", "pub/1"));
  CHECK_FALSE(asked.Key(kRead, "t1.y", "b/1"));
  CHECK_FALSE(asked.Key(kRead, "t1", "a/1"));
  CHECK(asked.Key(kRead, "", "pub/1"));
}

TEST_CASE("the server's own tables belong to no pattern", "[roles-and-audit][roles-and-audit.2]") {
  Grant all_but_one{.actions = ActionSet::All().Without(Action::kUsers)};
  const Asked asked({all_but_one});
  CHECK(asked.Key(kRead, "users", "a"));
  CHECK_FALSE(asked.Key(kRead, "strata.auth", "user/ada"));
  CHECK_FALSE(asked.Range(kScan, "strata.writes", ""));
  const Asked administrator({Grant::Everything()});
  CHECK(administrator.Key(kRead, "strata.auth", "user/ada"));
  CHECK(administrator.Server(Action::kUsers));
}

TEST_CASE("of several needs the first that isn't allowed is told",
          "[roles-and-audit][roles-and-audit.2]") {
  Asked asked({{.actions = kRead | Action::kWrite, .table = "t", .keys = KeyRange::Prefix("a")}});
  Needs needs;
  needs.Key(kRead, "t", "a1");
  needs.Key(Action::kWrite, "t", "a2");
  CHECK(asked.May(needs));
  needs.Key(kRead, "t", "b");
  needs.Key(kRead, "u", "a");
  CHECK(asked.rules().FirstDenied(asked.ada(), 0, needs.list()) == 2);
}

TEST_CASE("who is disabled, expired, unknown or was let in before may nothing",
          "[roles-and-audit]") {
  Asked asked({Grant::Everything()});
  Needs needs;
  needs.Key(kRead, "t", "a");
  const auto may = [&](const Identity& identity, std::uint64_t now_us) {
    return !asked.rules().FirstDenied(identity, now_us, needs.list());
  };
  CHECK(may(asked.ada(), 10));
  Identity other = asked.ada();
  other.expires_at_us = 10;
  CHECK(may(other, 9));
  CHECK_FALSE(may(other, 10));
  other = asked.ada();
  other.since = 2;
  CHECK_FALSE(may(other, 10));
  other = asked.ada();
  other.user = "adam";
  CHECK_FALSE(may(other, 10));
  CHECK_FALSE(may({}, 10));
  Accounts accounts = asked.rules().accounts();
  accounts.users["ada"].enabled = false;
  const Rules disabled(accounts);
  CHECK(disabled.FirstDenied(asked.ada(), 10, needs.list()).has_value());
  CHECK(disabled.As("ada", Identity::Shown::kPassword).is_nobody());
}

TEST_CASE("a name in a certificate stands for a user", "[roles-and-audit]") {
  Accounts accounts;
  accounts.users["ada"] = {.since = 7, .certificates = {"ada.example"}};
  const Rules rules(std::move(accounts));
  CHECK(rules.OfCertificate("ada.example").user == "ada");
  CHECK(rules.OfCertificate("ada.example").since == 7);
  CHECK(rules.OfCertificate("ada").is_nobody());
}

namespace {

// T12: random accounts, random changes of them, random needs; rules and oracle must agree.
void CompareWithOracle(std::uint64_t seed, int changes) {
  Random random(seed);
  Accounts accounts = testing::RandomAccounts(random);
  std::uint64_t allowed = 0;
  std::uint64_t asked = 0;
  for (int change = 0; change < changes; ++change) {
    const Rules rules(accounts);
    for (const char* user : {"ada", "ben", "cyd", "root", "eve"}) {
      Needs needs;
      testing::AddRandomNeeds(random, &needs);
      const Identity identity = rules.As(user, Identity::Shown::kPassword);
      const bool may = !rules.FirstDenied(identity, 0, needs.list());
      if (may != testing::OracleAllowsAll(accounts, user, needs)) {
        CAPTURE(seed, change, user);
        for (const Need& need : needs.list()) UNSCOPED_INFO(testing::Describe(need));
        FAIL("the rules say " << may);
      }
      allowed += may ? 1 : 0;
      ++asked;
    }
    testing::ChangeAtRandom(&accounts, random);
  }
  CHECK(allowed > asked / 5);  // Neither answer is rare, or nothing was tested.
  CHECK(allowed < asked * 4 / 5);
}

}  // namespace

TEST_CASE("rules agree with an oracle that merges nothing, over 10,000 changes",
          "[roles-and-audit][roles-and-audit.1][roles-and-audit.2]") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) CompareWithOracle(seed, 500);
}

TEST_CASE("rules agree with an oracle that merges nothing, over 1,000,000 changes",
          "[roles-and-audit][slow]") {
  for (std::uint64_t seed = 100; seed < 2'100; ++seed) CompareWithOracle(seed, 500);
}

}  // namespace strata::auth
