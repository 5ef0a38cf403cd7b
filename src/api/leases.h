// Things that clients hold at a server for as long as they renew them: a client that vanishes
// leaves nothing behind.
//
// A lease is over from the moment on at which its time has passed, whether or not it was swept. One
// whose thing is in use isn't over before the use ends. What is let go of is destroyed without the
// mutex: to roll a transaction back may take a while.
//
// Thread safety: any thread.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "io/mutex.h"

namespace strata::api {

inline constexpr std::uint64_t kLeaseUs = 60'000'000;      // Unless the client says otherwise,
inline constexpr std::uint64_t kLeaseMaxUs = 600'000'000;  // and at most.

template <typename T>
class Leases {
 private:
  struct Held {
    std::unique_ptr<T> thing;  // Null while it is in use.
    std::uint64_t lease_us = 0;
    std::uint64_t until_us = 0;
    bool closed = false;  // Once it isn't in use any more.
    std::string owner = {};
  };

 public:
  // `what` is for messages: "transaction". `random`: an id of another server isn't one
  // here. Ids are below 2^53, as programs in JavaScript want numbers.
  Leases(std::string what, std::size_t count_max, std::uint64_t random)
      : what_(std::move(what)), count_max_(count_max), next_id_(random >> 12 | 1) {}
  Leases(const Leases&) = delete;
  Leases& operator=(const Leases&) = delete;
  ~Leases() = default;

  // The thing while one call uses it: nobody else can. At the end its lease begins anew, counted
  // from the `now_us` at which it was taken; a thing that is finished or closed is given up.
  class Use {
   public:
    Use(Leases& leases, std::uint64_t id, std::unique_ptr<T> thing, std::uint64_t now_us)
        : leases_(&leases), id_(id), thing_(std::move(thing)), now_us_(now_us) {}
    Use(Use&& other) noexcept
        : leases_(std::exchange(other.leases_, nullptr)),
          id_(other.id_),
          thing_(std::move(other.thing_)),
          now_us_(other.now_us_) {}
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    Use& operator=(Use&&) = delete;
    ~Use() {
      if (leases_ != nullptr) leases_->GiveBack(id_, std::move(thing_), now_us_);
    }

    T& operator*() const { return *thing_; }
    T* operator->() const { return thing_.get(); }
    // It is over: the lease ends with this use.
    void Finish() { thing_.reset(); }

   private:
    Leases* leases_;
    std::uint64_t id_;
    std::unique_ptr<T> thing_;
    std::uint64_t now_us_;
  };

  struct Granted {
    std::uint64_t id = 0;
    std::uint64_t lease_us = 0;
  };
  // `lease_us` 0: kLeaseUs. Errors: kBusy when there are as many as there may be; it says how many
  // of what: "clients hold 2 snapshots, ...".
  // `owner`, here and below: who it is for. To others it isn't there.
  Result<Granted> Add(std::unique_ptr<T> thing, std::uint64_t lease_us, std::uint64_t now_us,
                      const std::string& owner = {}) {
    lease_us = std::min(lease_us == 0 ? kLeaseUs : lease_us, kLeaseMaxUs);
    const MutexLock lock(mutex_);
    if (held_.size() >= count_max_) {
      return Error(ErrorCode::kBusy, "clients hold " + std::to_string(held_.size()) + " " + what_ +
                                         "s, and that is the limit; try again later");
    }
    const std::uint64_t id = next_id_;
    next_id_ += 2;  // Never 0.
    held_[id] = {.thing = std::move(thing),
                 .lease_us = lease_us,
                 .until_us = now_us + lease_us,
                 .owner = owner};
    return Granted{id, lease_us};
  }

  // Errors: kNotFound: its lease has ended, or it is over; kBusy: another call uses it.
  Result<Use> Take(std::uint64_t id, std::uint64_t now_us, const std::string& owner = {}) {
    const MutexLock lock(mutex_);
    const auto at = held_.find(id);
    if (at == held_.end() || !IsThere(at->second, now_us, owner)) return Gone(id);
    if (at->second.thing == nullptr) {
      return Error(ErrorCode::kBusy, "another call of the " + what_ + " is under way");
    }
    return Use(*this, id, std::move(at->second.thing), now_us);
  }

  // A copy of it, and it is renewed: for things that many may use at once. REQUIRES: nobody takes
  // these. Errors: kNotFound.
  Result<T> Share(std::uint64_t id, std::uint64_t now_us, const std::string& owner = {}) {
    STRATA_TRY(Renew(id, now_us, owner));
    const MutexLock lock(mutex_);
    const auto at = held_.find(id);
    if (at == held_.end()) return Gone(id);
    return T(*at->second.thing);
  }

  // The lease, from now on. Errors: kNotFound.
  Result<std::uint64_t> Renew(std::uint64_t id, std::uint64_t now_us,
                              const std::string& owner = {}) {
    const MutexLock lock(mutex_);
    const auto at = held_.find(id);
    if (at == held_.end() || !IsThere(at->second, now_us, owner)) return Gone(id);
    at->second.until_us = now_us + at->second.lease_us;
    return at->second.lease_us;
  }

  // It is over, now or when the call that uses it ends. No error if it was.
  void Close(std::uint64_t id, const std::string& owner = {}) {
    std::unique_ptr<T> ended;  // Goes without the mutex.
    const MutexLock lock(mutex_);
    const auto at = held_.find(id);
    if (at == held_.end() || at->second.owner != owner) return;
    at->second.closed = true;
    if (at->second.thing == nullptr) return;
    ended = std::move(at->second.thing);
    held_.erase(at);
  }

  // All are over, and those in use when their use ends.
  void CloseAll() {
    std::unordered_map<std::uint64_t, Held> ended;  // They go without the mutex.
    const MutexLock lock(mutex_);
    ended.swap(held_);
  }

  // Lets go of those whose lease is over.
  void Sweep(std::uint64_t now_us) {
    std::vector<std::unique_ptr<T>> ended;
    const MutexLock lock(mutex_);
    for (auto at = held_.begin(); at != held_.end();) {
      if (!IsOver(at->second, now_us)) {
        ++at;
        continue;
      }
      ended.push_back(std::move(at->second.thing));
      at = held_.erase(at);
    }
  }

  // Those that are in use are among them.
  std::size_t count() const {
    const MutexLock lock(mutex_);
    return held_.size();
  }

 private:
  static bool IsOver(const Held& held, std::uint64_t now_us) {
    return held.thing != nullptr && now_us >= held.until_us;
  }

  static bool IsThere(const Held& held, std::uint64_t now_us, const std::string& owner) {
    return !held.closed && held.owner == owner && !IsOver(held, now_us);
  }

  Error Gone(std::uint64_t id) const {
    return Error(ErrorCode::kNotFound, "there is no " + what_ + " " + std::to_string(id) +
                                           " (any more): it ended, or wasn't renewed in time");
  }

  void GiveBack(std::uint64_t id, std::unique_ptr<T> thing, std::uint64_t now_us) {
    const MutexLock lock(mutex_);
    const auto at = held_.find(id);
    if (at == held_.end()) return;
    if (thing == nullptr || at->second.closed) {
      held_.erase(at);
      return;
    }
    at->second.thing = std::move(thing);
    at->second.until_us = now_us + at->second.lease_us;
  }

  const std::string what_;
  const std::size_t count_max_;
  mutable Mutex mutex_;
  std::uint64_t next_id_ STRATA_GUARDED_BY(mutex_);
  std::unordered_map<std::uint64_t, Held> held_ STRATA_GUARDED_BY(mutex_);
};

}  // namespace strata::api
