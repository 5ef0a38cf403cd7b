#include "isolation/graph.h"

#include <algorithm>
#include <deque>

namespace strata::isolation {
namespace {

constexpr std::uint32_t kUnset = 0xffffffff;
constexpr std::size_t kStartsTried = 64;

// Tarjan's algorithm with a stack of its own, as histories are long.
class Tarjan {
 public:
  Tarjan(const std::vector<Edge>& edges, const std::vector<std::uint32_t>& first)
      : edges_(edges), first_(first), index_(first.size() - 1, kUnset), low_(index_.size(), 0) {}

  std::vector<std::vector<std::uint32_t>> Run() {
    for (std::uint32_t node = 0; node < index_.size(); ++node) {
      if (index_[node] == kUnset) Visit(node);
    }
    return std::move(found_);
  }

 private:
  struct Frame {
    std::uint32_t node;
    std::uint32_t edge;
  };

  void Enter(std::uint32_t node) {
    index_[node] = low_[node] = next_++;
    path_.push_back(node);
    frames_.push_back({node, first_[node]});
  }

  void Visit(std::uint32_t root) {
    Enter(root);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      if (frame.edge == first_[frame.node + 1]) {
        Leave();
        continue;
      }
      const std::uint32_t to = edges_[frame.edge++].to;
      if (index_[to] == kUnset) {
        Enter(to);
      } else if (low_[to] != kUnset) {  // Still on the path.
        low_[frame.node] = std::min(low_[frame.node], index_[to]);
      }
    }
  }

  // All edges of the top frame are done: it hands on what it reaches, or closes a component.
  void Leave() {
    const std::uint32_t node = frames_.back().node;
    frames_.pop_back();
    const std::uint32_t low = low_[node];
    if (low == index_[node]) {
      const auto begin = std::find(path_.rbegin(), path_.rend(), node).base() - 1;
      if (path_.end() - begin > 1) found_.emplace_back(begin, path_.end());
      for (auto at = begin; at != path_.end(); ++at) low_[*at] = kUnset;
      path_.erase(begin, path_.end());
    }
    if (frames_.empty()) return;
    std::uint32_t& above = low_[frames_.back().node];
    above = std::min(above, low);
  }

  const std::vector<Edge>& edges_;
  const std::vector<std::uint32_t>& first_;
  std::vector<std::uint32_t> index_;
  std::vector<std::uint32_t> low_;  // kUnset once the component is closed.
  std::vector<std::uint32_t> path_;
  std::vector<Frame> frames_;
  std::uint32_t next_ = 0;
  std::vector<std::vector<std::uint32_t>> found_;
};

}  // namespace

Graph::Graph(std::uint32_t nodes, std::vector<Edge> edges) : nodes_(nodes), first_(nodes + 1, 0) {
  for (const Edge& edge : edges) ++first_[edge.from + 1];
  for (std::uint32_t node = 0; node < nodes; ++node) first_[node + 1] += first_[node];
  std::vector<std::uint32_t> at(first_.begin(), first_.end() - 1);
  edges_.resize(edges.size());
  for (const Edge& edge : edges) edges_[at[edge.from]++] = edge;
}

std::vector<std::vector<std::uint32_t>> Graph::CyclicComponents() const {
  return Tarjan(edges_, first_).Run();
}

std::vector<Edge> Graph::ShortestCycle(const std::vector<std::uint32_t>& component) const {
  std::vector<bool> inside(nodes_, false);
  for (const std::uint32_t node : component) inside[node] = true;
  std::vector<Edge> best;
  std::vector<std::uint32_t> edge_to(nodes_, kUnset);  // The edge by which a node was reached.
  for (std::size_t i = 0; i < component.size() && i < kStartsTried; ++i) {
    const std::uint32_t start = component[i];
    for (const std::uint32_t node : component) edge_to[node] = kUnset;
    std::deque<std::uint32_t> queue = {start};
    while (!queue.empty() && edge_to[start] == kUnset) {
      const std::uint32_t node = queue.front();
      queue.pop_front();
      for (std::uint32_t e = first_[node]; e < first_[node + 1]; ++e) {
        const std::uint32_t to = edges_[e].to;
        if (!inside[to] || edge_to[to] != kUnset) continue;
        edge_to[to] = e;
        queue.push_back(to);
      }
    }
    std::vector<Edge> cycle;
    std::uint32_t node = start;
    do {
      cycle.push_back(edges_[edge_to[node]]);
      node = cycle.back().from;
    } while (node != start);
    std::reverse(cycle.begin(), cycle.end());
    if (best.empty() || cycle.size() < best.size()) best = std::move(cycle);
  }
  return best;
}

}  // namespace strata::isolation
