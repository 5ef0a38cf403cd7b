#include "auth/key_range.h"

#include <catch2/catch.hpp>

#include "auth/action.h"
#include "auth/grant.h"
#include "auth/needs.h"

namespace strata::auth {

TEST_CASE("what begins with a prefix is a range, unless there is nothing behind it",
          "[roles-and-audit]") {
  CHECK(EndOfPrefix("a") == "b");
  CHECK(EndOfPrefix("a\xff\xff") == "b");
  CHECK(EndOfPrefix("\x7f") == "\x80");
  CHECK_FALSE(EndOfPrefix("").has_value());
  CHECK_FALSE(EndOfPrefix("\xff\xff").has_value());
  CHECK(KeyRange::Prefix("\xff").upper == std::nullopt);
}

TEST_CASE("ranges that overlap or touch become one", "[roles-and-audit][roles-and-audit.1]") {
  const auto merged = [](std::vector<KeyRange> ranges) {
    const RangeSet set(std::move(ranges));
    std::string text;
    for (const KeyRange& range : set.ranges()) {
      text += range.lower + ".." + range.upper.value_or("end") + " ";
    }
    return text;
  };
  CHECK(merged({{"c", "d"}, {"a", "b"}}) == "a..b c..d ");
  CHECK(merged({{"b", "c"}, {"a", "b"}}) == "a..c ");
  CHECK(merged({{"a", "m"}, {"b", "c"}}) == "a..m ");
  CHECK(merged({{"a", "c"}, {"b", "m"}}) == "a..m ");
  CHECK(merged({{"a", std::nullopt}, {"b", "m"}}) == "a..end ");
  CHECK(merged({{"a", "c"}, {"c", std::nullopt}}) == "a..end ");
  CHECK(merged({{"c", "a"}, {"d", "d"}}).empty());
}

TEST_CASE("a key is in a set if a range has it", "[roles-and-audit][roles-and-audit.1]") {
  const RangeSet set({{"b", "d"}, {"f", std::nullopt}});
  for (const char* key : {"b", "c", "czz", "f", "z", "\xff"}) CHECK(set.HasKey(key));
  for (const char* key : {"", "a", "azz", "d", "e"}) CHECK_FALSE(set.HasKey(key));
  CHECK_FALSE(RangeSet().HasKey("a"));
}

TEST_CASE("bounds that are given narrow a prefix, and ends that aren't are those of the table",
          "[roles-and-audit]") {
  const auto need = [](std::string_view prefix, std::optional<std::string_view> lower,
                       std::optional<std::string_view> upper) {
    Needs needs;
    needs.Range(Action::kScan, "", prefix, lower, upper);
    const Need one = needs.list()[0];
    if (one.table != "default") return "of table " + std::string(one.table);
    if (one.extent == Need::Extent::kKey) return "key " + std::string(one.lower);
    return std::string(one.lower) + ".." + std::string(one.upper.value_or("end"));
  };
  CHECK(need("", std::nullopt, std::nullopt) == "..end");
  CHECK(need("a", std::nullopt, std::nullopt) == "a..b");
  CHECK(need("a", "ab", std::nullopt) == "ab..b");
  CHECK(need("a", "0", "z") == "a..b");
  CHECK(need("a", std::nullopt, "ac") == "a..ac");
  CHECK(need("", "k", std::nullopt) == "k..end");
  CHECK(need("", "k", "k") == "key k");
  CHECK(need("a", "z", std::nullopt) == "key z");
}

TEST_CASE("needs that nobody listed aren't the same as none", "[roles-and-audit]") {
  Needs needs;
  CHECK(needs.who() == Needs::Who::kNotSaid);
  needs.Anybody();
  needs.Key(Action::kRead, "t", "k");
  CHECK(needs.who() == Needs::Who::kAnyUser);
  Needs copy;
  {
    const std::string key = "gone";
    Needs other;
    other.Key(Action::kRead, "t", key);
    copy.AddCopies(other);
  }
  CHECK(copy.list()[0].lower == "gone");
  CHECK(copy.who() == Needs::Who::kAnyUser);
  needs.Clear();
  CHECK(needs.who() == Needs::Who::kNotSaid);
}

TEST_CASE("actions are told by their names", "[roles-and-audit]") {
  CHECK(ToText(*ParseActions("scan,read")) == "read,scan");
  CHECK(*ParseActions("all") == ActionSet::All());
  CHECK_FALSE(ParseActions("").has_value());
  CHECK_FALSE(ParseActions("read,,scan").has_value());
  CHECK(ParseActions("red").error().message().find("read,scan,watch") != std::string::npos);
  CHECK(ActionSet::FromBits(~std::uint64_t{0}) == ActionSet::All());
}

TEST_CASE("a grant is checked, and told in words", "[roles-and-audit]") {
  Grant grant{
      .actions = Action::kRead | Action::kScan, .table = "users", .keys = KeyRange::Prefix("a/")};
  CHECK(Check(grant));
  CHECK(ToText(grant) == "read,scan table=users prefix=a/");
  grant.keys = {.lower = "a", .upper = "m"};
  CHECK(ToText(grant) == "read,scan table=users from=a to=m");
  CHECK(ToText(Grant::Everything()) == "everything");
  for (const char* bad : {"", "a*b", "strata.auth", "strata.*"}) {
    grant.table = bad;
    CHECK_FALSE(Check(grant));
  }
}

}  // namespace strata::auth
