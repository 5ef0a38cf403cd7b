// Another right answer: what is read is found by a binary search, room is made before an event
// comes in, and whoever is told is marked behind the lock's other work.

#include "http/event_ring.h"

#include <algorithm>
#include <utility>

namespace strata::http {

void EventRing::Append(std::string_view line) {
  const bool ends_a_line = !line.empty() && line.back() == '\n';
  Event event{.id = 0, .line = std::string(line.substr(0, line.size() - (ends_a_line ? 1 : 0)))};
  const MutexLock lock(mutex_);
  const auto is_full = [&]() STRATA_REQUIRES(mutex_) {
    return events_.size() + 1 > events_max_ || bytes_ + event.line.size() > bytes_max_;
  };
  while (!events_.empty() && is_full()) {
    bytes_ -= events_.front().line.size();
    events_.pop_front();
  }
  bytes_ += event.line.size();
  event.id = last_id_ += 1;
  events_.push_back(std::move(event));
  for (auto at = subscribers_.begin(); at != subscribers_.end(); ++at) {
    if (!std::exchange(at->second.told, true)) at->second.home->PutAwake(at->first);
  }
}

EventRing::Batch EventRing::ReadAfter(std::uint64_t id, std::size_t bytes_max) const {
  const MutexLock lock(mutex_);
  const auto first = std::upper_bound(events_.begin(), events_.end(), id,
                                      [](std::uint64_t a, const Event& b) { return a < b.id; });
  Batch batch;
  if (first == events_.end()) return batch;
  batch.missed = first->id - id - 1;
  std::size_t room = bytes_max;
  for (auto at = first; at != events_.end(); ++at) {
    if (at != first && at->line.size() > room) break;
    room -= std::min(room, at->line.size());
    batch.events.push_back(*at);
  }
  return batch;
}

std::uint64_t EventRing::last_id() const {
  const MutexLock lock(mutex_);
  return events_.empty() ? 0 : events_.back().id;
}

void EventRing::Subscribe(server::ConnectionId id, server::Mailbox* home) {
  const MutexLock lock(mutex_);
  subscribers_.insert_or_assign(id, Subscriber{home, false});
}

void EventRing::Unsubscribe(server::ConnectionId id) {
  const MutexLock lock(mutex_);
  subscribers_.erase(id);
}

void EventRing::Rearm(server::ConnectionId id) {
  const MutexLock lock(mutex_);
  for (auto [at, end] = subscribers_.equal_range(id); at != end; ++at) at->second.told = false;
}

std::size_t EventRing::subscribers() const {
  const MutexLock lock(mutex_);
  return subscribers_.size();
}

}  // namespace strata::http
