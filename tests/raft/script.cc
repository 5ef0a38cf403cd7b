#include "raft/script.h"

#include <catch2/catch.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace strata::raft {
namespace {

constexpr int kDeliveriesMax = 10'000;

std::uint64_t NumberAfter(const std::string& word, std::size_t place) {
  return std::stoull(word.substr(place));
}

// The places in the network of the messages of "1->2", or of all.
std::vector<std::size_t> On(const Cluster& cluster, const std::string& way) {
  std::vector<std::size_t> found;
  const auto& network = cluster.network();
  for (std::size_t i = 0; i < network.size(); ++i) {
    if (way == std::to_string(network[i].from) + "->" + std::to_string(network[i].to)) {
      found.push_back(i);
    }
  }
  return found;
}

}  // namespace

std::string Script::Run(const std::string& command) {
  out_.clear();
  std::istringstream lines(command);
  for (std::string line; std::getline(lines, line);) Line(line);
  if (out_.empty()) out_ = "nothing\n";
  return std::exchange(out_, {});
}

void Script::Line(const std::string& line) {
  std::istringstream words(line);
  std::string verb;
  words >> verb;
  if (verb == "cluster") {
    Make(words);
  } else if (verb == "tick" || verb == "campaign") {
    Each(verb, words);
  } else if (verb == "deliver" || verb == "again" || verb == "last" || verb == "lose") {
    Messages(verb, words);
  } else if (verb == "part") {
    Part(words);
  } else if (verb == "heal") {
    cluster_->Partition({});
  } else if (verb == "pending" || verb == "state" || verb == "config") {
    Show(verb, words);
  } else if (verb == "propose" || verb == "read" || verb == "add" || verb == "promote" ||
             verb == "remove" || verb == "transfer") {
    Ask(verb, words);
  } else {
    Disk(verb, words);
  }
  out_ += cluster_->TakeTrace();
}

void Script::Make(std::istringstream& words) {
  Options options;
  std::size_t voters = 0;
  words >> voters;
  for (std::string word; words >> word;) {
    const std::string name = word.substr(0, word.find('='));
    const std::string value = word.substr(word.find('=') + 1);
    if (name == "pre-vote") options.pre_vote = value == "on";
    if (name == "check-quorum") options.check_quorum = value == "on";
    if (name == "lease") options.lease_us = std::stoull(value);
    if (name == "election") options.election_ticks = std::stoull(value);
    if (name == "window") options.window = std::stoull(value);
    if (name == "bytes") options.append_bytes_max = std::stoull(value);
  }
  cluster_ = std::make_unique<Cluster>(options, voters, 1);
  cluster_->traces = true;
}

void Script::Each(const std::string& verb, std::istringstream& words) {
  std::vector<NodeId> nodes;
  std::uint64_t times = 1;
  for (std::string word; words >> word;) {
    if (word.front() == 'x') {
      times = NumberAfter(word, 1);
    } else {
      nodes.push_back(std::stoull(word));
    }
  }
  for (; times > 0; --times) {
    for (const NodeId node : nodes) {
      if (verb == "tick") {
        cluster_->Tick(node);
      } else {
        cluster_->Campaign(node);
      }
    }
  }
}

void Script::Ask(const std::string& verb, std::istringstream& words) {
  NodeId node = kNobody;
  words >> node;
  if (verb == "propose") {
    for (std::string command; words >> command;) Refused(cluster_->Propose(node, command));
    return;
  }
  std::uint64_t number = 0;
  words >> number;
  if (verb == "read") Refused(cluster_->Read(node, number));
  if (verb == "transfer") Refused(cluster_->Transfer(node, number));
  if (verb == "add") Refused(cluster_->Change(node, {Change::Kind::kAddLearner, number}));
  if (verb == "promote") Refused(cluster_->Change(node, {Change::Kind::kPromote, number}));
  if (verb == "remove") Refused(cluster_->Change(node, {Change::Kind::kRemove, number}));
}

void Script::Refused(const Status& status) {
  out_ += cluster_->TakeTrace();
  if (!status.has_value()) out_ += "refused: " + status.error().message() + "\n";
}

void Script::Messages(const std::string& verb, std::istringstream& words) {
  std::string way;
  if (!(words >> way)) return DeliverAll();
  std::size_t count = 0;
  words >> count;
  std::vector<std::size_t> places = On(*cluster_, way);
  if (places.empty()) {
    out_ += "nothing is on that way\n";
    return;
  }
  if (verb == "last") return cluster_->Deliver(places.back());
  if (verb == "again") return cluster_->Deliver(places.front(), true);
  for (std::size_t i = 0; i < places.size() && (count == 0 || i < count); ++i) {
    if (verb == "lose") {
      cluster_->Drop(places[i] - i);
    } else {
      cluster_->Deliver(places[i] - i);
    }
  }
}

void Script::DeliverAll() {
  for (int i = 0; !cluster_->network().empty(); ++i) {
    REQUIRE(i < kDeliveriesMax);
    cluster_->Deliver(0);
  }
}

void Script::Disk(const std::string& verb, std::istringstream& words) {
  NodeId node = kNobody;
  words >> node;
  std::uint64_t number = 0;
  words >> number;
  if (verb == "machine") return cluster_->AddMachine(node);
  if (verb == "time") return cluster_->set_now_us(node);
  if (verb == "crash") return cluster_->Crash(node, number);
  if (verb == "restart") return cluster_->Restart(node);
  if (verb == "lose-tail") return cluster_->LoseTail(node);
  if (verb == "compact") return cluster_->Compact(node, number);
  if (verb == "snapshot-failed") return cluster_->FailSnapshot(node, number);
  Machine& machine = cluster_->machine(node);
  if (verb == "slow") {
    machine.slow = true;
  } else if (verb == "unreadable") {
    machine.disk.unreadable = true;
  } else if (verb == "persist" || verb == "fast") {
    machine.slow = machine.slow && verb != "fast";
    if (number == 0) number = machine.writes.size();
    for (; number > 0; --number) cluster_->Persist(node);
  } else {
    FAIL("no such command: " << verb);
  }
}

void Script::Part(std::istringstream& words) {
  std::vector<std::set<NodeId>> parts(1);
  for (std::string word; words >> word;) {
    if (word == "|") {
      parts.emplace_back();
    } else {
      parts.back().insert(std::stoull(word));
    }
  }
  cluster_->Partition(std::move(parts));
}

void Script::Show(const std::string& verb, std::istringstream& words) {
  if (verb == "pending") {
    for (const Envelope& envelope : cluster_->network()) out_ += Text(envelope) + "\n";
    return;
  }
  NodeId only = kNobody;
  words >> only;
  for (const Machine& machine : cluster_->machines()) {
    if (only != kNobody && machine.id != only) continue;
    const std::string who = std::to_string(machine.id);
    if (!machine.raft) {
      out_ += who + " is down\n";
    } else if (verb == "state") {
      out_ += who + ": " + Text(*machine.raft) + "\n";
    } else {
      out_ += who + " knows " + Text(machine.raft->log().configuration()) + "\n";
    }
  }
}

}  // namespace strata::raft
