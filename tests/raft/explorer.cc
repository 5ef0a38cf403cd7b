#include "raft/explorer.h"

#include <algorithm>

#include "base/coding.h"
#include "base/hash.h"

namespace strata::raft {

void Explorer::Run(std::size_t states_max) {
  states_max_ = states_max;
  Cluster cluster(scope_.options, scope_.nodes, 1);
  for (NodeId node = 1; node <= scope_.nodes; ++node) {
    cluster.machine(node).slow = scope_.slow_disks;
  }
  Try(cluster, {.proposals = scope_.proposals,
                .reads = scope_.reads,
                .crashes = scope_.crashes,
                .duplicates = scope_.duplicates,
                .changes = scope_.changes ? 1 : 0});
  complete_ = !Stopped();
}

void Explorer::Try(const Cluster& next, const Budget& budget) {
  ++steps_;
  if (!next.violation().empty()) {
    if (violation_.empty()) violation_ = next.violation();
    return;
  }
  if (next.network().size() > scope_.messages) {
    ++beyond_;
    return;
  }
  std::string state = next.Fingerprint();
  for (const int left :
       {budget.proposals, budget.reads, budget.crashes, budget.duplicates, budget.changes}) {
    AppendVarint64(&state, static_cast<std::uint64_t>(left));
  }
  if (seen_.insert(Hash64(state)).second) Visit(next, budget);
}

void Explorer::Visit(const Cluster& cluster, const Budget& budget) {
  DeliverSome(cluster, budget);
  for (NodeId node = 1; node <= scope_.nodes; ++node) MoveNode(cluster, budget, node);
}

// That a message is never delivered is its loss.
void Explorer::DeliverSome(const Cluster& cluster, const Budget& budget) {
  const auto& network = cluster.network();
  for (std::size_t i = 0; i < network.size() && !Stopped(); ++i) {
    const auto begin = network.begin();
    const auto here = begin + static_cast<std::ptrdiff_t>(i);
    if (std::find(begin, here, *here) != here) continue;
    Cluster next = cluster;
    next.Deliver(i);
    Try(next, budget);
    if (budget.duplicates == 0 || Stopped()) continue;
    Cluster twice = cluster;
    twice.Deliver(i, true);
    Budget left = budget;
    --left.duplicates;
    Try(twice, left);
  }
}

void Explorer::MoveNode(const Cluster& cluster, const Budget& budget, NodeId node) {
  const Machine& machine = cluster.machines()[node - 1];
  if (Stopped()) return;
  if (!machine.raft) {
    Cluster next = cluster;
    next.Restart(node);
    return Try(next, budget);
  }
  const bool leads = machine.raft->leads();
  if (!leads && machine.raft->term() < scope_.terms) {
    Cluster next = cluster;
    next.Campaign(node);
    Try(next, budget);
  }
  if (!machine.writes.empty() && !Stopped()) {
    Cluster next = cluster;
    next.Persist(node);
    Try(next, budget);
  }
  if (leads && budget.proposals > 0 && !Stopped()) {
    Cluster next = cluster;
    static_cast<void>(next.Propose(node, "x"));
    Budget left = budget;
    --left.proposals;
    Try(next, left);
  }
  if (leads && budget.reads > 0 && !Stopped()) {
    Cluster next = cluster;
    static_cast<void>(next.Read(node, static_cast<std::uint64_t>(budget.reads)));
    Budget left = budget;
    --left.reads;
    Try(next, left);
  }
  if (leads && budget.changes > 0 && !Stopped()) {
    Cluster next = cluster;
    static_cast<void>(next.Change(node, {Change::Kind::kRemove, 3}));
    Budget left = budget;
    --left.changes;
    Try(next, left);
  }
  for (const std::size_t durable : {std::size_t{0}, machine.writes.size()}) {
    CrashNode(cluster, budget, node, durable);
    if (machine.writes.empty()) break;
  }
}

void Explorer::CrashNode(const Cluster& cluster, const Budget& budget, NodeId node,
                         std::size_t durable) {
  if (budget.crashes == 0 || Stopped()) return;
  Cluster next = cluster;
  next.Crash(node, durable);
  Budget left = budget;
  --left.crashes;
  Try(next, left);
}

}  // namespace strata::raft
