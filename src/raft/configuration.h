// Who belongs to a group, and what a majority of them is.
//
// Thread safety: values.

#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace strata::raft {

using NodeId = std::uint64_t;
inline constexpr NodeId kNobody = 0;

// A change of one server, after which any majority still overlaps any majority before it (the
// thesis, 4.1).
struct Change {
  enum class Kind : std::uint8_t {
    kAddLearner,  // It is sent the log, and counts for nothing.
    kPromote,     // A learner gets a vote.
    kRemove,      // A voter or a learner goes.
  };
  Kind kind = Kind::kAddLearner;
  NodeId node = kNobody;
};

struct Configuration {
  std::vector<NodeId> voters;    // Invariant: sorted, and nobody is in both.
  std::vector<NodeId> learners;  // Invariant: sorted.

  bool operator==(const Configuration&) const = default;
  bool IsVoter(NodeId node) const;
  bool IsMember(NodeId node) const;
  // Changes nothing and returns false if that can't be: who is to be promoted is no learner, who is
  // to be added is there, or nobody would have a vote.
  bool Apply(const Change& change);
};

// Whether more than half of the voters are `counted`. Nobody else counts, be it the leader.
bool HasMajority(const Configuration& configuration, const std::function<bool(NodeId)>& counted);

// The largest number that a majority of the voters has reached: of indexes, what a majority holds.
std::uint64_t ReachedByMajority(const Configuration& configuration,
                                const std::function<std::uint64_t(NodeId)>& reached);

}  // namespace strata::raft
