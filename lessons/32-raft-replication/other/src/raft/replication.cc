// Another right answer: the commit index is looked for from the end of the log, entry by entry.

#include <algorithm>
#include <utility>

#include "raft/raft.h"

namespace strata::raft {

Result<Index> Raft::Propose(std::string command) {
  if (!leads()) {
    return Error(ErrorCode::kUnavailable, "not the leader; that is " + std::to_string(leader()));
  }
  const auto& own = std::get<Leader>(role_);
  if (own.successor != kNobody) {
    return Error(ErrorCode::kUnavailable, "not the leader for long; ask " +
                                              std::to_string(own.successor));
  }
  if (log_.last_index() >= commit_ + options_.uncommitted_max) {
    return Error(ErrorCode::kBusy, "too many entries aren't committed yet; try again later");
  }
  AppendOwn(Command{.bytes = std::move(command)});
  return log_.last_index();
}

void Raft::AppendOwn(std::variant<Nothing, Command, Configuration> body) {
  const Index index = log_.last_index() + 1;
  log_.Append(Entry{.term = term(), .index = index, .body = std::move(body)});
  LogChanged();
}

void Raft::Replicate(Leader& leader, NodeId to, Progress& progress) {
  for (;;) {
    const Index next = progress.next();
    if (progress.IsPaused(options_.window) || next > log_.last_index()) return;
    if (next <= log_.snapshot().last.index) return SendSnapshot(to, progress);
    auto read = log_.Read(next, log_.last_index(), options_.append_bytes_max);
    if (!read.has_value()) {
      failure_ = read.error();
      return;
    }
    raft::Append append;
    append.prev = {.term = log_.TermAt(next - 1), .index = next - 1};
    append.commit = commit_;
    append.entries = *std::move(read);
    progress.Sent(append.entries.back().index, leader.round);
    Send(to, std::move(append));
  }
}

void Raft::Receive(NodeId from, const Append& append) {
  const auto& [prev, entries, commit] = append;
  Index match = commit_;
  if (prev.index >= log_.snapshot().last.index) {
    if (!log_.Matches(prev)) {
      return Send(from, AppendRefusal{.prev = prev.index,
                                      .hint = log_.LastAtMost(prev.index, prev.term)});
    }
    match = entries.empty() ? prev.index : entries.back().index;
    if (log_.Merge(entries, commit_)) LogChanged();
    SetCommit(commit < match ? commit : match);
  }
  Send(from, AppendReply{.match = match});
}

void Raft::Receive(NodeId from, const AppendReply& reply) {
  if (!leads()) return;
  auto& leader = std::get<Leader>(role_);
  const auto follower = leader.followers.find(from);
  if (follower == leader.followers.end()) return;
  follower->second.set_heard();
  follower->second.Accepted(reply.match);
  AdvanceCommit(leader);
}

void Raft::Receive(NodeId from, const AppendRefusal& refusal) {
  if (!leads()) return;
  auto& followers = std::get<Leader>(role_).followers;
  const auto follower = followers.find(from);
  if (follower == followers.end()) return;
  follower->second.set_heard();
  follower->second.Refused(refusal.prev,
                           log_.LastAtMost(refusal.hint.index, refusal.hint.term).index);
}

void Raft::AdvanceCommit(Leader& leader) {
  const auto& voters = log_.configuration().voters;
  for (Index index = log_.last_index(); index > commit_; --index) {
    if (log_.TermAt(index) != term()) return;  // Terms only go down from here.
    const auto holders = std::count_if(voters.begin(), voters.end(), [&](NodeId node) {
      const auto follower = leader.followers.find(node);
      return (follower == leader.followers.end() ? log_.stable() : follower->second.match()) >=
             index;
    });
    if (2 * static_cast<std::size_t>(holders) > voters.size()) return SetCommit(index);
  }
}

void Raft::SetCommit(Index commit) {
  const bool news = commit > commit_;
  commit_ = std::max(commit_, commit);
  if (news) StepDownIfRemoved();
}

}  // namespace strata::raft
