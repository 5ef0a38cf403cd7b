// What goes wrong in a simulated network.

#include <algorithm>

#include "sim/network.h"
#include "sim/network_wires.h"
#include "sim/world.h"

namespace strata::sim {

void SimNetwork::SetLink(NodeId a, NodeId b, bool up) {
  const auto link = std::minmax(a, b);
  if (!up) {
    down_.insert(link);
    return;
  }
  down_.erase(link);
  for (const auto& weak : wires_) {
    const auto wire = weak.lock();
    if (wire == nullptr ||
        std::pair(std::minmax(wire->node[0], wire->node[1])) != std::pair(link)) {
      continue;
    }
    for (int end = 0; end < 2; ++end) {
      Pipe& pipe = wire->pipe[end];
      const std::uint64_t due = DrawDue();
      for (auto& piece : pipe.pieces) {
        if (piece.due == kNever) piece.due = due;
      }
      if (pipe.last_due == kNever) pipe.last_due = due;
      TellEndAt(due, wire, 1 - end);
    }
  }
  for (const auto& [name, port] : ports_) {
    for (auto& caller : port->callers) {
      if (caller.due == kNever && IsUp(caller.wire->node[0], port->node)) caller.due = DrawDue();
    }
    TellPortAt(DrawDue() + options_.latency_nanos_max, port);
  }
}

void SimNetwork::BreakAll() {
  for (const auto& weak : wires_) {
    if (const auto wire = weak.lock()) Break(wire);
  }
}

void SimNetwork::Drop(NodeId node) {
  std::erase_if(ports_, [&](const auto& entry) {
    if (entry.second->node != node) return false;
    for (const auto& caller : entry.second->callers) Break(caller.wire);
    return true;
  });
  for (const auto& weak : wires_) {
    const auto wire = weak.lock();
    if (wire == nullptr || (wire->node[0] != node && wire->node[1] != node)) continue;
    Break(wire);
    for (int end = 0; end < 2; ++end) {
      if (wire->node[end] == node) wire->open[end] = false;
    }
  }
}

std::size_t SimNetwork::connections() const {
  return static_cast<std::size_t>(std::count_if(wires_.begin(), wires_.end(), [](const auto& weak) {
    const auto wire = weak.lock();
    return wire != nullptr && (wire->open[0] || wire->open[1]);
  }));
}

}  // namespace strata::sim
