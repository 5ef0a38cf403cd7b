// What the log is (the paper, 5.3 and 5.4.2; the thesis, 10.2.1).

#include <algorithm>
#include <utility>

#include "base/mutant.h"
#include "raft/raft.h"

namespace strata::raft {

Result<Index> Raft::Propose(std::string command) {
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr) {
    return Error(ErrorCode::kUnavailable, "node " + std::to_string(id()) + " doesn't lead; ask " +
                                              std::to_string(this->leader()));
  }
  if (leader->successor != kNobody) {
    return Error(ErrorCode::kUnavailable, "leadership is going over to node " +
                                              std::to_string(leader->successor) + "; ask there");
  }
  if (log_.last_index() - commit_ >= options_.uncommitted_max) {
    return Error(ErrorCode::kBusy, "more entries wait to be committed than may; try again later");
  }
  AppendOwn(Command{.bytes = std::move(command)});
  return log_.last_index();
}

void Raft::AppendOwn(std::variant<Nothing, Command, Configuration> body) {
  log_.Append({.term = hard_.term, .index = log_.last_index() + 1, .body = std::move(body)});
  LogChanged();
}

// Sends what may be sent: one message while it isn't known where the logs part, then a window. The
// leader's own disk writes meanwhile.
void Raft::Replicate(Leader& leader, NodeId to, Progress& progress) {
  while (progress.next() <= log_.last_index() && !progress.IsPaused(options_.window)) {
    const Index prev = progress.next() - 1;
    if (prev < log_.snapshot().last.index) return SendSnapshot(to, progress);
    auto entries = log_.Read(prev + 1, log_.last_index(), options_.append_bytes_max);
    if (!entries.has_value()) {
      failure_ = std::move(entries).error().WithContext("reading entries for a follower");
      return;
    }
    progress.Sent(prev + entries->size(), leader.round);
    Send(to, Append{.prev = {.term = log_.TermAt(prev), .index = prev},
                    .entries = *std::move(entries),
                    .commit = commit_});
  }
}

void Raft::Receive(NodeId from, const Append& append) {
  if (append.prev.index < log_.snapshot().last.index) {
    return Send(from, AppendReply{.match = commit_});  // It's all committed up to there.
  }
  if (!log_.Matches(append.prev)) {
    const Position hint = log_.LastAtMost(append.prev.index, append.prev.term);
    return Send(from, AppendRefusal{.prev = append.prev.index, .hint = hint});
  }
  if (log_.Merge(append.entries, commit_)) LogChanged();
  const Index match = append.prev.index + append.entries.size();
  SetCommit(std::min(append.commit, match));
  Send(from, AppendReply{.match = match});
}

void Raft::Receive(NodeId from, const AppendReply& reply) {
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr || !leader->followers.contains(from)) return;
  Progress& progress = leader->followers.at(from);
  progress.set_heard();
  if (progress.Accepted(reply.match)) AdvanceCommit(*leader);
}

void Raft::Receive(NodeId from, const AppendRefusal& refusal) {
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr || !leader->followers.contains(from)) return;
  Progress& progress = leader->followers.at(from);
  progress.set_heard();
  // Where both skip what can't be the same, a term is one step, however many entries it has.
  const Position agreed = log_.LastAtMost(refusal.hint.index, refusal.hint.term);
  progress.Refused(refusal.prev, agreed.index);
}

// What a majority holds durably is committed if it is of this term, and with it all before it. An
// older entry may be on a majority and still be replaced by a later leader (5.4.2, figure 8).
void Raft::AdvanceCommit(Leader& leader) {
  const Index held = ReachedByMajority(log_.configuration(), [&](NodeId node) {
    return node == id() ? log_.stable() : leader.followers.at(node).match();
  });
  if (held <= commit_) return;
  if (log_.TermAt(held) != hard_.term && !STRATA_MUTANT(commit_prev_term_entry)) return;
  SetCommit(held);
}

void Raft::SetCommit(Index commit) {
  if (commit <= commit_) return;
  commit_ = commit;
  StepDownIfRemoved();
}

}  // namespace strata::raft
