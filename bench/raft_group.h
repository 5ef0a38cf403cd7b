// A Raft group for benchmarks: nodes in one thread, messages that take a few ticks, writes that are
// durable at once. What is counted is the same on any machine.

#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/random.h"
#include "raft/raft.h"

namespace strata::raft {

class VectorStore final : public LogStore {
 public:
  Index last_index() const override { return entries_.size(); }
  Term TermAt(Index index) const override { return index == 0 ? 0 : entries_[index - 1].term; }
  Result<std::vector<Entry>> Read(Index first, Index last, std::size_t) const override {
    return std::vector<Entry>(entries_.begin() + static_cast<std::ptrdiff_t>(first - 1),
                              entries_.begin() + static_cast<std::ptrdiff_t>(last));
  }
  void Apply(const Write& write) {
    if (write.entries.empty()) return;
    entries_.resize(write.entries.front().index - 1);
    entries_.insert(entries_.end(), write.entries.begin(), write.entries.end());
  }

 private:
  std::vector<Entry> entries_;
};

class BenchGroup {
 public:
  // Messages take 1 to `delay_max` ticks.
  BenchGroup(const Options& options, std::size_t nodes, std::uint64_t delay_max, std::uint64_t seed)
      : random_(seed), delay_max_(delay_max) {
    Stored stored;
    for (NodeId id = 1; id <= nodes; ++id) stored.snapshot.configuration.voters.push_back(id);
    for (NodeId id = 1; id <= nodes; ++id) {
      Options own = options;
      own.id = id;
      stores_.push_back(std::make_unique<VectorStore>());
      auto raft = Raft::Restore(own, stored, *stores_.back(), random_.Fork());
      STRATA_CHECK(raft.has_value());
      nodes_.emplace(id, *std::move(raft));
    }
  }

  Raft& node(NodeId id) { return nodes_.at(id); }
  NodeId leader() const {
    for (const auto& [id, node] : nodes_) {
      if (node.leads()) return id;
    }
    return kNobody;
  }

  void Tick() {
    ++now_;
    for (auto& [id, node] : nodes_) {
      node.Tick();
      Pump(id);
    }
    while (!network_.empty() && network_.begin()->first <= now_) {
      const Envelope envelope = std::move(network_.begin()->second);
      network_.erase(network_.begin());
      const auto to = nodes_.find(envelope.to);
      if (to == nodes_.end()) continue;
      to->second.Step(envelope);
      Pump(envelope.to);
    }
  }

  // Ticks until somebody leads; how many it took.
  std::uint64_t Elect() {
    const std::uint64_t begun = now_;
    while (leader() == kNobody) Tick();
    return now_ - begun;
  }

  // For good.
  void Stop(NodeId id) { nodes_.erase(id); }

  void Pump(NodeId id) {
    Raft& node = nodes_.at(id);
    for (bool more = true; more;) {
      auto output = node.TakeOutput();
      STRATA_CHECK(output.has_value());
      more = output->write.has_value() || !output->committed.empty();
      for (Envelope& envelope : output->messages) {
        ++messages;
        network_.emplace(now_ + random_.Between(1, delay_max_), std::move(envelope));
      }
      if (!output->write) continue;
      ++writes;
      stores_[id - 1]->Apply(*output->write);
      node.Persisted(output->write->number);
    }
  }

  std::uint64_t messages = 0;
  std::uint64_t writes = 0;

 private:
  Random random_;
  std::uint64_t delay_max_;
  std::uint64_t now_ = 0;
  std::vector<std::unique_ptr<VectorStore>> stores_;
  std::map<NodeId, Raft> nodes_;
  std::multimap<std::uint64_t, Envelope> network_;
};

}  // namespace strata::raft
