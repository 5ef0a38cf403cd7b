#include "isolation/checker.h"

#include <algorithm>
#include <set>

#include "isolation/dependencies.h"

namespace strata::isolation {
namespace {

using Kinds = std::set<EdgeKind>;

const Kinds kWrites = {EdgeKind::kWriteWrite};
const Kinds kReadsToo = {EdgeKind::kWriteWrite, EdgeKind::kWriteRead};
const Kinds kData = {EdgeKind::kWriteWrite, EdgeKind::kWriteRead, EdgeKind::kReadWrite};
const Kinds kDataAndProcess = {EdgeKind::kWriteWrite, EdgeKind::kWriteRead, EdgeKind::kReadWrite,
                               EdgeKind::kProcess};
const Kinds kEverything = {EdgeKind::kWriteWrite, EdgeKind::kWriteRead, EdgeKind::kReadWrite,
                           EdgeKind::kProcess, EdgeKind::kRealtime};

std::string EdgeWords(const Edge& edge) {
  const std::string from = "T" + std::to_string(edge.from);
  const std::string to = "T" + std::to_string(edge.to);
  const std::string key = KeyName(edge.key);
  const std::string value = std::to_string(edge.value);
  switch (edge.kind) {
    case EdgeKind::kWriteWrite:
      return from + " -ww-> " + to + ": " + to + " appended " + value + " to " + key +
             " behind what " + from + " had appended";
    case EdgeKind::kWriteRead:
      return from + " -wr-> " + to + ": " + to + " read " + key + " with the " + value + " that " +
             from + " appended";
    case EdgeKind::kReadWrite:
      return from + " -rw-> " + to + ": " + from + " read " + key + " without the " + value +
             " that " + to + " appended";
    case EdgeKind::kProcess:
      return from + " -process-> " + to + ": " + to + " came after " + from +
             " in the same process";
    case EdgeKind::kRealtime:
      return from + " -time-> " + to + ": " + from + " had completed when " + to + " was invoked";
  }
  return "";
}

// The transactions of one component of the graph of all dependencies.
class Component {
 public:
  Component(const History& history, std::vector<Edge> edges)
      : history_(history), edges_(std::move(edges)) {
    for (const Edge& edge : edges_) members_.push_back(edge.from);
    std::sort(members_.begin(), members_.end());
    members_.erase(std::unique(members_.begin(), members_.end()), members_.end());
  }

  // The worst kind of cycle that there is.
  void Classify(Report* report) const {
    if (ReportCycles(kWrites, AnomalyKind::kG0, report)) return;
    if (ReportCycles(kReadsToo, AnomalyKind::kG1c, report)) return;
    if (ReportSnapshotCycles(kData, report)) return;
    ReportSnapshotCycles(kEverything, report);
    if (ReportCycles(kData, AnomalyKind::kG2Item, report)) return;
    if (ReportCycles(kDataAndProcess, AnomalyKind::kSession, report)) return;
    ReportCycles(kEverything, AnomalyKind::kRealtime, report);
  }

 private:
  std::uint32_t Place(TxnId txn) const {
    return static_cast<std::uint32_t>(std::lower_bound(members_.begin(), members_.end(), txn) -
                                      members_.begin());
  }

  bool ReportCycles(const Kinds& kinds, AnomalyKind anomaly, Report* report) const {
    std::vector<Edge> chosen;
    for (std::uint32_t i = 0; i < edges_.size(); ++i) {
      if (!kinds.contains(edges_[i].kind)) continue;
      chosen.push_back({.from = Place(edges_[i].from), .to = Place(edges_[i].to), .label = i});
    }
    const Graph graph(static_cast<std::uint32_t>(members_.size()), std::move(chosen));
    const auto components = graph.CyclicComponents();
    for (const auto& component : components) {
      report->Add(anomaly, Words(graph.ShortestCycle(component)));
    }
    return !components.empty();
  }

  // Under snapshot isolation a transaction has two moments, its snapshot and its commit. A
  // dependency says that the one's commit comes before the other's snapshot, an anti-dependency
  // only that the one's snapshot comes before the other's commit. A cycle of moments can't be.
  bool ReportSnapshotCycles(const Kinds& kinds, Report* report) const {
    std::vector<Edge> chosen;
    for (std::uint32_t i = 0; i < edges_.size(); ++i) {
      if (!kinds.contains(edges_[i].kind)) continue;
      const bool anti = edges_[i].kind == EdgeKind::kReadWrite;
      const std::uint32_t from = 2 * Place(edges_[i].from);
      const std::uint32_t to = 2 * Place(edges_[i].to);
      chosen.push_back({.from = from + (anti ? 0 : 1), .to = to + (anti ? 1 : 0), .label = i});
    }
    for (std::uint32_t place = 0; place < members_.size(); ++place) {
      chosen.push_back({.from = 2 * place, .to = 2 * place + 1, .label = kNoEdge});
    }
    const Graph graph(static_cast<std::uint32_t>(2 * members_.size()), std::move(chosen));
    const auto components = graph.CyclicComponents();
    for (const auto& component : components) {
      const auto cycle = graph.ShortestCycle(component);
      report->Add(SnapshotAnomaly(cycle), Words(cycle));
    }
    return !components.empty();
  }

  AnomalyKind SnapshotAnomaly(const std::vector<Edge>& cycle) const {
    int anti_dependencies = 0;
    for (const Edge& edge : cycle) {
      if (edge.label == kNoEdge) continue;
      const EdgeKind kind = edges_[edge.label].kind;
      if (kind >= EdgeKind::kProcess) return AnomalyKind::kStaleSnapshot;
      anti_dependencies += kind == EdgeKind::kReadWrite ? 1 : 0;
    }
    return anti_dependencies == 1 ? AnomalyKind::kGSingle : AnomalyKind::kGNonadjacent;
  }

  std::string Words(const std::vector<Edge>& cycle) const {
    std::string words;
    std::set<TxnId> involved;
    for (const Edge& step : cycle) {
      if (step.label == kNoEdge) continue;
      const Edge& edge = edges_[step.label];
      words += "\n  " + EdgeWords(edge);
      involved.insert(edge.from);
    }
    for (const TxnId txn : involved) words += "\n  " + TransactionWords(history_, txn);
    return words;
  }

  static constexpr std::uint32_t kNoEdge = 0xffffffff;

  const History& history_;
  const std::vector<Edge> edges_;
  std::vector<TxnId> members_;
};

// Edges of `graph` by the component in which they run.
std::vector<std::vector<Edge>> EdgesOfComponents(const Graph& graph, std::size_t nodes) {
  const auto components = graph.CyclicComponents();
  std::vector<std::vector<Edge>> edges(components.size());
  if (components.empty()) return edges;
  std::vector<std::uint32_t> component_of(nodes, static_cast<std::uint32_t>(components.size()));
  for (std::uint32_t i = 0; i < components.size(); ++i) {
    for (const std::uint32_t node : components[i]) component_of[node] = i;
  }
  for (const Edge& edge : graph.edges()) {
    const std::uint32_t component = component_of[edge.from];
    if (component == component_of[edge.to] && component < components.size()) {
      edges[component].push_back(edge);
    }
  }
  return edges;
}

}  // namespace

Report Check(const History& history) {
  Report report;
  const VersionOrders orders = RecoverVersionOrders(history, &report);
  const auto nodes = static_cast<std::uint32_t>(history.transactions.size());
  const Graph graph(nodes, FindDependencies(history, orders));
  report.edges = graph.edges().size();
  for (auto& edges : EdgesOfComponents(graph, nodes)) {
    Component(history, std::move(edges)).Classify(&report);
  }
  return report;
}

}  // namespace strata::isolation
