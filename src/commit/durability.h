// How far a store is durable, and who is to be told. A write is told in two steps: it is visible
// when it returns, and durable, up to its sequence, once a sync of the log has come after it.
//
// Known limit: what a flush made durable counts from the next sync on.
// Thread safety: the store's mutex is held in every call, but as said.

#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <vector>

#include "base/result.h"
#include "iter/internal_key.h"

namespace strata {

class Durability {
 public:
  using Callback = std::function<void(const Status&)>;
  // `soon` runs what it is given in some thread, without the mutex.
  explicit Durability(std::function<void(std::function<void()>)> soon) : soon_(std::move(soon)) {}

  // Everything up to here is durable. Any thread, without the mutex.
  SequenceNumber up_to() const { return up_to_.load(std::memory_order_acquire); }
  void Advance(SequenceNumber sequence);
  // Nothing becomes durable any more: all who wait hear of `error`.
  void Fail(const Error& error);

  // `told` is called once, in some thread: with success when everything up to `sequence` is
  // durable, or with the error that prevents it.
  void When(SequenceNumber sequence, Callback told);
  // Somebody waits for a sync.
  bool wanted() const { return !waiting_.empty(); }
  // Those who are still waiting, for a store that closes: the caller tells them, without the mutex.
  std::vector<Callback> TakeWaiting();

 private:
  void Tell(std::vector<Callback> callbacks, Status status);

  const std::function<void(std::function<void()>)> soon_;
  std::atomic<SequenceNumber> up_to_{0};
  std::multimap<SequenceNumber, Callback> waiting_;
};

}  // namespace strata
