// A Raft group in a test's hands: machines with disks that finish a write when they are told to,
// and messages in a list that are delivered, lost or doubled in any order. After every step the
// promises of Raft (docs/reliability.md) are compared with the whole history; the first that is
// broken stays in `violation`.
//
// Copying a cluster copies all of it, so an explorer may try what happens next.

#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "raft/raft.h"

namespace strata::raft {

class MemoryStore final : public LogStore {
 public:
  Index last_index() const override { return snapshot.last.index + entries.size(); }
  Term TermAt(Index index) const override;
  Result<std::vector<Entry>> Read(Index first, Index last, std::size_t bytes_max) const override;

  void Apply(const Write& write);
  void Compact(const Snapshot& to);

  HardState hard_state;
  Snapshot snapshot;
  std::vector<Entry> entries;
  bool unreadable = false;
};

struct Machine {
  NodeId id = kNobody;
  MemoryStore disk;
  bool damaged = false;
  std::optional<Raft> raft;  // None: it is down.
  std::deque<Write> writes;  // Begun, and not durable.
  bool slow = false;         // Writes are durable when Persist is called, and else at once.
  Index applied = 0;         // By its state machine, since it is up.
  Index seen_commit = 0;     // Since it is up.
  Term told_term = 0;        // The largest that it ever told anybody.
};

// What has happened, for good.
struct History {
  struct Committed {
    Entry entry;
    Term by = 0;  // The term of who first knew.
    bool operator==(const Committed&) const = default;
  };
  std::map<Term, NodeId> leaders;
  std::map<std::pair<NodeId, Term>, NodeId> votes;
  std::vector<Committed> committed;      // By index - 1.
  std::map<std::uint64_t, Index> reads;  // Asked for, and what must be seen at least.
};

class Cluster {
 public:
  // Nodes 1 to `voters`; `options.id` is ignored.
  Cluster(const Options& options, std::size_t voters, std::uint64_t seed);
  Cluster(const Cluster& other);
  Cluster& operator=(const Cluster& other);
  Cluster(Cluster&&) = delete;
  Cluster& operator=(Cluster&&) = delete;
  ~Cluster() = default;

  // --- what may happen. A machine that is down ignores what it is told.
  void Tick(NodeId node);
  void Campaign(NodeId node);
  Status Propose(NodeId node, std::string command);
  Status Change(NodeId node, const raft::Change& change);
  Status Transfer(NodeId node, NodeId to);
  Status Read(NodeId node, std::uint64_t read);
  void Compact(NodeId node, Index index);
  void FailSnapshot(NodeId node, NodeId to);
  void Persist(NodeId node);  // Its oldest write.

  void Deliver(std::size_t message, bool keep = false);  // `keep`: it comes again.
  void Drop(std::size_t message);
  // Messages from one part to another are lost while this is so.
  void Partition(std::vector<std::set<NodeId>> parts) { parts_ = std::move(parts); }

  void AddMachine(NodeId node);                      // It knows of no group yet.
  void Crash(NodeId node, std::size_t durable = 0);  // So many of the writes it began are durable.
  void Restart(NodeId node);
  void LoseTail(NodeId node);  // The last durable entry is gone, and that is known.

  Machine& machine(NodeId node);
  const std::vector<Machine>& machines() const { return machines_; }
  const std::vector<Envelope>& network() const { return network_; }
  const History& history() const { return history_; }
  const std::string& violation() const { return violation_; }
  NodeId leader() const;  // Of the newest term that has one.

  // Time as this machine's clock shows it.
  void set_now_us(std::uint64_t now_us) { now_us_ = now_us; }
  std::uint64_t now_us() const { return now_us_; }

  // All that what comes next depends on.
  std::string Fingerprint() const;
  // What happened since it was last asked, a line each; only if `traces`.
  std::string TakeTrace() { return std::exchange(trace_, {}); }
  bool traces = false;

  std::uint64_t messages_sent = 0;
  std::uint64_t writes_begun = 0;

 private:
  void Rebind();
  void Pump(Machine& machine);
  void PumpOnce(Machine& machine, bool* again);
  void Take(Machine& machine, Output output);
  void Sent(Machine& machine, const Envelope& envelope);
  void Broken(const std::string& what);
  bool Parted(NodeId from, NodeId to) const;

  // --- cluster_checks.cc
  void Check(Machine& machine);
  void CheckLeader(const Machine& machine);
  void CheckCommit(Machine& machine);
  void CheckLogs(const Machine& machine);
  void CheckVote(NodeId node, Term term, NodeId vote);

  // --- cluster_trace.cc
  void Trace(const std::string& line);
  void TraceState(const Machine& machine);

  Options options_;
  std::uint64_t seed_;
  std::vector<Machine> machines_;  // Sorted by id.
  std::vector<Envelope> network_;
  std::vector<std::set<NodeId>> parts_;
  History history_;
  std::string violation_;
  std::string trace_;
  std::map<NodeId, std::string> shown_;
  std::uint64_t now_us_ = 0;
};

// A message, an entry, a node's state, in words.
std::string Text(const Envelope& envelope);
std::string Text(const Entry& entry);
std::string Text(const Position& position);
std::string Text(const Configuration& configuration);
std::string Text(const Raft& raft);

}  // namespace strata::raft
