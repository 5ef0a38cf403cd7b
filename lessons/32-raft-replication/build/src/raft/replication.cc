#include "base/lesson.h"
#include "raft/raft.h"

namespace strata::raft {
namespace {

// Task raft-replication.build: replication, whole.
[[noreturn]] void Yours() {
  strata::lesson::YoursToWrite("raft-replication.build", "replication, whole");
}

}  // namespace

Result<Index> Raft::Propose(std::string command) {
  (void)command;
  Yours();
}

void Raft::AppendOwn(std::variant<Nothing, Command, Configuration> body) {
  (void)body;
  Yours();
}

void Raft::Replicate(Leader& leader, NodeId to, Progress& progress) {
  (void)leader;
  (void)to;
  (void)progress;
  Yours();
}

void Raft::Receive(NodeId from, const Append& append) {
  (void)from;
  (void)append;
  Yours();
}

void Raft::Receive(NodeId from, const AppendReply& reply) {
  (void)from;
  (void)reply;
  Yours();
}

void Raft::Receive(NodeId from, const AppendRefusal& refusal) {
  (void)from;
  (void)refusal;
  Yours();
}

void Raft::AdvanceCommit(Leader& leader) {
  (void)leader;
  Yours();
}

void Raft::SetCommit(Index commit) {
  (void)commit;
  Yours();
}

}  // namespace strata::raft
