#include "isolation/simulated_run.h"

#include "io/faulty_file_system.h"
#include "testing/random_options.h"
#include "testing/store_world.h"

namespace strata::isolation {
namespace {

using testing::StoreWorld;

class SimulatedRun {
 public:
  explicit SimulatedRun(const RunPlan& plan)
      : plan_(plan),
        random_(plan.seed),
        client_count_(static_cast<std::uint32_t>(random_.Between(2, 6))),
        workload_(plan.workload(client_count_)),
        world_(NewMemoryFileSystem(), DrawOptions(), plan.seed) {
    around_.level = plan.level;
    around_.styles = plan.styles;
    around_.locks_alone = plan.locks_alone;
  }

  RunResult Run() {
    Open();
    if (Healthy()) Expect(workload_->Prepare(world_.db()), "preparing");
    for (std::uint32_t i = 0; i < client_count_; ++i) {
      clients_.push_back(workload_->NewClient(around_, i, random_.Next()));
    }
    for (std::uint64_t i = 0; i < plan_.steps && Healthy(); ++i) Step();
    Finish();
    return std::move(result_);
  }

 private:
  bool Healthy() const { return result_.findings.empty() && world_.is_open(); }

  void Step() {
    for (std::uint64_t i = random_.Uniform(3); i > 0; --i) world_.executor().RunOne();
    if (random_.OneIn(8)) world_.clock().Advance(random_.Uniform(3000));
    const std::uint64_t draw = random_.Uniform(1000);
    if (draw < 10) return Disturb(world_->Flush(), "flushes");
    if (draw < 13) return Disturb(world_->CompactRange(std::nullopt, std::nullopt), "compactions");
    if (draw < 15) return EndWorld(&SimulatedRun::Reopen);
    if (draw < 17) return EndWorld(&SimulatedRun::Die);
    if (draw < 18 && synced_) PlanFault();
    clients_[random_.Uniform(clients_.size())]->Step();
    if (faulty_->fired()) EndWorld(&SimulatedRun::Die);
  }

  // An operation of the disk in the near future fails, and then all do: the store dies in the
  // middle of something, and a client doesn't learn what became of its commit.
  void PlanFault() {
    around_.may_fail = true;
    faulty_->SetPlan({.fail_at = random_.Uniform(20), .crash = true});
    ++result_.counts["faults_planned"];
  }

  void Disturb(const Status& done, const std::string& what) {
    ++result_.counts[what];
    if (faulty_->fired() || (!done && around_.may_fail)) return EndWorld(&SimulatedRun::Die);
    Expect(done, what);
  }

  // --- ends of a store's life ---

  void EndWorld(void (SimulatedRun::*end)()) {
    for (const auto& client : clients_) client->Abandon();
    (this->*end)();
    Open();
  }

  void Reopen() {
    ++result_.counts["reopens"];
    const Status closed = world_.Close();
    if (!around_.may_fail) Expect(closed, "closing");
  }

  // With the power, when what was acknowledged is on the disk; otherwise the process alone.
  void Die() {
    if (synced_) {
      ++result_.counts["power_cuts"];
      world_.PowerCut(static_cast<CrashKind>(random_.Uniform(kCrashKinds)), random_);
    } else {
      ++result_.counts["kills"];
      world_.Kill();
    }
  }

  void Open() {
    if (!result_.findings.empty()) return;
    around_.may_fail = false;
    faulty_ = NewFaultyFileSystem(world_.disk());
    Expect(world_.Open(faulty_.get()), "opening");
    around_.db = world_.is_open() ? &world_.db() : nullptr;
  }

  void Finish() {
    if (Healthy() && around_.may_fail) EndWorld(&SimulatedRun::Die);  // A fault may be to come.
    for (int steps = 0; steps < 100 && Healthy(); ++steps) {
      for (const auto& client : clients_) {
        if (!client->idle()) client->Step();
      }
    }
    for (const auto& client : clients_) client->Abandon();
    if (Healthy()) {
      for (auto& finding : workload_->Judge(around_, &result_.counts)) Find(std::move(finding));
    }
    for (const auto& client : clients_) {
      for (const auto& finding : client->findings()) Find(finding);
      for (const auto& [name, count] : client->counts()) result_.counts[name] += count;
    }
  }

  // --- helpers ---

  Options DrawOptions() {
    Options options = testing::DrawOptions(random_);
    if (random_.OneIn(2)) options.sync = SyncMode::kAlways;
    synced_ = options.sync == SyncMode::kAlways;
    return options;
  }

  void Expect(const Status& status, const std::string& doing) {
    if (!status) Find(doing + ": " + status.error().message());
  }

  void Find(std::string finding) {
    result_.findings.push_back("seed " + std::to_string(plan_.seed) + ": " + std::move(finding));
  }

  const RunPlan plan_;
  Random random_;
  const std::uint32_t client_count_;
  bool synced_ = false;
  RunResult result_;
  Surroundings around_;
  std::unique_ptr<Workload> workload_;
  std::unique_ptr<FaultyFileSystem> faulty_;  // Outlives the store.
  StoreWorld world_;
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace

RunResult RunSimulated(const RunPlan& plan) {
  return SimulatedRun(plan).Run();
}

}  // namespace strata::isolation
