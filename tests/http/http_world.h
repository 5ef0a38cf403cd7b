// Sessions of HTTP without a network: what a client sends is answered at once, works included, on a
// store in memory.
//
// Thread safety: none.

#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/session.h"
#include "http/shared.h"
#include "resp/shared.h"
#include "server/mailbox.h"
#include "testing/test_store.h"

namespace strata::http::testing {

// One answer, taken apart.
struct Got {
  int status = 0;
  std::map<std::string, std::string> fields;  // Names in small letters.
  std::string body;
};

// The first answer of the bytes, which it takes from them. `head`: it has no body.
Got TakeAnswer(std::string* bytes, bool head = false);

class HttpWorld {
 public:
  explicit HttpWorld(const server::Limits& limits = {}, Options options = {});
  ~HttpWorld();

  // The bytes that client `id` is answered.
  std::string Exchange(int id, std::string_view bytes);
  // One GET on a connection of its own.
  Got Get(const std::string& target, const std::string& fields = "");
  // What the client is sent without asking, after events or time: see Protocol::Awake.
  std::string Wake(int id);
  // The same, and the client takes at most so many bytes of what there is.
  std::string WakeSlowly(int id, std::size_t takes);
  void Leave(int id) { clients_.erase(id); }

  strata::testing::TestStore& store() { return store_; }
  EventRing& events() { return *events_; }
  Shared& shared() { return *shared_; }
  resp::Shared& redis() { return *redis_; }
  server::ServerStats& stats() { return stats_; }
  // The limits that clients met since the last call: "headers_max ".
  std::string TakeMet() { return std::exchange(met_, ""); }
  bool closed(int id) { return clients_.at(id).closed; }
  // Connections that were told that there are events.
  std::vector<server::ConnectionId> TakeWakes();

 private:
  class NoPoller;
  struct Client {
    std::unique_ptr<Session> session;
    server::Output output;
    std::string unread;
    bool closed = false;
  };

  Client& ClientOf(int id);
  void Follow(Client* client, server::Next next);
  static std::string TakeAll(server::Output* output, std::size_t bytes_max);

  const std::unique_ptr<EventRing> events_ = std::make_unique<EventRing>(8, 1 << 10);
  strata::testing::TestStore store_;
  server::ServerStats stats_;
  std::unique_ptr<NoPoller> poller_;
  std::unique_ptr<server::Mailbox> mailbox_;
  std::unique_ptr<resp::Shared> redis_;
  std::unique_ptr<Shared> shared_;
  std::map<int, Client> clients_;
  int next_id_ = 1'000;
  std::string met_;
};

}  // namespace strata::http::testing
