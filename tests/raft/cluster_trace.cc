// What happens, in words: for golden scripts, and for who looks at a failure.

#include <string>

#include "raft/cluster.h"

namespace strata::raft {
namespace {

std::string Number(std::uint64_t number) {
  return std::to_string(number);
}

struct MessageText {
  std::string operator()(const PreVote& ask) const { return "pre-vote? log " + Text(ask.last); }
  std::string operator()(const PreVoteReply& reply) const {
    return reply.granted ? "pre-vote: yes" : "pre-vote: no";
  }
  std::string operator()(const Vote& ask) const {
    return "vote? log " + Text(ask.last) + (ask.by_leader ? ", asked by the leader" : "");
  }
  std::string operator()(const VoteReply& reply) const {
    return reply.granted ? "vote: yes" : "vote: no";
  }
  std::string operator()(const Heartbeat& heartbeat) const {
    return "heartbeat " + Number(heartbeat.round) + ", commit " + Number(heartbeat.commit);
  }
  std::string operator()(const HeartbeatReply& reply) const {
    return "heard " + Number(reply.round);
  }
  std::string operator()(const TermIsOver& /*news*/) const { return "your term is over"; }
  std::string operator()(const Append& append) const {
    std::string text = "append after " + Text(append.prev) + ":";
    for (const Entry& entry : append.entries) text += " " + Text(entry);
    return text + ", commit " + Number(append.commit);
  }
  std::string operator()(const AppendReply& reply) const {
    return "have up to " + Number(reply.match);
  }
  std::string operator()(const AppendRefusal& refusal) const {
    return "haven't " + Number(refusal.prev) + ", perhaps " + Text(refusal.hint);
  }
  std::string operator()(const ReadRequest& request) const {
    return "read " + Number(request.read) + "?";
  }
  std::string operator()(const ReadReply& reply) const {
    return "read " + Number(reply.read) + " at " + Number(reply.index);
  }
  std::string operator()(const InstallSnapshot& install) const {
    return "snapshot " + Text(install.snapshot.last) + " of " +
           Text(install.snapshot.configuration);
  }
  std::string operator()(const CampaignNow& /*request*/) const { return "campaign now"; }
};

struct RoleText {
  std::string operator()(const Follower& follower) const {
    return follower.leader == kNobody ? "follows nobody" : "follows " + Number(follower.leader);
  }
  std::string operator()(const PreCandidate& /*role*/) const { return "asks around"; }
  std::string operator()(const Candidate& /*role*/) const { return "campaigns"; }
  std::string operator()(const Leader& /*role*/) const { return "leads"; }
};

}  // namespace

std::string Text(const Position& position) {
  return Number(position.index) + "@" + Number(position.term);
}

std::string Text(const Entry& entry) {
  std::string text = Text(Position{.term = entry.term, .index = entry.index});
  if (const auto* command = std::get_if<Command>(&entry.body)) text += "=" + command->bytes;
  if (const auto* change = std::get_if<Configuration>(&entry.body)) text += "=" + Text(*change);
  return text;
}

std::string Text(const Configuration& configuration) {
  std::string text = "{";
  for (const NodeId node : configuration.voters) {
    text += (text.size() > 1 ? " " : "") + Number(node);
  }
  for (const NodeId node : configuration.learners) {
    text += (text.size() > 1 ? " " : "") + Number(node) + "?";
  }
  return text + "}";
}

std::string Text(const Envelope& envelope) {
  return Number(envelope.from) + " -> " + Number(envelope.to) + " t" + Number(envelope.term) + " " +
         std::visit(MessageText(), envelope.message);
}

std::string Text(const Raft& raft) {
  const NodeId vote = raft.hard_state().vote;
  return "term " + Number(raft.term()) + ", " + std::visit(RoleText(), raft.role()) +
         (vote == kNobody ? "" : ", voted for " + Number(vote)) + ", log to " +
         Text(raft.log().last()) + ", commit " + Number(raft.commit());
}

void Cluster::Trace(const std::string& line) {
  if (traces) trace_ += line + "\n";
}

void Cluster::TraceState(const Machine& machine) {
  if (!traces) return;
  std::string text = Text(*machine.raft);
  std::string& shown = shown_[machine.id];
  if (text == shown) return;
  shown = std::move(text);
  Trace(Number(machine.id) + ": " + shown);
}

}  // namespace strata::raft
