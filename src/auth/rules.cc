#include "auth/rules.h"

#include <algorithm>
#include <set>
#include <utility>

namespace strata::auth {
namespace {

bool IsPattern(const Grant& grant) {
  return grant.table.ends_with('*');
}

std::string_view Beginning(const Grant& grant) {
  return std::string_view(grant.table).substr(0, grant.table.size() - 1);
}

}  // namespace

// --- making it -----------------------------------------------------------------------------------

// What grants for the table say, or (not `exact`) for all tables whose names begin so.
Rules::TableRules Rules::Merge(const std::vector<Grant>& grants, std::string_view table,
                               bool exact) {
  std::array<std::vector<KeyRange>, kKeyActions> ranges;
  TableRules merged;
  for (const Grant& grant : grants) {
    const bool applies =
        IsPattern(grant) ? table.starts_with(Beginning(grant)) : exact && grant.table == table;
    if (!applies) continue;
    merged.tables = merged.tables || grant.actions.Has(Action::kTables);
    for (std::size_t i = 0; i < kKeyActions; ++i) {
      if (grant.actions.Has(static_cast<Action>(i))) ranges[i].push_back(grant.keys);
    }
  }
  for (std::size_t i = 0; i < kKeyActions; ++i) merged.keys[i] = RangeSet(std::move(ranges[i]));
  return merged;
}

Rules::Compiled Rules::Compile(const Accounts& accounts, const User& user) {
  std::vector<Grant> grants = user.grants;
  for (const std::string& name : user.roles) {
    const auto role = accounts.roles.find(name);
    if (role == accounts.roles.end()) continue;
    grants.insert(grants.end(), role->second.grants.begin(), role->second.grants.end());
  }
  Compiled compiled{.enabled = user.enabled, .since = user.since};
  std::set<std::string> names;
  std::set<std::string> beginnings;
  for (const Grant& grant : grants) {
    compiled.everything = compiled.everything || grant.is_everything();
    compiled.of_server = compiled.of_server | grant.actions;
    if (IsPattern(grant)) {
      beginnings.emplace(Beginning(grant));
    } else {
      names.insert(grant.table);
    }
  }
  for (const std::string& name : names) {
    compiled.by_name.emplace(name, Merge(grants, name, /*exact=*/true));
  }
  for (const std::string& beginning : beginnings) {
    compiled.by_beginning.emplace_back(beginning, Merge(grants, beginning, /*exact=*/false));
  }
  std::sort(compiled.by_beginning.begin(), compiled.by_beginning.end(),
            [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  return compiled;
}

Rules::Rules(Accounts accounts) : accounts_(std::move(accounts)) {
  for (const auto& [name, user] : accounts_.users) {
    users_.emplace(name, Compile(accounts_, user));
    for (const std::string& certificate : user.certificates) {
      certificates_.emplace(certificate, name);
    }
  }
}

// --- asking it -----------------------------------------------------------------------------------

const Rules::TableRules* Rules::Compiled::Find(std::string_view table) const {
  if (const auto at = by_name.find(table); at != by_name.end()) return &at->second;
  for (const auto& [beginning, rules] : by_beginning) {
    if (table.starts_with(beginning)) return &rules;
  }
  return nullptr;
}

bool Rules::Compiled::May(const Need& need) const {
  if (everything) return true;
  if (IsOfServer(need.action)) return of_server.Has(need.action);
  if (IsReserved(need.table)) return false;
  const TableRules* const rules = Find(need.table);
  if (rules == nullptr) return false;
  if (!IsOfKeys(need.action)) return rules->tables;
  const RangeSet& keys = rules->keys[static_cast<std::size_t>(need.action)];
  if (need.extent == Need::Extent::kKey) return keys.HasKey(need.lower);
  return keys.Covers(need.lower, need.upper);
}

const Rules::Compiled* Rules::Find(const Identity& identity, std::uint64_t now_us) const {
  if (identity.is_nobody()) return nullptr;
  if (identity.expires_at_us != 0 && now_us >= identity.expires_at_us) return nullptr;
  const auto at = users_.find(std::string_view(identity.user));
  const bool is_let_in =
      at != users_.end() && at->second.enabled && at->second.since == identity.since;
  return is_let_in ? &at->second : nullptr;
}

bool Rules::Knows(const Identity& identity, std::uint64_t now_us) const {
  return Find(identity, now_us) != nullptr;
}

bool Rules::Sees(const Identity& identity, std::uint64_t now_us, std::string_view table) const {
  const Compiled* const user = Find(identity, now_us);
  if (user == nullptr) return false;
  return user->everything || (!IsReserved(table) && user->Find(table) != nullptr);
}

std::optional<std::size_t> Rules::FirstDenied(const Identity& identity, std::uint64_t now_us,
                                              std::span<const Need> needs) const {
  const Compiled* const user = Find(identity, now_us);
  if (user == nullptr) return 0;
  for (std::size_t i = 0; i < needs.size(); ++i) {
    if (!user->May(needs[i])) return i;
  }
  return std::nullopt;
}

Identity Rules::As(std::string_view user, Identity::Shown shown,
                   std::uint64_t expires_at_us) const {
  const auto at = users_.find(user);
  if (at == users_.end() || !at->second.enabled) return {};
  return {.user = std::string(user),
          .shown = shown,
          .since = at->second.since,
          .expires_at_us = expires_at_us};
}

Identity Rules::OfCertificate(std::string_view name) const {
  const auto at = certificates_.find(name);
  return at == certificates_.end() ? Identity() : As(at->second, Identity::Shown::kCertificate);
}

}  // namespace strata::auth
