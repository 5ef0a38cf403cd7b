#include "sim/store_life.h"

#include <utility>

#include "sim/graveyard.h"

namespace strata::sim {
namespace {

constexpr std::size_t kFindingsMax = 3;

// What it owns stays, as somebody may be in the middle of using it.
void Leave(DB* db) {
  if (db != nullptr) Bury(std::shared_ptr<void>(db, [](void*) {}));
}

NodeOptions NodeFor(const LifePlan& plan) {
  Random random(plan.seed);
  return {.name = "store",
          .high_threads = 1,
          .low_threads = static_cast<int>(random.Between(1, 3)),
          .sync_nanos_max = random.OneIn(3) ? 0ULL : 300'000,
          .disk_fails = plan.disk_fails};
}

}  // namespace

StoreLife::StoreLife(const LifePlan& plan, const Options& options)
    : plan_(plan),
      world_({.schedule = Schedule::Of(plan.seed, plan.points), .mutant = plan.mutant}),
      node_(world_.AddNode(NodeFor(plan))),
      options_(options) {}

StoreLife::~StoreLife() {
  Leave(db_);
}

void StoreLife::Spawn(const std::string& name, std::function<void()> body) {
  node_.Spawn(name, std::move(body));
}

bool StoreLife::Run() {
  if (!healthy()) return false;
  const Outcome outcome = world_.Run();
  if (!outcome.done()) Find(outcome.report);
  return healthy();
}

bool StoreLife::Do(const std::string& name, const std::function<void()>& body) {
  if (!healthy()) return false;
  Spawn(name, body);
  return Run();
}

bool StoreLife::Open() {
  return Do("opening", [this] {
    options_.environment = &node_.environment();
    auto opened = DB::Open(options_, kDirectory);
    if (Expect(opened, "opening")) db_ = opened->release();
  });
}

bool StoreLife::Close() {
  return Do("closing", [this] {
    const std::unique_ptr<DB> owned(std::exchange(db_, nullptr));
    Expect(owned->Close(), "closing");
  });
}

void StoreLife::PowerOff(CrashKind kind) {
  {
    const World::Uninterrupted uninterrupted;
    Leave(std::exchange(db_, nullptr));
  }
  node_.PowerOff(kind);
}

void StoreLife::Find(std::string finding) {
  if (result_.findings.size() < kFindingsMax) result_.findings.push_back(std::move(finding));
}

LifeResult StoreLife::TakeResult() {
  result_.trace = world_.trace();
  Count("points", world_.points());
  Count("switches", world_.switches());
  return std::move(result_);
}

}  // namespace strata::sim
