// What the server knows of one client: what it chose (database, version of the protocol, name) and
// what it began (a transaction).
//
// Thread safety: who carries out its requests; one at a time. What others may look at is in
// ClientCard.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/authority.h"
#include "io/mutex.h"
#include "resp/command.h"
#include "server/mailbox.h"
#include "server/protocol.h"

namespace strata::resp {

// What CLIENT LIST shows. Thread safety: any thread.
struct ClientCard {
  explicit ClientCard(const server::Peer& the_peer) : peer(the_peer) {}

  const server::Peer peer;
  std::atomic<int> db{0};
  std::atomic<int> version{2};
  std::atomic<int> queued{-1};  // Requests after MULTI; -1: none is open.
  std::atomic<std::size_t> watched{0};
  std::atomic<bool> monitors{false};
  std::atomic<bool> no_touch{false};
  std::atomic<const Command*> last{nullptr};
  std::atomic<std::uint64_t> last_us{0};  // Wall clock.
  std::atomic<std::size_t> waiting{0};    // Bytes received of requests that aren't done.
  // Of all its requests so far. Whoever carries one out adds to them, one after the other.
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> bytes_in{0};
  std::atomic<std::uint64_t> bytes_out{0};
  Mutex mutex;
  std::string name STRATA_GUARDED_BY(mutex);
  std::string library STRATA_GUARDED_BY(mutex);
  std::string library_version STRATA_GUARDED_BY(mutex);
};

// A key that must not change before EXEC.
struct Watched {
  int db = 0;
  std::string key;
  std::uint64_t version = 0;  // 0: it wasn't there.
};

enum class ReplyMode : std::uint8_t { kOn, kOff, kSkipNext, kSkip };

// To a count that nobody else changes meanwhile.
inline void AddTo(std::atomic<std::uint64_t>& count, std::uint64_t more) {
  count.store(count.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
}

struct Client {
  std::shared_ptr<ClientCard> card;
  auth::Seat seat = {};
  int db = 0;
  int version = 2;  // Of the protocol.
  ReplyMode replies = ReplyMode::kOn;
  bool in_transaction = false;
  bool broken_transaction = false;  // A request was refused: EXEC is.
  std::vector<std::vector<std::string>> queued;
  std::size_t queued_bytes = 0;
  std::vector<Watched> watched;
  // That a request met; the session hasn't counted it yet. Of a constant.
  std::string_view limit_met;
  bool closing = false;          // After its replies.
  std::uint64_t took_nanos = 0;  // Its last request; 0: it was only queued, or refused.
  std::uint64_t slow_id = 0;     // In the slow log, if it was slow.
};

}  // namespace strata::resp
