#include "auth/rules.h"

#include <utility>

namespace strata::auth {
namespace {

// "" and true: all names that begin with what is before the star.
std::pair<std::string_view, bool> Split(std::string_view table) {
  const bool is_pattern = table.ends_with('*');
  return {is_pattern ? table.substr(0, table.size() - 1) : table, is_pattern};
}

bool BeginsWith(std::string_view text, std::string_view beginning) {
  return text.substr(0, beginning.size()) == beginning;
}

}  // namespace

Rules::TableRules Rules::Merge(const std::vector<Grant>& grants, std::string_view table,
                               bool exact) {
  TableRules merged;
  for (std::size_t i = 0; i < kKeyActions; ++i) {
    std::vector<KeyRange> ranges;
    for (const Grant& grant : grants) {
      const auto [text, is_pattern] = Split(grant.table);
      if (is_pattern ? !BeginsWith(table, text) : !exact || text != table) continue;
      if (grant.actions.Has(Action::kTables)) merged.tables = true;
      if (grant.actions.Has(static_cast<Action>(i))) ranges.push_back(grant.keys);
    }
    merged.keys[i] = RangeSet(std::move(ranges));
  }
  return merged;
}

Rules::Compiled Rules::Compile(const Accounts& accounts, const User& user) {
  std::vector<Grant> grants(user.grants);
  for (const auto& [name, role] : accounts.roles) {
    for (const std::string& mine : user.roles) {
      if (mine == name) grants.insert(grants.end(), role.grants.begin(), role.grants.end());
    }
  }
  Compiled made;
  made.enabled = user.enabled;
  made.since = user.since;
  for (const Grant& grant : grants) {
    if (grant.is_everything()) made.everything = true;
    made.of_server = made.of_server | grant.actions;
    const auto [text, is_pattern] = Split(grant.table);
    if (is_pattern) {
      made.by_beginning.emplace_back(text, Merge(grants, text, false));
    } else {
      made.by_name.insert_or_assign(std::string(text), Merge(grants, text, true));
    }
  }
  return made;
}

Rules::Rules(Accounts accounts) : accounts_(std::move(accounts)) {
  for (const auto& [name, user] : accounts_.users) {
    users_[name] = Compile(accounts_, user);
    for (const std::string& certificate : user.certificates) certificates_[certificate] = name;
  }
}

const Rules::TableRules* Rules::Compiled::Find(std::string_view table) const {
  const auto exact = by_name.find(table);
  if (exact != by_name.end()) return &exact->second;
  const std::pair<std::string, TableRules>* longest = nullptr;
  for (const auto& one : by_beginning) {
    if (!BeginsWith(table, one.first)) continue;
    if (longest == nullptr || one.first.size() > longest->first.size()) longest = &one;
  }
  return longest == nullptr ? nullptr : &longest->second;
}

bool Rules::Compiled::May(const Need& need) const {
  if (everything) return true;
  if (IsOfServer(need.action)) return of_server.Has(need.action);
  const TableRules* const rules = IsReserved(need.table) ? nullptr : Find(need.table);
  if (rules == nullptr) return false;
  if (need.action == Action::kTables) return rules->tables;
  const RangeSet& set = rules->keys.at(static_cast<std::size_t>(need.action));
  return need.extent == Need::Extent::kKey ? set.HasKey(need.lower)
                                           : set.Covers(need.lower, need.upper);
}

const Rules::Compiled* Rules::Find(const Identity& identity, std::uint64_t now_us) const {
  const bool is_over = identity.expires_at_us != 0 && identity.expires_at_us <= now_us;
  const auto at = users_.find(std::string_view(identity.user));
  if (identity.is_nobody() || is_over || at == users_.end()) return nullptr;
  const Compiled& user = at->second;
  return user.enabled && user.since == identity.since ? &user : nullptr;
}

bool Rules::Knows(const Identity& identity, std::uint64_t now_us) const {
  return Find(identity, now_us) != nullptr;
}

bool Rules::Sees(const Identity& identity, std::uint64_t now_us, std::string_view table) const {
  const Compiled* const user = Find(identity, now_us);
  if (user == nullptr || user->everything) return user != nullptr;
  return !IsReserved(table) && user->Find(table) != nullptr;
}

std::optional<std::size_t> Rules::FirstDenied(const Identity& identity, std::uint64_t now_us,
                                              std::span<const Need> needs) const {
  const Compiled* const user = Find(identity, now_us);
  for (std::size_t i = 0; i < needs.size(); ++i) {
    if (user == nullptr || !user->May(needs[i])) return i;
  }
  return std::nullopt;
}

Identity Rules::As(std::string_view user, Identity::Shown shown,
                   std::uint64_t expires_at_us) const {
  Identity identity;
  const auto at = users_.find(user);
  if (at == users_.end() || !at->second.enabled) return identity;
  identity.user = user;
  identity.shown = shown;
  identity.since = at->second.since;
  identity.expires_at_us = expires_at_us;
  return identity;
}

Identity Rules::OfCertificate(std::string_view name) const {
  const auto at = certificates_.find(name);
  return at == certificates_.end() ? Identity() : As(at->second, Identity::Shown::kCertificate);
}

}  // namespace strata::auth
