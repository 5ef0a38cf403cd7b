#include "auth/needs.h"

#include <algorithm>

#include "auth/key_range.h"

namespace strata::auth {
namespace {

constexpr std::string_view kDefaultName = "default";
constexpr std::string_view kReservedPrefix = "strata.";

}  // namespace

std::string_view TableName(std::string_view table) {
  return table.empty() ? kDefaultName : table;
}

bool IsReserved(std::string_view table) {
  return table.starts_with(kReservedPrefix);
}

void Needs::Key(ActionSet actions, std::string_view table, std::string_view key) {
  Add(actions, {.extent = Need::Extent::kKey, .table = TableName(table), .lower = key});
}

void Needs::Range(ActionSet actions, std::string_view table, std::string_view prefix,
                  std::optional<std::string_view> lower, std::optional<std::string_view> upper) {
  Need need{.table = TableName(table), .lower = prefix};
  if (auto end = EndOfPrefix(prefix)) need.upper = Keep(*end);
  if (lower) need.lower = std::max(need.lower, *lower);
  if (upper) need.upper = need.upper ? std::min(*need.upper, *upper) : *upper;
  if (need.upper && *need.upper <= need.lower) {
    need.extent = Need::Extent::kKey;
    need.upper.reset();
  }
  Add(actions, need);
}

void Needs::Add(ActionSet actions, Need need) {
  who_ = Who::kAnyUser;
  for (std::size_t i = 0; i < kActions; ++i) {
    need.action = static_cast<Action>(i);
    if (actions.Has(need.action)) list_.push_back(need);
  }
}

bool Needs::Has(ActionSet actions) const {
  return std::any_of(list_.begin(), list_.end(),
                     [&](const Need& need) { return actions.Has(need.action); });
}

void Needs::Clear() {
  who_ = Who::kNotSaid;
  list_.clear();
  kept_.clear();
}

void Needs::AddCopies(const Needs& other) {
  who_ = other.who_ == Who::kNotSaid ? who_ : Who::kAnyUser;
  for (Need need : other.list_) {
    need.table = Keep(need.table);
    need.lower = Keep(need.lower);
    if (need.upper) need.upper = Keep(*need.upper);
    list_.push_back(need);
  }
}

}  // namespace strata::auth
