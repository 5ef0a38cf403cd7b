// What nodes say to each other. Each kind is a type of its own, and each message carries the term
// of who sent it. They may be lost, come twice, late, or in another order, but not damaged.
//
// Thread safety: values.

#pragma once

#include <variant>
#include <vector>

#include "raft/types.h"

namespace strata::raft {

// --- elections ---------------------------------------------------------------------------------

struct PreVote {  // "Would you vote for me in the next term?" (the thesis, 9.6)
  Position last;  // The end of the log of who asks.
  bool operator==(const PreVote&) const = default;
};
struct PreVoteReply {
  bool granted = false;
  bool operator==(const PreVoteReply&) const = default;
};
struct Vote {  // RequestVote (the paper, 5.2)
  Position last;
  bool by_leader = false;  // The leader itself asked for this election: its lease is given up.
  bool operator==(const Vote&) const = default;
};
struct VoteReply {
  bool granted = false;
  bool operator==(const VoteReply&) const = default;
};
struct Heartbeat {  // "I lead." Rounds are counted, so a reply says which moment it answers.
  std::uint64_t round = 0;
  Index commit = 0;  // No more than what the receiver is known to hold.
  bool operator==(const Heartbeat&) const = default;
};
struct HeartbeatReply {
  std::uint64_t round = 0;
  bool operator==(const HeartbeatReply&) const = default;
};
struct TermIsOver {  // To who speaks from an older term; the message's own term is the news.
  bool operator==(const TermIsOver&) const = default;
};

// --- replication -------------------------------------------------------------------------------

struct Append {   // AppendEntries (the paper, 5.3)
  Position prev;  // What must stand before the entries.
  std::vector<Entry> entries;
  Index commit = 0;
  bool operator==(const Append&) const = default;
};
struct AppendReply {
  Index match = 0;  // The log is the leader's up to here, and durable.
  bool operator==(const AppendReply&) const = default;
};
struct AppendRefusal {  // `prev` isn't there.
  Index prev = 0;
  Position hint;  // The last entry here that may also be the leader's.
  bool operator==(const AppendRefusal&) const = default;
};

// --- reads, snapshots, transfer ----------------------------------------------------------------

struct ReadRequest {  // A follower asks up to where it must have applied to answer a read.
  std::uint64_t read = 0;
  bool operator==(const ReadRequest&) const = default;
};
struct ReadReply {
  std::uint64_t read = 0;
  Index index = 0;
  bool operator==(const ReadReply&) const = default;
};
struct InstallSnapshot {  // The host ships the bytes, and hands this over when all are there.
  Snapshot snapshot;
  bool operator==(const InstallSnapshot&) const = default;
};
struct CampaignNow {  // TimeoutNow (the thesis, 3.10): the leader gives way to the receiver.
  bool operator==(const CampaignNow&) const = default;
};

using Message = std::variant<PreVote, PreVoteReply, Vote, VoteReply, Heartbeat, HeartbeatReply,
                             TermIsOver, Append, AppendReply, AppendRefusal, ReadRequest, ReadReply,
                             InstallSnapshot, CampaignNow>;

struct Envelope {
  NodeId from = kNobody;
  NodeId to = kNobody;
  Term term = 0;
  Message message;
  bool operator==(const Envelope&) const = default;
};

}  // namespace strata::raft
