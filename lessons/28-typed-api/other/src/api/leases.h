// Another right answer: a held thing is an object that its uses share, with a state of its own, and
// a map that is sorted by the ids.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "io/mutex.h"

namespace strata::api {

inline constexpr std::uint64_t kLeaseUs = 60'000'000;
inline constexpr std::uint64_t kLeaseMaxUs = 600'000'000;

template <typename T>
class Leases {
 private:
  enum class State : std::uint8_t { kFree, kInUse, kInUseAndClosed };
  struct Held {
    std::unique_ptr<T> thing;  // There, whatever the state.
    State state = State::kFree;
    std::uint64_t length_us = 0;
    std::uint64_t end_us = 0;
  };
  using Shared = std::shared_ptr<Held>;

 public:
  Leases(std::string what, std::size_t count_max, std::uint64_t random)
      : what_(std::move(what)), count_max_(count_max), last_id_(random & ((1ULL << 52) - 1)) {}
  Leases(const Leases&) = delete;
  Leases& operator=(const Leases&) = delete;
  ~Leases() = default;

  class Use {
   public:
    Use(Use&&) noexcept = default;
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    Use& operator=(Use&&) = delete;
    ~Use() {
      if (held_ != nullptr) leases_->End(id_, std::move(held_), now_us_, finished_);
    }

    T& operator*() const { return *held_->thing; }
    T* operator->() const { return held_->thing.get(); }
    void Finish() { finished_ = true; }

   private:
    friend class Leases;
    Use(Leases* leases, std::uint64_t id, Shared held, std::uint64_t now_us)
        : leases_(leases), id_(id), held_(std::move(held)), now_us_(now_us) {}

    Leases* leases_;
    std::uint64_t id_;
    Shared held_;
    std::uint64_t now_us_;
    bool finished_ = false;
  };

  struct Granted {
    std::uint64_t id = 0;
    std::uint64_t lease_us = 0;
  };
  Result<Granted> Add(std::unique_ptr<T> thing, std::uint64_t lease_us, std::uint64_t now_us) {
    if (lease_us == 0) lease_us = kLeaseUs;
    if (lease_us > kLeaseMaxUs) lease_us = kLeaseMaxUs;
    auto held = std::make_shared<Held>();
    held->thing = std::move(thing);
    held->length_us = lease_us;
    held->end_us = now_us + lease_us;
    const MutexLock lock(mutex_);
    if (all_.size() == count_max_) {
      return Error(ErrorCode::kBusy, "clients hold " + std::to_string(count_max_) + " " + what_ +
                                         "s, which is all that there may be; try again later");
    }
    all_[++last_id_] = std::move(held);
    return Granted{last_id_, lease_us};
  }

  Result<Use> Take(std::uint64_t id, std::uint64_t now_us) {
    const MutexLock lock(mutex_);
    STRATA_TRY_ASSIGN(const Shared held, Find(id, now_us));
    if (held->state != State::kFree) {
      return Error(ErrorCode::kBusy, "the " + what_ + " is used by another call now");
    }
    held->state = State::kInUse;
    return Use(this, id, held, now_us);
  }

  Result<T> Share(std::uint64_t id, std::uint64_t now_us) {
    const MutexLock lock(mutex_);
    STRATA_TRY_ASSIGN(const Shared held, Find(id, now_us));
    held->end_us = now_us + held->length_us;
    return T(*held->thing);
  }

  Result<std::uint64_t> Renew(std::uint64_t id, std::uint64_t now_us) {
    const MutexLock lock(mutex_);
    STRATA_TRY_ASSIGN(const Shared held, Find(id, now_us));
    held->end_us = now_us + held->length_us;
    return held->length_us;
  }

  void Close(std::uint64_t id) {
    Shared gone;
    const MutexLock lock(mutex_);
    const auto at = all_.find(id);
    if (at == all_.end()) return;
    if (at->second->state == State::kFree) {
      gone = std::move(at->second);
      all_.erase(at);
    } else {
      at->second->state = State::kInUseAndClosed;
    }
  }

  void CloseAll() {
    std::map<std::uint64_t, Shared> gone;
    const MutexLock lock(mutex_);
    std::swap(gone, all_);
  }

  void Sweep(std::uint64_t now_us) {
    std::vector<Shared> gone;
    const MutexLock lock(mutex_);
    std::erase_if(all_, [&](const auto& one) {
      const bool over = IsOver(*one.second, now_us);
      if (over) gone.push_back(one.second);
      return over;
    });
  }

  std::size_t count() const {
    const MutexLock lock(mutex_);
    return all_.size();
  }

 private:
  static bool IsOver(const Held& held, std::uint64_t now_us) {
    return held.state == State::kFree && held.end_us <= now_us;
  }

  Result<Shared> Find(std::uint64_t id, std::uint64_t now_us) const STRATA_REQUIRES(mutex_) {
    const auto at = all_.find(id);
    const bool there = at != all_.end() && at->second->state != State::kInUseAndClosed &&
                       !IsOver(*at->second, now_us);
    if (there) return at->second;
    return Error(ErrorCode::kNotFound,
                 "no " + what_ + " has the id " + std::to_string(id) + ", or it has ended");
  }

  // `held` goes after the lock, if it is the last to hold it.
  void End(std::uint64_t id, Shared held, std::uint64_t now_us, bool finished) {
    Shared gone;
    const MutexLock lock(mutex_);
    const auto at = all_.find(id);
    if (at == all_.end()) return;
    if (finished || held->state == State::kInUseAndClosed) {
      gone = std::move(at->second);
      all_.erase(at);
      return;
    }
    held->state = State::kFree;
    held->end_us = now_us + held->length_us;
  }

  const std::string what_;
  const std::size_t count_max_;
  mutable Mutex mutex_;
  std::uint64_t last_id_ STRATA_GUARDED_BY(mutex_);
  std::map<std::uint64_t, Shared> all_ STRATA_GUARDED_BY(mutex_);
};

}  // namespace strata::api
