// What a loop can't do itself, as it would have to wait for a disk: requests of one connection that
// the committer carries out if they write, and a thread that reads if they only read.
//
// A connection has one Work under way at most, and begins nothing meanwhile, so its replies are in
// the order of its requests.
// Thread safety: it belongs to whom it was handed to.

#pragma once

#include <cstddef>
#include <cstdint>

#include "server/keyspace.h"

namespace strata::server {

class Mailbox;

using ConnectionId = std::uint64_t;  // No two connections of a server have the same.

class Work {
 public:
  Work() = default;
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  virtual ~Work() = default;

  // Carries out its requests in order, and keeps the replies. It may be called again, on another
  // keyspace, if what it wrote couldn't be made durable: then only the later replies count.
  virtual void Run(Keyspace& keyspace) = 0;
  // Whether it may change the keyspace.
  virtual bool writes() const = 0;
  // It may wait for other clients, for as long as they like.
  virtual bool may_wait_for_others() const { return false; }
  // What it wrote is in the store; `version` is that of its last entry, or of the last one before
  // it if it wrote nothing.
  virtual void OnCommitted(std::uint64_t /*version*/) {}

  // Where it goes when it is done, and whose it is. Set by the loop.
  Mailbox* home = nullptr;
  ConnectionId connection = 0;
};

}  // namespace strata::server
