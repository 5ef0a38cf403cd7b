// Things that clients hold at a server for as long as they renew them: a client that vanishes
// leaves nothing behind.
//
// A lease is over from the moment on at which its time has passed, whether or not it was swept. One
// whose thing is in use isn't over before the use ends. What is let go of is destroyed without the
// mutex: to roll a transaction back may take a while.
//
// Thread safety: any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/lesson.h"
#include "base/result.h"
#include "io/mutex.h"

namespace strata::api {

inline constexpr std::uint64_t kLeaseUs = 60'000'000;      // Unless the client says otherwise,
inline constexpr std::uint64_t kLeaseMaxUs = 600'000'000;  // and at most.

// Task typed-api.build: the leases, whole. What is private is yours; so is what a Use holds.
template <typename T>
class Leases {
 public:
  // `what` is for messages: "transaction". `random`: an id of another server isn't one
  // here. Ids are below 2^53, as programs in JavaScript want numbers, and never 0.
  Leases(std::string what, std::size_t count_max, std::uint64_t random) {
    (void)what;
    (void)count_max;
    (void)random;
  }
  Leases(const Leases&) = delete;
  Leases& operator=(const Leases&) = delete;
  ~Leases() = default;

  // The thing while one call uses it: nobody else can. At the end its lease begins anew, counted
  // from the `now_us` at which it was taken; a thing that is finished or closed is given up.
  class Use {
   public:
    Use(Use&& other) noexcept { (void)other; }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    Use& operator=(Use&&) = delete;
    ~Use() = default;

    T& operator*() const { Yours(); }
    T* operator->() const { Yours(); }
    // It is over: the lease ends with this use.
    void Finish() { Yours(); }
  };

  struct Granted {
    std::uint64_t id = 0;
    std::uint64_t lease_us = 0;
  };
  // `lease_us` 0: kLeaseUs. Errors: kBusy when there are as many as there may be; it says how many
  // of what: "clients hold 2 snapshots, ...".
  Result<Granted> Add(std::unique_ptr<T> thing, std::uint64_t lease_us, std::uint64_t now_us) {
    (void)thing;
    (void)lease_us;
    (void)now_us;
    Yours();
  }

  // Errors: kNotFound: its lease has ended, or it is over; kBusy: another call uses it.
  Result<Use> Take(std::uint64_t id, std::uint64_t now_us) {
    (void)id;
    (void)now_us;
    Yours();
  }

  // A copy of it, and it is renewed: for things that many may use at once. REQUIRES: nobody takes
  // these. Errors: kNotFound.
  Result<T> Share(std::uint64_t id, std::uint64_t now_us) {
    (void)id;
    (void)now_us;
    Yours();
  }

  // The lease, from now on. Errors: kNotFound.
  Result<std::uint64_t> Renew(std::uint64_t id, std::uint64_t now_us) {
    (void)id;
    (void)now_us;
    Yours();
  }

  // It is over, now or when the call that uses it ends. No error if it was.
  void Close(std::uint64_t id) {
    (void)id;
    Yours();
  }

  // All are over, and those in use when their use ends.
  void CloseAll() { Yours(); }

  // Lets go of those whose lease is over.
  void Sweep(std::uint64_t now_us) {
    (void)now_us;
    Yours();
  }

  // Those that are in use are among them.
  std::size_t count() const { Yours(); }

 private:
  [[noreturn]] static void Yours() {
    strata::lesson::YoursToWrite("typed-api.build", "the leases, whole");
  }
};

}  // namespace strata::api
