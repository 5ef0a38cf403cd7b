// Where other threads leave things for a loop: a loop that waits is woken.
//
// Thread safety: any thread may call Put; Take is the loop's.

#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/mutex.h"
#include "io/network.h"
#include "server/work.h"

namespace strata::server {

// A connection that was accepted, for the loop that is to serve it.
struct Accepted {
  std::unique_ptr<Socket> socket;
  std::size_t front = 0;  // By which it came, among the server's.
};

// Bytes for a client that didn't ask for them just now.
struct Push {
  ConnectionId to = 0;
  std::string bytes;
};

struct Mail {
  std::vector<std::unique_ptr<Work>> done;
  std::vector<Accepted> accepted;
  std::vector<Push> pushes;
  std::vector<ConnectionId> to_close;
  std::vector<ConnectionId> to_wake;
};

class Mailbox {
 public:
  // `poller` is the loop's, and outlives it.
  explicit Mailbox(Poller& poller) : poller_(poller) {}
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;
  ~Mailbox() = default;

  void Put(std::unique_ptr<Work> done) {
    PutWith([&](Mail* mail) { mail->done.push_back(std::move(done)); });
  }
  void Put(Accepted accepted) {
    PutWith([&](Mail* mail) { mail->accepted.push_back(std::move(accepted)); });
  }
  void PutPush(ConnectionId to, std::string bytes) {
    PutWith([&](Mail* mail) { mail->pushes.push_back({to, std::move(bytes)}); });
  }
  void PutClose(ConnectionId id) {
    PutWith([&](Mail* mail) { mail->to_close.push_back(id); });
  }
  // Its protocol may have something to say: Protocol::Awake.
  void PutAwake(ConnectionId id) {
    PutWith([&](Mail* mail) { mail->to_wake.push_back(id); });
  }
  // What is in it, into `*mail`, which is empty: the memory goes back and forth.
  void Take(Mail* mail) {
    const MutexLock lock(mutex_);
    std::swap(*mail, mail_);
    told_ = false;
  }

 private:
  // It is woken once for all that comes before it looks.
  template <typename Add>
  void PutWith(const Add& add) {
    bool tell = false;
    {
      const MutexLock lock(mutex_);
      add(&mail_);
      tell = !std::exchange(told_, true);
    }
    if (tell) poller_.Wake();
  }

  Poller& poller_;
  Mutex mutex_;
  Mail mail_ STRATA_GUARDED_BY(mutex_);
  bool told_ STRATA_GUARDED_BY(mutex_) = false;
};

}  // namespace strata::server
