#include "http/event_ring.h"

namespace strata::http {

void EventRing::Append(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  const MutexLock lock(mutex_);
  events_.push_back({++last_id_, std::string(line)});
  bytes_ += line.size();
  while (events_.size() > 1 && (events_.size() > events_max_ || bytes_ > bytes_max_)) {
    bytes_ -= events_.front().line.size();
    events_.pop_front();
  }
  for (auto& [id, subscriber] : subscribers_) {
    if (subscriber.told) continue;
    subscriber.told = true;
    subscriber.home->PutAwake(id);
  }
}

EventRing::Batch EventRing::ReadAfter(std::uint64_t id, std::size_t bytes_max) const {
  Batch batch;
  const MutexLock lock(mutex_);
  if (events_.empty() || id >= last_id_) return batch;
  const std::uint64_t oldest = events_.front().id;
  if (id + 1 < oldest) batch.missed = oldest - (id + 1);
  std::size_t bytes = 0;
  for (std::size_t i = id + 1 > oldest ? id + 1 - oldest : 0; i < events_.size(); ++i) {
    bytes += events_[i].line.size();
    if (bytes > bytes_max && !batch.events.empty()) break;
    batch.events.push_back(events_[i]);
  }
  return batch;
}

std::uint64_t EventRing::last_id() const {
  const MutexLock lock(mutex_);
  return last_id_;
}

void EventRing::Subscribe(server::ConnectionId id, server::Mailbox* home) {
  const MutexLock lock(mutex_);
  subscribers_[id] = {.home = home};
}

void EventRing::Unsubscribe(server::ConnectionId id) {
  const MutexLock lock(mutex_);
  subscribers_.erase(id);
}

void EventRing::Rearm(server::ConnectionId id) {
  const MutexLock lock(mutex_);
  const auto at = subscribers_.find(id);
  if (at != subscribers_.end()) at->second.told = false;
}

std::size_t EventRing::subscribers() const {
  const MutexLock lock(mutex_);
  return subscribers_.size();
}

}  // namespace strata::http
