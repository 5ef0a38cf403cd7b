// Sessions of the Redis protocol without a network: what a client sends is carried out at once,
// works included, on a store in memory.
//
// Thread safety: none.

#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "resp/session.h"
#include "resp/shared.h"
#include "server/mailbox.h"
#include "testing/test_store.h"

namespace strata::resp::testing {

// Replies as text, one line for each: $3 "abc", :1, *2 and its elements below.
std::string Readable(std::string_view replies);

class RespWorld {
 public:
  explicit RespWorld(const server::Limits& limits = {});
  ~RespWorld();

  // The bytes that client `id` sends, and those that it is answered.
  std::string Exchange(int id, std::string_view bytes);
  // The same for one request, and readable.
  std::string Ask(int id, const std::vector<std::string>& words);
  std::string Ask(const std::vector<std::string>& words) { return Ask(1, words); }

  // The store is closed and opened again; all clients are gone.
  void Reopen();
  // Sends the bytes, whose first request must be one that writes, and goes away at once.
  std::unique_ptr<server::Work> Abandon(std::string_view bytes);

  strata::testing::TestStore& store() { return store_; }
  Shared& shared() { return *shared_; }
  // What was pushed to the client meanwhile, besides replies.
  std::string TakePushes(int id);
  // The limits that clients met since the last call: "arguments_max ".
  std::string TakeMet() { return std::exchange(met_, ""); }
  bool closed(int id) const { return closed_.contains(id); }
  std::uint64_t works() const { return works_; }
  // The most bytes of replies that there were at a time; a client takes them when it has to.
  std::size_t unread_max() const { return unread_max_; }

 private:
  std::unique_ptr<Session> NewSession(int id);
  void CarryOut(int id, server::Output* output);
  std::string TakeReplies(server::Output* output);

  strata::testing::TestStore store_;
  server::ServerStats stats_;
  std::unique_ptr<Shared> shared_;
  std::unique_ptr<Poller> poller_;
  std::unique_ptr<server::Mailbox> mailbox_;
  server::Mail mail_;
  std::map<int, std::unique_ptr<Session>> sessions_;
  std::map<int, std::string> unread_;
  std::map<int, bool> closed_;
  std::map<int, std::string> pushes_;
  std::uint64_t works_ = 0;
  std::size_t unread_max_ = 0;
  std::string met_;
};

}  // namespace strata::resp::testing
