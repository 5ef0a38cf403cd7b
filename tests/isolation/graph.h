// A directed graph of dependencies: its strongly connected components (Tarjan) and a shortest cycle
// in each.
//
// Thread safety: none; deterministic.

#pragma once

#include <cstdint>
#include <vector>

#include "isolation/history.h"

namespace strata::isolation {

enum class EdgeKind : std::uint8_t {
  kWriteWrite,  // The next append to the key after mine.
  kWriteRead,   // Read my append.
  kReadWrite,   // Appended behind what I had read: the anti-dependency.
  kProcess,     // Came after me in the same process.
  kRealtime,    // Was invoked after I had completed.
};

struct Edge {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  EdgeKind kind = EdgeKind::kWriteWrite;
  Key key = 0;
  Value value = 0;          // The append that `to` made (ww, rw) or that `from` made (wr).
  std::uint32_t label = 0;  // For whoever made the graph: e.g. the edge's place in another one.
};

class Graph {
 public:
  Graph(std::uint32_t nodes, std::vector<Edge> edges);

  // The components of two or more nodes.
  std::vector<std::vector<std::uint32_t>> CyclicComponents() const;

  // A shortest cycle through nodes of `component`: edges, each beginning where the one before ends.
  // Known limit: of a large component only some nodes are tried as the beginning.
  // REQUIRES: strongly connected, two or more nodes.
  std::vector<Edge> ShortestCycle(const std::vector<std::uint32_t>& component) const;

  const std::vector<Edge>& edges() const { return edges_; }

 private:
  const std::uint32_t nodes_;
  std::vector<Edge> edges_;           // Sorted by where they begin.
  std::vector<std::uint32_t> first_;  // Node -> its first edge.
};

}  // namespace strata::isolation
