#include "auth/shadow_oracle.h"

#include <algorithm>
#include <array>
#include <deque>

#include "base/escape.h"

namespace strata::auth::testing {
namespace {

std::vector<Grant> AllGrants(const Accounts& accounts, const User& user) {
  std::vector<Grant> grants = user.grants;
  for (const std::string& name : user.roles) {
    const auto role = accounts.roles.find(name);
    if (role == accounts.roles.end()) continue;
    for (const Grant& grant : role->second.grants) grants.push_back(grant);
  }
  return grants;
}

bool TableMatches(const std::string& pattern, std::string_view table) {
  if (pattern.back() != '*') return pattern == table;
  return table.substr(0, pattern.size() - 1) == pattern.substr(0, pattern.size() - 1);
}

bool HasKey(const KeyRange& range, std::string_view key) {
  return key >= range.lower && (!range.upper || key < *range.upper);
}

// Every key of the need is in a grant: at its beginning, and wherever a grant ends within it.
bool EachKeyIsIn(const std::vector<KeyRange>& ranges, const Need& need) {
  std::vector<std::string> asked{std::string(need.lower)};
  const bool is_key = need.extent == Need::Extent::kKey;
  for (const KeyRange& range : ranges) {
    if (is_key || !range.upper || *range.upper < need.lower) continue;
    if (need.upper && *range.upper >= *need.upper) continue;
    asked.push_back(*range.upper);
  }
  return std::all_of(asked.begin(), asked.end(), [&](const std::string& key) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const KeyRange& range) { return HasKey(range, key); });
  });
}

constexpr std::array<const char*, 9> kTables = {
    "default", "users", "us", "users.old", "orders", "redis.1", "t1.a", "t1.b.c", "strata.auth"};
constexpr std::array<const char*, 8> kPatterns = {"*",  "us*",  "users*", "t1.*",
                                                  "t*", "t1.a", "users",  "default"};

std::string RandomKey(Random& random) {
  std::string key;
  for (std::uint64_t left = random.Uniform(4); left > 0; --left) {
    key += random.OneIn(12) ? '\xff' : static_cast<char>('a' + random.Uniform(4));
  }
  return key;
}

KeyRange RandomRange(Random& random) {
  if (random.OneIn(5)) return KeyRange::All();
  if (random.OneIn(4)) return KeyRange::Key(RandomKey(random));
  if (random.OneIn(3)) return KeyRange::Prefix(RandomKey(random));
  KeyRange range{.lower = RandomKey(random)};
  if (!random.OneIn(4)) range.upper = RandomKey(random) + "a";
  return range.is_empty() ? KeyRange::Key(range.lower) : range;
}

}  // namespace

bool OracleAllows(const Accounts& accounts, const std::string& user, const Need& need) {
  const auto at = accounts.users.find(user);
  if (at == accounts.users.end() || !at->second.enabled) return false;
  std::vector<KeyRange> ranges;
  for (const Grant& grant : AllGrants(accounts, at->second)) {
    const bool all_of_it = grant.actions == ActionSet::All() && grant.table == "*" &&
                           grant.keys.lower.empty() && !grant.keys.upper;
    if (all_of_it) return true;
    if (!grant.actions.Has(need.action)) continue;
    if (IsOfServer(need.action)) return true;
    if (need.table.substr(0, 7) == "strata." || !TableMatches(grant.table, need.table)) continue;
    if (need.action == Action::kTables) return true;
    ranges.push_back(grant.keys);
  }
  return !ranges.empty() && EachKeyIsIn(ranges, need);
}

bool OracleAllowsAll(const Accounts& accounts, const std::string& user, const Needs& needs) {
  return std::all_of(needs.list().begin(), needs.list().end(),
                     [&](const Need& need) { return OracleAllows(accounts, user, need); });
}

Grant RandomGrant(Random& random) {
  Grant grant{.actions = ActionSet::FromBits(random.Uniform(1 << kActions)),
              .table = kPatterns[random.Uniform(kPatterns.size())],
              .keys = RandomRange(random)};
  if (grant.actions.empty()) grant.actions = Action::kRead;
  return grant;
}

Accounts RandomAccounts(Random& random) {
  Accounts accounts{.version = 1};
  for (const char* name : {"ops", "staff"}) {
    accounts.roles[name].grants.push_back(RandomGrant(random));
  }
  for (const char* name : {"ada", "ben", "cyd", "root"}) {
    User& user = accounts.users[name];
    for (std::uint64_t left = random.Uniform(6); left > 0; --left) {
      user.grants.push_back(RandomGrant(random));
    }
    if (random.OneIn(3)) user.roles.emplace_back(random.OneIn(2) ? "ops" : "staff");
  }
  accounts.users["root"].grants.push_back(Grant::Everything());
  return accounts;
}

void ChangeAtRandom(Accounts* accounts, Random& random) {
  ++accounts->version;
  constexpr std::array<const char*, 3> kUsers = {"ada", "ben", "cyd"};
  User& user = accounts->users[kUsers[random.Uniform(kUsers.size())]];
  std::vector<Grant>& grants =
      random.OneIn(4) ? accounts->roles[random.OneIn(2) ? "ops" : "staff"].grants : user.grants;
  const std::uint64_t what = random.Uniform(8);
  if (what == 0) user.enabled = !user.enabled;
  if (what == 1) user.roles = {random.OneIn(2) ? "ops" : "staff"};
  if (what == 2) user.roles.clear();
  if (what >= 3 && what <= 5 && grants.size() < 8) grants.push_back(RandomGrant(random));
  if (what >= 6 && !grants.empty()) {
    grants.erase(grants.begin() + static_cast<std::ptrdiff_t>(random.Uniform(grants.size())));
  }
}

void AddRandomNeeds(Random& random, Needs* needs) {
  static std::deque<std::string> kept;  // Needs borrow their texts.
  if (kept.size() > 1'000) kept.erase(kept.begin(), kept.begin() + 500);
  for (std::uint64_t left = 1 + random.Uniform(2); left > 0; --left) {
    const auto action = static_cast<Action>(random.Uniform(kActions));
    const std::string_view table = kTables[random.Uniform(kTables.size())];
    if (IsOfServer(action)) {
      needs->Server(action);
    } else if (action == Action::kTables) {
      needs->Table(action, table);
    } else if (random.OneIn(2)) {
      needs->Key(action, table, kept.emplace_back(RandomKey(random)));
    } else {
      std::optional<std::string_view> lower;
      std::optional<std::string_view> upper;
      if (random.OneIn(2)) lower = kept.emplace_back(RandomKey(random));
      if (random.OneIn(2)) upper = kept.emplace_back(RandomKey(random));
      const std::string& prefix = kept.emplace_back(random.OneIn(2) ? RandomKey(random) : "");
      needs->Range(action, table, prefix, lower, upper);
    }
  }
}

std::string Describe(const Need& need) {
  std::string text = std::string(ActionName(need.action)) + " " + std::string(need.table) + " " +
                     Escape(need.lower);
  if (need.extent == Need::Extent::kRange) text += " .. " + (need.upper ? Escape(*need.upper) : "");
  return text;
}

}  // namespace strata::auth::testing
