// A machine of a simulated world: a disk, a clock that is wrong by an offset and a drift,
// background threads and randomness. The store that runs on it is given its environment().
//
// Its power may go by itself: what ran on it never goes on, and its disk keeps what a power cut
// leaves; the others don't notice. Objects that the machine's threads use (a DB, say) must then be
// left alone: neither used nor destroyed.
// Thread safety: the world's.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "io/environment.h"
#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"
#include "sim/simulated_thread.h"

namespace strata::sim {

class World;
class NodeClock;

struct NodeOptions {
  std::string name = "node";
  int high_threads = 1;
  int low_threads = 2;
  std::int64_t clock_offset_us = 0;
  std::int64_t clock_drift_ppm = 0;        // 50,000: five per cent too fast.
  std::uint64_t sync_nanos_max = 300'000;  // How long a sync takes at most; drawn for each.
  bool disk_fails = false;                 // On demand: see faults().
};

class Node {
 public:
  Node(World& world, NodeId id, NodeOptions options);
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node();

  // A client that runs on the machine. REQUIRES: the power is on.
  void Spawn(const std::string& name, std::function<void()> body);

  // What code on the machine is given, from power to power. REQUIRES: the power is on.
  const Environment& environment() const;
  Clock& clock();
  // The wall clock jumps.
  void SetWallOffset(std::int64_t micros);

  // The power goes. Doesn't return to a thread of the machine.
  void PowerOff(CrashKind kind);
  // All processes die; what the operating system has survives.
  void Kill();
  // REQUIRES: it is off.
  void PowerOn();
  bool is_on() const { return boot_ != nullptr; }

  MemoryFileSystem& disk() { return *disk_; }
  // Plans faults of the disk, until the power goes. REQUIRES: NodeOptions::disk_fails; it is on.
  FaultyFileSystem& faults();
  const std::string& name() const { return options_.name; }

 private:
  struct Boot;
  void GoOff(std::unique_ptr<MemoryFileSystem> left);

  World& world_;
  const NodeId id_;
  const NodeOptions options_;
  const std::unique_ptr<NodeClock> clock_;
  std::shared_ptr<MemoryFileSystem> disk_;
  std::shared_ptr<Boot> boot_;  // Null: the power is off.
  int boots_ = 0;
};

}  // namespace strata::sim
