#include "sim/node.h"

#include <utility>

#include "base/check.h"
#include "sim/graveyard.h"
#include "sim/network.h"
#include "sim/node_clock.h"
#include "sim/node_executor.h"
#include "sim/node_files.h"
#include "sim/world.h"

namespace strata::sim {

// What there is from one start of the machine to its end.
struct Node::Boot {
  Boot(World& world, NodeId node, const NodeOptions& options, NodeClock& clock,
       std::shared_ptr<MemoryFileSystem> the_disk, std::uint64_t seed)
      : disk(std::move(the_disk)),
        faulty(options.disk_fails ? NewFaultyFileSystem(*disk) : nullptr),
        files(NewNodeFiles(world, Lowest(), options.sync_nanos_max)),
        executor(world, node, options, clock),
        network(world.network().For(node, options.name)),
        environment{.files = files.get(),
                    .clock = &clock,
                    .executor = &executor,
                    .entropy = SeededEntropy(seed),
                    .network = network.get()} {}

  FileSystem& Lowest() const {
    if (faulty != nullptr) return *faulty;
    return *disk;
  }

  const std::shared_ptr<MemoryFileSystem> disk;
  const std::unique_ptr<FaultyFileSystem> faulty;
  const std::unique_ptr<FileSystem> files;
  NodeExecutor executor;
  const std::unique_ptr<Network> network;
  const Environment environment;
};

Node::Node(World& world, NodeId id, NodeOptions options)
    : world_(world),
      id_(id),
      options_(std::move(options)),
      clock_(
          std::make_unique<NodeClock>(world, options_.clock_offset_us, options_.clock_drift_ppm)),
      disk_(NewMemoryFileSystem()) {
  PowerOn();
}

Node::~Node() {
  if (boot_ != nullptr && !boot_->executor.idle()) Bury(std::move(boot_));
}

void Node::Spawn(const std::string& name, std::function<void()> body) {
  STRATA_CHECK(is_on());
  world_.Start(options_.name + "/" + name, id_, /*is_client=*/true, std::move(body));
}

const Environment& Node::environment() const {
  STRATA_CHECK(is_on());
  return boot_->environment;
}

Clock& Node::clock() {
  return *clock_;
}

FaultyFileSystem& Node::faults() {
  STRATA_CHECK(is_on() && boot_->faulty != nullptr);
  return *boot_->faulty;
}

void Node::SetWallOffset(std::int64_t micros) {
  clock_->SetWallOffset(micros);
}

void Node::PowerOff(CrashKind kind) {
  std::unique_ptr<MemoryFileSystem> left;
  {
    const World::Uninterrupted uninterrupted;
    left = disk_->Crash(kind, world_.random());
  }
  GoOff(std::move(left));
}

void Node::Kill() {
  std::unique_ptr<MemoryFileSystem> left;
  {
    const World::Uninterrupted uninterrupted;
    left = disk_->Clone();
  }
  GoOff(std::move(left));
}

// Stopping comes last: it doesn't return to a thread of the machine.
void Node::GoOff(std::unique_ptr<MemoryFileSystem> left) {
  STRATA_CHECK(is_on());
  NodeExecutor& executor = boot_->executor;
  {
    const World::Uninterrupted uninterrupted;
    Bury(std::exchange(boot_, nullptr));
  }
  disk_ = std::move(left);
  world_.network().Drop(id_);
  executor.Stop();
}

void Node::PowerOn() {
  STRATA_CHECK(!is_on());
  ++boots_;
  boot_ = std::make_shared<Boot>(world_, id_, options_, *clock_, disk_, world_.random().Next());
  boot_->executor.StartThreads();
}

}  // namespace strata::sim
