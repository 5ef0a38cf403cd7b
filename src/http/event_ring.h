// The last events of the store and its server, for those who want to see them happen: whoever is
// slow, or comes back, goes on where it was, and is told what it missed.
//
// Thread safety: any thread. Append is quick: it is called with locks of the store held.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "io/mutex.h"
#include "server/mailbox.h"

namespace strata::http {

class EventRing {
 public:
  struct Event {
    std::uint64_t id = 0;  // 1, 2, 3, ...
    std::string line;
  };
  struct Batch {
    std::uint64_t missed = 0;  // Events that are gone, and would have come before these.
    std::vector<Event> events;
  };

  EventRing(std::size_t events_max, std::size_t bytes_max)
      : events_max_(events_max), bytes_max_(bytes_max) {}
  EventRing(const EventRing&) = delete;
  EventRing& operator=(const EventRing&) = delete;

  // The event gets the next number. A newline at its end is left out. Invariant: the last event is
  // there, and of those before it as many as the limits allow (bytes: of their lines).
  void Append(std::string_view line);
  // The events after the one of this id, oldest first: one, and more up to `bytes_max` bytes of
  // lines. Of ids that weren't given out yet there are none.
  Batch ReadAfter(std::uint64_t id, std::size_t bytes_max) const;
  // Of the newest event; 0: none was there.
  std::uint64_t last_id() const;

  // From now on `home` is told (PutAwake) that there may be more for the connection: once, until it
  // has read.
  void Subscribe(server::ConnectionId id, server::Mailbox* home);
  void Unsubscribe(server::ConnectionId id);
  // It reads now: it wants to be told again.
  void Rearm(server::ConnectionId id);
  std::size_t subscribers() const;

 private:
  struct Subscriber {
    server::Mailbox* home = nullptr;
    bool told = false;
  };

  const std::size_t events_max_;
  const std::size_t bytes_max_;
  mutable Mutex mutex_;
  std::deque<Event> events_ STRATA_GUARDED_BY(mutex_);
  std::size_t bytes_ STRATA_GUARDED_BY(mutex_) = 0;  // Of their lines.
  std::uint64_t last_id_ STRATA_GUARDED_BY(mutex_) = 0;
  std::map<server::ConnectionId, Subscriber> subscribers_ STRATA_GUARDED_BY(mutex_);
};

}  // namespace strata::http
