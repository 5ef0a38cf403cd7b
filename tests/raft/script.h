// What golden scripts can do with a cluster, one command a line:
//
//   cluster 3 [pre-vote=off] [check-quorum=off] [lease=US] [election=N] [window=N] [bytes=N]
//   tick 1 2 3 [xN]        campaign 1         propose 1 a b c       read 1 7
//   add 1 4   promote 1 4  remove 1 4         transfer 1 2          (the first node is the leader)
//   deliver                all messages, until there are none
//   deliver 1->2 [N]       those of one way (the first N)       again 1->2    the first, and it
//   stays lose 1->2 [N]          last 1->2     the last one of that way is delivered first pending
//   what is on its way slow 1   fast 1        its writes wait for...               persist 1 [N]
//   crash 1 [N durable writes]   restart 1    lose-tail 1       unreadable 1  machine 4
//   part 1 2 | 3           heal               time US           compact 1 INDEX
//   snapshot-failed 1 3    state              config 1
//
// Each gives what happened because of it.

#pragma once

#include <memory>
#include <sstream>
#include <string>

#include "raft/cluster.h"

namespace strata::raft {

class Script {
 public:
  // REQUIRES: the first line of the first command is `cluster`.
  std::string Run(const std::string& command);
  const Cluster& cluster() const { return *cluster_; }

 private:
  void Line(const std::string& line);
  void Make(std::istringstream& words);
  void Each(const std::string& verb, std::istringstream& words);
  void Ask(const std::string& verb, std::istringstream& words);
  void Messages(const std::string& verb, std::istringstream& words);
  void Disk(const std::string& verb, std::istringstream& words);
  void Part(std::istringstream& words);
  void DeliverAll();
  void Show(const std::string& verb, std::istringstream& words);
  void Refused(const Status& status);

  std::unique_ptr<Cluster> cluster_;
  std::string out_;
};

}  // namespace strata::raft
