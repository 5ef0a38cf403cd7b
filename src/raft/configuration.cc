#include "raft/configuration.h"

#include <algorithm>

namespace strata::raft {
namespace {

bool Holds(const std::vector<NodeId>& nodes, NodeId node) {
  return std::binary_search(nodes.begin(), nodes.end(), node);
}

void Insert(std::vector<NodeId>* nodes, NodeId node) {
  nodes->insert(std::lower_bound(nodes->begin(), nodes->end(), node), node);
}

}  // namespace

bool Configuration::IsVoter(NodeId node) const {
  return Holds(voters, node);
}

bool Configuration::IsMember(NodeId node) const {
  return IsVoter(node) || Holds(learners, node);
}

bool Configuration::Apply(const Change& change) {
  switch (change.kind) {
    case Change::Kind::kAddLearner:
      if (change.node == kNobody || IsMember(change.node)) return false;
      Insert(&learners, change.node);
      return true;
    case Change::Kind::kPromote:
      if (!Holds(learners, change.node)) return false;
      std::erase(learners, change.node);
      Insert(&voters, change.node);
      return true;
    case Change::Kind::kRemove:
      if (!IsMember(change.node) || (IsVoter(change.node) && voters.size() == 1)) return false;
      std::erase(learners, change.node);
      std::erase(voters, change.node);
      return true;
  }
  return false;
}

bool HasMajority(const Configuration& configuration, const std::function<bool(NodeId)>& counted) {
  const auto& voters = configuration.voters;
  const auto count = std::count_if(voters.begin(), voters.end(), counted);
  return static_cast<std::size_t>(count) > voters.size() / 2;
}

std::uint64_t ReachedByMajority(const Configuration& configuration,
                                const std::function<std::uint64_t(NodeId)>& reached) {
  std::vector<std::uint64_t> all;
  for (const NodeId voter : configuration.voters) all.push_back(reached(voter));
  if (all.empty()) return 0;
  std::sort(all.begin(), all.end());
  return all[(all.size() - 1) / 2];
}

}  // namespace strata::raft
