// The promises of Raft, as figure 3 of the paper has them, and two about votes and commit indexes.

#include <algorithm>

#include "raft/cluster.h"

namespace strata::raft {

void Cluster::Check(Machine& machine) {
  if (!machine.raft) return;
  CheckLeader(machine);
  CheckCommit(machine);
  CheckLogs(machine);
}

// Election safety: one leader a term. Leader completeness: it has all that was committed in a term
// before its own.
void Cluster::CheckLeader(const Machine& machine) {
  const Raft& raft = *machine.raft;
  if (!raft.leads()) return;
  const auto [known, is_new] = history_.leaders.emplace(raft.term(), machine.id);
  if (is_new) CheckVote(machine.id, raft.term(), machine.id);
  if (known->second != machine.id) {
    Broken("nodes " + std::to_string(known->second) + " and " + std::to_string(machine.id) +
           " both lead in term " + std::to_string(raft.term()));
  }
  for (const auto& committed : history_.committed) {
    const Index index = committed.entry.index;
    if (committed.by >= raft.term() || index <= raft.log().snapshot().last.index) continue;
    if (!raft.log().Matches({.term = committed.entry.term, .index = index})) {
      Broken("node " + std::to_string(machine.id) + " leads in term " +
             std::to_string(raft.term()) + " without the committed entry " + Text(committed.entry));
    }
  }
}

// State machine safety: nobody takes anything else for committed at an index. The commit index
// never goes back, and lies between what is applied and the log's end.
void Cluster::CheckCommit(Machine& machine) {
  const Raft& raft = *machine.raft;
  const std::string who = "node " + std::to_string(machine.id);
  if (raft.commit() < machine.seen_commit) Broken(who + "'s commit index went back");
  if (raft.applied() > raft.commit()) Broken(who + " applies what isn't committed");
  if (raft.commit() > raft.log().last_index()) return Broken(who + " has committed what it lacks");
  for (Index index = machine.seen_commit + 1; index <= raft.commit(); ++index) {
    if (index <= raft.log().snapshot().last.index) continue;
    const auto read = raft.log().Read(index, index, 1);
    if (!read.has_value()) continue;
    const Entry& entry = read->front();
    if (index > history_.committed.size()) {
      history_.committed.push_back({.entry = entry, .by = raft.term()});
    } else if (history_.committed[index - 1].entry != entry) {
      Broken(who + " has committed " + Text(entry) + ", and others " +
             Text(history_.committed[index - 1].entry));
    }
  }
  machine.seen_commit = raft.commit();
}

// Log matching: if two logs have an entry of the same index and term, they are the same up to
// there.
void Cluster::CheckLogs(const Machine& machine) {
  const Log& log = machine.raft->log();
  for (const Machine& other : machines_) {
    if (other.id == machine.id || !other.raft) continue;
    const Log& theirs = other.raft->log();
    const Index first = std::max(log.snapshot().last.index, theirs.snapshot().last.index);
    bool same = false;
    for (Index index = std::min(log.last_index(), theirs.last_index()); index > first; --index) {
      const bool equal = log.TermAt(index) == theirs.TermAt(index);
      if (same && !equal) {
        Broken("the logs of nodes " + std::to_string(machine.id) + " and " +
               std::to_string(other.id) + " part at " + std::to_string(index) + " and meet again");
      }
      same = same || equal;
    }
  }
}

void Cluster::CheckVote(NodeId node, Term term, NodeId vote) {
  const auto [known, is_new] = history_.votes.emplace(std::pair(node, term), vote);
  if (known->second != vote) {
    Broken("node " + std::to_string(node) + " votes for " + std::to_string(known->second) +
           " and for " + std::to_string(vote) + " in term " + std::to_string(term));
  }
}

}  // namespace strata::raft
