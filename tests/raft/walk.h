// A long random life of a group, drawn from a seed: messages late, lost and doubled, crashes, slow
// disks, partitions, pauses, members that come and go. Then all is mended, and the group must
// agree.

#pragma once

#include <cstdint>
#include <string>

#include "base/random.h"
#include "raft/cluster.h"

namespace strata::raft {

struct WalkOptions {
  int steps = 600;
  bool changes = true;  // Members come and go.
  bool snapshots = true;
  bool transfers = true;
  bool leases = true;  // Where the seed says so.
  bool loses_tails = false;
};

struct WalkResult {
  std::string violation;
  std::size_t committed = 0;
  std::size_t leaders = 0;
  std::uint64_t reads = 0;
};

class Walk {
 public:
  Walk(std::uint64_t seed, const WalkOptions& options);
  WalkResult Run();

 private:
  void Step();
  void MoveMessage();
  void MoveTime();
  void MoveDisk();
  void MoveRequest();
  void MoveFault();
  void MoveGroup();
  bool Mend();
  bool Agrees();
  NodeId Anybody() { return cluster_.machines()[random_.Uniform(cluster_.machines().size())].id; }
  NodeId LeaderOrAnybody();

  Random random_;
  WalkOptions options_;
  Cluster cluster_;
  std::map<NodeId, std::uint64_t> ticked_us_;
  std::uint64_t next_ = 0;
  std::uint64_t reads_ = 0;
  bool lost_tail_ = false;
};

}  // namespace strata::raft
