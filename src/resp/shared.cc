#include "resp/shared.h"

#include <array>
#include <cstdio>
#include <utility>

#include "resp/call.h"
#include "resp/command_table.h"

namespace strata::resp {

void Clients::Add(const std::shared_ptr<ClientCard>& card) {
  const MutexLock lock(mutex_);
  cards_[card->peer.id] = card;
}

void Clients::Remove(server::ConnectionId id) {
  if (const auto card = Find(id)) SetMonitors(card.get(), false);
  const MutexLock lock(mutex_);
  cards_.erase(id);
}

std::vector<std::shared_ptr<ClientCard>> Clients::All() const {
  const MutexLock lock(mutex_);
  std::vector<std::shared_ptr<ClientCard>> cards;
  cards.reserve(cards_.size());
  for (const auto& [id, card] : cards_) cards.push_back(card);
  return cards;
}

std::shared_ptr<ClientCard> Clients::Find(server::ConnectionId id) const {
  const MutexLock lock(mutex_);
  const auto at = cards_.find(id);
  return at == cards_.end() ? nullptr : at->second;
}

void Clients::SetMonitors(ClientCard* card, bool monitors) {
  if (card->monitors.exchange(monitors) == monitors) return;
  monitors_.fetch_add(monitors ? 1 : -1);
}

void Clients::TellMonitors(std::string_view line) const {
  const std::string bytes = "+" + std::string(line) + "\r\n";
  for (const auto& card : All()) {
    if (card->monitors) card->peer.home->PutPush(card->peer.id, bytes);
  }
}

void Config::Add(Parameter parameter) {
  const MutexLock lock(mutex_);
  std::string name = parameter.name;
  parameters_[std::move(name)] = std::move(parameter);
}

std::vector<std::pair<std::string, std::string>> Config::Matching(std::string_view pattern) const {
  const MutexLock lock(mutex_);
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& [name, parameter] : parameters_) {
    if (MatchesGlob(pattern, name, /*ignore_case=*/true)) found.emplace_back(name, parameter.value);
  }
  return found;
}

Status Config::Set(std::string_view name, std::string_view value) {
  const MutexLock lock(mutex_);
  const auto at = parameters_.find(LowerCase(name));
  if (at == parameters_.end()) {
    return InvalidArgument("Unknown option or number of arguments for CONFIG SET - '" +
                           std::string(name) + "'");
  }
  Parameter& parameter = at->second;
  if (parameter.apply == nullptr) {
    return InvalidArgument("CONFIG SET failed (possibly related to argument '" + std::string(name) +
                           "') - can't set immutable config");
  }
  std::string text(value);
  STRATA_TRY(parameter.apply(text));
  parameter.value = std::move(text);
  return {};
}

namespace {

std::string HexOf(std::uint64_t high, std::uint64_t low) {
  std::array<char, 40> text;
  (void)std::snprintf(text.data(), text.size(), "%016llx%016llx",
                      static_cast<unsigned long long>(high), static_cast<unsigned long long>(low));
  return text.data();
}

}  // namespace

Shared::Shared(DB& the_db, const Environment& the_environment, server::ServerStats& the_stats,
               const server::Limits& the_limits)
    : db(the_db),
      environment(the_environment),
      stats(the_stats),
      limits(the_limits),
      databases(the_db),
      command_stats(AllCommands().size()),
      run_id(HexOf(the_environment.entropy(), the_environment.entropy())),
      started_us(the_environment.clock->WallMicros()) {}

}  // namespace strata::resp
