#include "raft/walk.h"

#include <algorithm>
#include <utility>

namespace strata::raft {
namespace {

constexpr std::uint64_t kTickUs = 1'000;
constexpr std::size_t kMachinesMax = 7;
constexpr int kMendRounds = 600;

Cluster Draw(Random& random, const WalkOptions& walk) {
  Options options;
  options.election_ticks = random.Between(3, 12);
  // Without these two, somebody who was removed and hasn't heard of it deposes leaders for ever.
  options.pre_vote = random.OneIn(2) || walk.changes;
  options.check_quorum = random.OneIn(2) || walk.changes;
  options.append_bytes_max = random.OneIn(2) ? 1 : 256;
  options.window = random.Between(1, 8);
  if (walk.leases && options.check_quorum && random.OneIn(2)) {
    options.lease_us = (options.election_ticks - 1) * kTickUs * 9 / 10;
  }
  const std::size_t voters = random.OneIn(3) ? 5 : 3;
  return Cluster(options, voters, random.Next());
}

}  // namespace

Walk::Walk(std::uint64_t seed, const WalkOptions& options)
    : random_(seed), options_(options), cluster_(Draw(random_, options)) {}

WalkResult Walk::Run() {
  for (int i = 0; i < options_.steps && cluster_.violation().empty(); ++i) Step();
  const bool agreed = cluster_.violation().empty() && Mend();
  if (cluster_.violation().empty() && !lost_tail_ && !agreed) {
    return {.violation = "the group doesn't agree, though all is mended"};
  }
  return {.violation = cluster_.violation(),
          .committed = cluster_.history().committed.size(),
          .leaders = cluster_.history().leaders.size(),
          .reads = reads_};
}

void Walk::Step() {
  const std::uint64_t draw = random_.Uniform(100);
  if (draw < 50) {
    MoveMessage();
  } else if (draw < 72) {
    MoveTime();
  } else if (draw < 82) {
    MoveDisk();
  } else if (draw < 93) {
    MoveRequest();
  } else if (draw < 97) {
    MoveFault();
  } else {
    MoveGroup();
  }
}

void Walk::MoveMessage() {
  const std::size_t count = cluster_.network().size();
  if (count == 0) return MoveTime();
  const std::size_t message = random_.OneIn(2) ? 0 : random_.Uniform(count);
  if (random_.OneIn(12)) {
    cluster_.Drop(message);
  } else {
    cluster_.Deliver(message, random_.OneIn(15));
  }
}

// Time passes, and a node may notice: never more often than ticks come, but perhaps much later.
void Walk::MoveTime() {
  cluster_.set_now_us(cluster_.now_us() + random_.Uniform(kTickUs));
  if (random_.OneIn(200)) cluster_.set_now_us(cluster_.now_us() + 20 * kTickUs);
  for (int i = 0; i < 2; ++i) {
    const NodeId node = Anybody();
    if (cluster_.now_us() < ticked_us_[node] + kTickUs) continue;
    ticked_us_[node] = cluster_.now_us();
    cluster_.Tick(node);
  }
}

void Walk::MoveDisk() {
  const NodeId node = Anybody();
  Machine& machine = cluster_.machine(node);
  if (random_.OneIn(4)) machine.slow = !machine.slow;
  do {
    cluster_.Persist(node);
  } while (!machine.slow && !machine.writes.empty() && machine.raft);
}

NodeId Walk::LeaderOrAnybody() {
  const NodeId leader = cluster_.leader();
  return leader == kNobody || random_.OneIn(3) ? Anybody() : leader;
}

void Walk::MoveRequest() {
  const NodeId node = LeaderOrAnybody();
  if (random_.OneIn(3)) {
    static_cast<void>(cluster_.Read(node, ++reads_));
  } else {
    static_cast<void>(cluster_.Propose(node, "c" + std::to_string(++next_)));
  }
}

void Walk::MoveFault() {
  const NodeId node = Anybody();
  switch (random_.Uniform(5)) {
    case 0:
      if (!cluster_.machine(node).raft) return;
      return cluster_.Crash(node, random_.Uniform(cluster_.machine(node).writes.size() + 1));
    case 1:
    case 2:
      for (const Machine& machine : cluster_.machines()) {
        if (!machine.raft) return cluster_.Restart(machine.id);
      }
      return;
    case 3: {
      std::vector<std::set<NodeId>> parts(2);
      for (const Machine& machine : cluster_.machines()) {
        parts[random_.Uniform(2)].insert(machine.id);
      }
      return cluster_.Partition(std::move(parts));
    }
    default:
      if (options_.loses_tails && !std::exchange(lost_tail_, true)) {
        cluster_.LoseTail(node);
        return cluster_.Restart(node);
      }
      return cluster_.Partition({});
  }
}

void Walk::MoveGroup() {
  const NodeId node = LeaderOrAnybody();
  const NodeId other = Anybody();
  switch (random_.Uniform(4)) {
    case 0:
      if (options_.transfers) static_cast<void>(cluster_.Transfer(node, other));
      return;
    case 1:
      if (!options_.snapshots) return;
      cluster_.Compact(node, cluster_.machine(node).applied);
      return;
    case 2:
      cluster_.FailSnapshot(node, other);
      if (random_.OneIn(2)) cluster_.Campaign(node);
      return;
    default:
      break;
  }
  if (!options_.changes) return;
  const auto kind = static_cast<Change::Kind>(random_.Uniform(3));
  NodeId who = other;
  if (kind == Change::Kind::kAddLearner && cluster_.machines().size() < kMachinesMax) {
    who = cluster_.machines().back().id + 1;
    cluster_.AddMachine(who);
  }
  static_cast<void>(cluster_.Change(node, {kind, who}));
}

// Everything works again: does the group commit one more entry, and does each member apply it?
bool Walk::Mend() {
  cluster_.Partition({});
  for (std::size_t i = 0; i < cluster_.machines().size(); ++i) {
    const NodeId node = cluster_.machines()[i].id;
    cluster_.machine(node).slow = false;
    while (!cluster_.machine(node).writes.empty()) cluster_.Persist(node);
    cluster_.Restart(node);
  }
  bool proposed = false;
  for (int round = 0; round < kMendRounds && cluster_.violation().empty(); ++round) {
    cluster_.set_now_us(cluster_.now_us() + kTickUs);
    for (std::size_t i = 0; i < cluster_.machines().size(); ++i) {
      cluster_.Tick(cluster_.machines()[i].id);
    }
    for (int i = 0; i < 1'000 && !cluster_.network().empty(); ++i) cluster_.Deliver(0);
    const NodeId leader = cluster_.leader();
    if (leader == kNobody) continue;
    for (std::size_t i = 0; i < cluster_.machines().size() && round % 20 == 19; ++i) {
      cluster_.FailSnapshot(leader, cluster_.machines()[i].id);
    }
    if (proposed && Agrees()) return true;
    proposed = proposed || cluster_.Propose(leader, "last").has_value();
  }
  return false;
}

bool Walk::Agrees() {
  const NodeId leader = cluster_.leader();
  if (leader == kNobody) return false;
  const Raft& leads = *cluster_.machine(leader).raft;
  return std::all_of(cluster_.machines().begin(), cluster_.machines().end(),
                     [&](const Machine& machine) {
                       if (!leads.log().configuration().IsMember(machine.id)) return true;
                       return machine.raft && machine.applied == leads.log().last_index();
                     });
}

}  // namespace strata::raft
