// One node of a Raft group, as a pure state machine: it is given messages, ticks and requests, and
// says what to write, send and apply. It has no disk, network, clock or thread.
//
//   host:   for (;;) {
//             one of Step, Tick, Propose, Read, ...     what happened
//             TakeOutput: write, send, apply            what follows
//           }                                           and later Persisted, for each write in
//           order
//
// Messages that promise something stay inside until the write is durable that makes it true, so all
// that TakeOutput gives may be sent at once. A host that writes slowly, or in the background, or
// several writes at a time, can't break a promise; it only has to tell the truth to Persisted.
//
//   elections.cc    who leads                     reads.cc       reads without a write
//   replication.cc  what the log is               membership.cc  who belongs to the group
//   snapshots.cc    when the log is cut off       transfer.cc    how a leader gives way
//   raft.cc         what joins these
//
// Thread safety: none. The same calls give the same outputs, on any machine.

#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "raft/log.h"
#include "raft/messages.h"
#include "raft/role.h"

namespace strata::raft {

struct Options {
  NodeId id = kNobody;
  // A follower that hears nothing for so long, and up to twice as long by chance, campaigns.
  std::uint64_t election_ticks = 10;
  std::uint64_t heartbeat_ticks = 1;
  bool pre_vote = true;      // Ask first: who can't win an election doesn't disturb those who lead.
  bool check_quorum = true;  // A leader that hears no majority gives up.

  // How long an answered heartbeat vouches that nobody else leads; 0: reads always ask. It holds if
  // `clocks` of any two nodes run apart by less than a tenth, ticks come no faster than the host
  // says, and `now_us` counts while the machine sleeps.
  // REQUIRES: lease_us <= 0.9 x (election_ticks - 1) x the time between two ticks; check_quorum.
  std::uint64_t lease_us = 0;

  std::size_t append_bytes_max = 256 * 1024;  // Of entries in a message, and in a step of applying.
  std::size_t window = 64;                    // Messages on their way to one follower.
  std::size_t uncommitted_max = 16 * 1024;    // Entries. More are refused.
};

// What the host has found on its disk.
struct Stored {
  HardState hard_state;
  Snapshot snapshot;  // Of a new group: index 0, and who is in it. Of a new member: empty.
  std::vector<std::pair<Index, Configuration>> configurations;  // Those in the log, in order.
  Index applied = 0;                                            // By the state machine.
  // Something that was durable is gone or unreadable. (An end that was never durable isn't.)
  bool damaged = false;
};

// What must be durable before it is told to Persisted: all of it, or from the top on a part of it.
struct Write {
  WriteNumber number = 0;
  std::optional<HardState> hard_state;
  std::optional<Snapshot> snapshot;  // Takes the place of the log and of the state machine's state.
  std::vector<Entry> entries;        // Take the place of all from the first one's index on.
};

struct ReadyRead {  // May be answered once everything up to `index` is applied.
  std::uint64_t read = 0;
  Index index = 0;
};

struct Output {
  std::optional<Write> write;
  std::vector<Envelope> messages;
  std::vector<Entry> committed;  // To apply, in order, each once.
  std::vector<ReadyRead> reads;
};

class Raft {
 public:
  // An error if the store shows that this node has forgotten what it may have promised: it may come
  // back under a new id only, as a learner. `store` outlives the node.
  static Result<Raft> Restore(const Options& options, const Stored& stored, const LogStore& store,
                              Random random);

  // REQUIRES: the message is to this node.
  void Step(const Envelope& envelope);
  // So much time has passed. Ticks that were missed in a pause aren't made up for.
  void Tick(std::uint64_t now_us = 0);
  // All writes up to this one are durable.
  void Persisted(WriteNumber number);
  // Begins an election now.
  void Campaign();

  // Each gives the place in the log. What was proposed is done once an entry of that index *and
  // term* is committed; after a change of leader it may be lost, or not.
  Result<Index> Propose(std::string command);
  Result<Index> ProposeChange(const Change& change);

  // Output::reads will tell, or never: after a change of leader one asks again. `now_us` is the
  // time of the call, of the same clock as Tick's.
  Status Read(std::uint64_t read, std::uint64_t now_us = 0);
  Status TransferLeadership(NodeId to);

  // The host has a durable snapshot, and keeps no entry up to there. REQUIRES: they are applied.
  void Compact(const Snapshot& snapshot);
  // The bytes of a snapshot didn't reach `to`.
  void SnapshotFailed(NodeId to);

  // An error is final: entries couldn't be read, and the node must stop.
  Result<Output> TakeOutput();

  NodeId id() const { return options_.id; }
  Term term() const { return hard_.term; }
  const HardState& hard_state() const { return hard_; }
  Index commit() const { return commit_; }  // Invariant: applied <= commit <= last index.
  Index applied() const { return applied_; }
  const Log& log() const { return log_; }
  const Role& role() const { return role_; }
  bool leads() const { return std::holds_alternative<Leader>(role_); }
  NodeId leader() const;  // Nobody, if it isn't known.

  // For a copy of the node, whose entries are kept elsewhere.
  void set_store(const LogStore& store) { log_.set_store(store); }
  // All that what comes next depends on but time and chance, as bytes: for explorers.
  std::string Fingerprint() const;

 private:
  Raft(const Options& options, const Stored& stored, const LogStore& store, Random random);

  // --- elections.cc
  void StartElection(bool by_leader);
  void BecomePreCandidate();
  void BecomeCandidate(bool by_leader);
  void BecomeLeader();
  void BecomeFollower(Term term, NodeId leader);
  void CountPreVote(NodeId from);
  void CountVote(NodeId from);
  void TickLeader(Leader& leader);
  void SendHeartbeats(Leader& leader);
  void ResetTimer();
  bool MayCampaign() const;
  bool HearsLeader() const;  // And so must not elect another one.
  void Receive(NodeId from, const PreVote& ask);
  void Receive(NodeId from, const PreVoteReply& reply);
  void Receive(NodeId from, const Vote& ask);
  void Receive(NodeId from, const VoteReply& reply);
  void Receive(NodeId from, const Heartbeat& heartbeat);
  void Receive(NodeId from, const HeartbeatReply& reply);
  void Receive(NodeId from, const TermIsOver& news);

  // --- replication.cc
  void AppendOwn(std::variant<Nothing, Command, Configuration> body);
  void Replicate(Leader& leader, NodeId to, Progress& progress);
  void AdvanceCommit(Leader& leader);
  void SetCommit(Index commit);
  void Receive(NodeId from, const Append& append);
  void Receive(NodeId from, const AppendReply& reply);
  void Receive(NodeId from, const AppendRefusal& refusal);

  // --- reads.cc
  void BeginReads(Leader& leader);
  void EndReads(Leader& leader);
  void ExtendLease(Leader& leader);
  std::uint64_t ConfirmedRound(const Leader& leader) const;
  bool HasLease(const Leader& leader, std::uint64_t now_us) const;
  void Answer(const PendingRead& read);
  void Receive(NodeId from, const ReadRequest& request);
  void Receive(NodeId from, const ReadReply& reply);

  // --- membership.cc
  void FollowConfiguration(Leader& leader);
  void StepDownIfRemoved();

  // --- transfer.cc
  void HandOver(Leader& leader);
  void Receive(NodeId from, const CampaignNow& request);

  // --- snapshots.cc
  void SendSnapshot(NodeId to, Progress& progress);
  void Receive(NodeId from, const InstallSnapshot& install);

  // --- raft.cc
  void HearLeader(NodeId leader);
  void SetHardState(HardState hard_state);
  void LogChanged() { log_write_ = next_write_; }
  void Send(NodeId to, Message message);
  void Flush(Leader& leader);
  std::optional<Write> TakeWrite();
  std::vector<Entry> TakeCommitted();

  Options options_;
  Random random_;
  Role role_;
  HardState hard_;
  Log log_;
  Index commit_;
  Index applied_;  // What was given out to be applied.

  std::uint64_t elapsed_ = 0;   // Ticks until timeout_ (as leader: until it's checked who answers).
  std::uint64_t timeout_ = 0;   // When to campaign. Drawn anew each time.
  std::uint64_t since_leader_;  // Ticks since a leader was heard.
  std::uint64_t since_heartbeat_ = 0;
  std::uint64_t now_us_ = 0;  // Of the last tick.

  WriteNumber next_write_ = 1;
  WriteNumber persisted_ = 0;
  WriteNumber hard_write_ = 0;  // The write that has the hard state as it is now.
  WriteNumber log_write_ = 0;   // The write with the last change of the log.
  std::optional<Snapshot> new_snapshot_;

  struct Waiting {
    WriteNumber write = 0;
    Envelope envelope;
  };
  std::vector<Waiting> waiting_;    // For their write to be durable.
  std::vector<Envelope> messages_;  // May go.
  std::vector<ReadyRead> reads_;
  std::optional<Error> failure_;
};

}  // namespace strata::raft
