// What a node is at a moment, with what it only needs while it is that.
//
// Thread safety: values.

#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <variant>
#include <vector>

#include "raft/progress.h"
#include "raft/types.h"

namespace strata::raft {

struct Follower {
  NodeId leader = kNobody;  // Of this term, if it was heard.
};

struct PreCandidate {  // Asks whether it would be elected. Promises nothing.
  std::set<NodeId> granted;
};

struct Candidate {
  std::set<NodeId> granted;
};

// A read that waits until it's sure that this node still led when it was asked for.
struct PendingRead {
  std::uint64_t read = 0;
  NodeId from = kNobody;
  Index index = 0;
  std::uint64_t round = 0;  // Of the heartbeats that must be answered.
};

struct Leader {
  std::map<NodeId, Progress> followers;  // All members but this node.
  Index first = 0;                       // The entry that began the term.

  std::uint64_t round = 0;  // Of heartbeats.
  std::vector<PendingRead> new_reads;
  std::deque<PendingRead> reads;  // Invariant: their rounds ascend.

  struct SentRound {
    std::uint64_t round = 0;
    std::uint64_t at_us = 0;
  };
  std::deque<SentRound> sent_rounds;  // Those that may still extend the lease.
  std::uint64_t lease_until_us = 0;

  NodeId successor = kNobody;   // Leadership goes to it once it has the whole log.
  bool successor_told = false;  // That it may campaign now.
  bool gave_way = false;        // Somebody was told in this term. Invariant: no lease since.
};

using Role = std::variant<Follower, PreCandidate, Candidate, Leader>;

}  // namespace strata::raft
