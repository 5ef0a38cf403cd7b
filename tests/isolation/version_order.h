// The order of each key's appends, recovered from what was read: the longest list that a committed
// transaction read is the order, and every other list must be a beginning of it. What breaks that,
// or shows what must not be seen, is an anomaly by itself.
//
// Thread safety: pure functions.

#pragma once

#include <vector>

#include "isolation/anomaly.h"
#include "isolation/history.h"

namespace strata::isolation {

inline constexpr TxnId kNobody = 0xffffffff;

struct Version {
  Value value = 0;
  TxnId writer = kNobody;  // kNobody: nobody's, or that of a transaction that failed.
};

struct KeyVersions {
  std::vector<Version> order;
  // Appends of committed transactions that no read shows: behind all of `order`, in any order.
  std::vector<Version> unobserved;
};

// A committed transaction found the first `length` versions of a key.
struct ExternalRead {
  TxnId txn = 0;
  Key key = 0;
  std::uint32_t length = 0;
};

struct VersionOrders {
  std::vector<bool> committed;  // A transaction of unknown outcome whose append was read is, too.
  std::vector<KeyVersions> keys;
  std::vector<ExternalRead> reads;  // Those that fit the order.
};

VersionOrders RecoverVersionOrders(const History& history, Report* report);

}  // namespace strata::isolation
