// Everything that can happen to a small group within a scope: each order of messages, each moment
// at which a disk finishes, each crash. States that were seen before are known again by a hash.

#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>

#include "raft/cluster.h"

namespace strata::raft {

struct Scope {
  Options options;
  std::size_t nodes = 3;
  Term terms = 2;  // Nobody campaigns beyond.
  int proposals = 1;
  int reads = 0;
  int crashes = 0;
  int duplicates = 0;
  std::size_t messages = 4;  // On their way at a time; with more of them a state isn't looked at.
  bool slow_disks = true;    // A write ends at any later moment, and else at once.
  bool changes = false;      // Node 3 may be removed by whoever leads.
};

class Explorer {
 public:
  explicit Explorer(const Scope& scope) : scope_(scope) {}

  // Until all states are known, so many are, or a promise is broken.
  void Run(std::size_t states_max);

  std::size_t states() const { return seen_.size(); }
  std::size_t steps() const { return steps_; }
  std::size_t beyond() const { return beyond_; }  // Steps that led out of the scope.
  bool complete() const { return complete_; }
  const std::string& violation() const { return violation_; }

 private:
  struct Budget {
    int proposals = 0;
    int reads = 0;
    int crashes = 0;
    int duplicates = 0;
    int changes = 0;
  };

  void Visit(const Cluster& cluster, const Budget& budget);
  void DeliverSome(const Cluster& cluster, const Budget& budget);
  void MoveNode(const Cluster& cluster, const Budget& budget, NodeId node);
  void CrashNode(const Cluster& cluster, const Budget& budget, NodeId node, std::size_t durable);
  void Try(const Cluster& next, const Budget& budget);
  bool Stopped() const { return !violation_.empty() || seen_.size() >= states_max_; }

  Scope scope_;
  std::size_t states_max_ = 0;
  std::unordered_set<std::uint64_t> seen_;
  std::size_t steps_ = 0;
  std::size_t beyond_ = 0;
  bool complete_ = false;
  std::string violation_;
};

}  // namespace strata::raft
