// The contract with the host: what waits for what, and what is refused.

#include "raft/raft.h"

#include <catch2/catch.hpp>

#include "raft/cluster.h"

namespace strata::raft {
namespace {

Stored Fresh(std::size_t voters) {
  Stored stored;
  for (NodeId node = 1; node <= voters; ++node) {
    stored.snapshot.configuration.voters.push_back(node);
  }
  return stored;
}

Options Node(NodeId id) {
  Options options;
  options.id = id;
  return options;
}

TEST_CASE("a node that has lost what it may have promised isn't started", "[raft-elections]") {
  MemoryStore store;
  store.entries.push_back({.term = 3, .index = 1, .body = Nothing()});
  Stored stored = Fresh(3);
  stored.hard_state.term = 3;
  CHECK(Raft::Restore(Node(1), stored, store, Random(1)).has_value());
  SECTION("entries are damaged") {
    stored.damaged = true;
  }
  SECTION("the term is older than the log") {
    stored.hard_state.term = 2;
  }
  SECTION("the log is shorter than what is applied") {
    stored.applied = 2;
  }
  SECTION("the log is shorter than the snapshot") {
    stored.snapshot.last = {.term = 3, .index = 2};
  }
  const auto restored = Raft::Restore(Node(1), stored, store, Random(1));
  REQUIRE_FALSE(restored.has_value());
  CHECK(restored.error().message().find("under a new id, as a learner") != std::string::npos);
}

TEST_CASE("a vote waits for its write, and a refusal for the term", "[raft-elections]") {
  MemoryStore store;
  auto raft = Raft::Restore(Node(2), Fresh(3), store, Random(1));
  REQUIRE(raft.has_value());
  raft->Step({.from = 1, .to = 2, .term = 5, .message = Vote{}});
  auto output = raft->TakeOutput();
  REQUIRE(output.has_value());
  REQUIRE(output->write.has_value());
  CHECK(output->write->hard_state == HardState{.term = 5, .vote = 1});
  CHECK(output->messages.empty());
  raft->Persisted(output->write->number);
  output = raft->TakeOutput();
  CHECK_FALSE(output->write.has_value());
  REQUIRE(output->messages.size() == 1);
  CHECK(output->messages[0].message == Message(VoteReply{.granted = true}));
}

TEST_CASE("the same calls give the same outputs", "[raft-elections]") {
  MemoryStore store;
  std::string traces[2];
  for (std::string& trace : traces) {
    auto raft = Raft::Restore(Node(1), Fresh(3), store, Random(7));
    for (int i = 0; i < 60; ++i) {
      raft->Tick();
      const auto output = raft->TakeOutput();
      for (const Envelope& envelope : output->messages) trace += Text(envelope) + "\n";
      trace += raft->Fingerprint();
    }
  }
  CHECK(traces[0] == traces[1]);
  CHECK(traces[0].find("pre-vote?") != std::string::npos);
}

TEST_CASE("timeouts differ by chance, between one and two election times", "[raft-elections]") {
  std::set<int> seen;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    MemoryStore store;
    auto raft = Raft::Restore(Node(1), Fresh(3), store, Random(seed));
    int ticks = 0;
    while (std::holds_alternative<Follower>(raft->role())) {
      raft->Tick();
      ++ticks;
    }
    seen.insert(ticks);
  }
  CHECK(*seen.begin() == 10);
  CHECK(*seen.rbegin() == 19);
  CHECK(seen.size() == 10);
}

TEST_CASE("entries over the limit are refused, and none is taken", "[raft-replication]") {
  Options options;
  options.uncommitted_max = 3;
  Cluster cluster(options, 3, 1);
  cluster.Campaign(1);
  while (!cluster.network().empty()) cluster.Deliver(0);
  REQUIRE(cluster.leader() == 1);
  for (int i = 0; i < 3; ++i) CHECK(cluster.Propose(1, "x").has_value());
  const Status status = cluster.Propose(1, "x");
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().code() == ErrorCode::kBusy);
  CHECK(cluster.machine(1).raft->log().last_index() == 4);
  while (!cluster.network().empty()) cluster.Deliver(0);
  CHECK(cluster.Propose(1, "x").has_value());
}

TEST_CASE("a heartbeat that knows more than the log has stops the node", "[raft-replication]") {
  MemoryStore store;
  auto raft = Raft::Restore(Node(2), Fresh(3), store, Random(1));
  raft->Step({.from = 1, .to = 2, .term = 1, .message = Heartbeat{.round = 1, .commit = 4}});
  const auto output = raft->TakeOutput();
  REQUIRE_FALSE(output.has_value());
  CHECK(output.error().code() == ErrorCode::kCorruption);
}

TEST_CASE("what a leader was given between two outputs goes in one message", "[raft-replication]") {
  MemoryStore store;
  auto raft = Raft::Restore(Node(1), Fresh(3), store, Random(1));
  raft->Campaign();
  raft->Step({.from = 2, .to = 1, .term = 0, .message = PreVoteReply{.granted = true}});
  raft->Persisted(raft->TakeOutput()->write->number);
  raft->Step({.from = 2, .to = 1, .term = 1, .message = VoteReply{.granted = true}});
  REQUIRE(raft->leads());
  raft->Persisted(raft->TakeOutput()->write->number);
  raft->Step({.from = 2, .to = 1, .term = 1, .message = AppendReply{.match = 1}});
  for (const char* command : {"a", "b", "c"}) CHECK(raft->Propose(command).has_value());
  const auto output = raft->TakeOutput();
  REQUIRE(output->messages.size() == 1);
  CHECK(std::get<Append>(output->messages[0].message).entries.size() == 3);
  CHECK(output->write->entries.size() == 3);
}

}  // namespace
}  // namespace strata::raft
