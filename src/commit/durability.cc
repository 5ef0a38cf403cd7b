#include "commit/durability.h"

#include <utility>

namespace strata {

void Durability::Advance(SequenceNumber sequence) {
  if (sequence <= up_to()) return;
  up_to_.store(sequence, std::memory_order_release);
  std::vector<Callback> due;
  const auto end = waiting_.upper_bound(sequence);
  for (auto it = waiting_.begin(); it != end; ++it) due.push_back(std::move(it->second));
  waiting_.erase(waiting_.begin(), end);
  Tell(std::move(due), {});
}

void Durability::Fail(const Error& error) {
  Tell(TakeWaiting(), error);
}

void Durability::When(SequenceNumber sequence, Callback told) {
  if (sequence <= up_to()) {
    Tell({std::move(told)}, {});
  } else {
    waiting_.emplace(sequence, std::move(told));
  }
}

std::vector<Durability::Callback> Durability::TakeWaiting() {
  std::vector<Callback> all;
  for (auto& [_, told] : waiting_) all.push_back(std::move(told));
  waiting_.clear();
  return all;
}

void Durability::Tell(std::vector<Callback> callbacks, Status status) {
  if (callbacks.empty()) return;
  soon_([callbacks = std::move(callbacks), status = std::move(status)] {
    for (const Callback& told : callbacks) told(status);
  });
}

}  // namespace strata
