#include "isolation/world_run.h"

#include "sim/graveyard.h"
#include "sim/node.h"
#include "sim/world.h"
#include "testing/random_options.h"

namespace strata::isolation {
namespace {

constexpr std::uint64_t kPoints = 20'000;  // About so many has a run.

class WorldRun {
 public:
  explicit WorldRun(const WorldPlan& plan)
      : plan_(plan),
        random_(plan.seed),
        world_({.schedule = sim::Schedule::Of(plan.seed, kPoints), .mutant = plan.mutant}),
        node_(world_.AddNode({.name = "store", .low_threads = 2})),
        client_count_(static_cast<std::uint32_t>(random_.Between(2, 6))),
        workload_(plan.workload(client_count_)) {
    around_.level = plan.level;
    around_.styles = plan.styles;
    around_.locks_alone = plan.locks_alone;
    around_.lock_timeout_ms = plan.lock_timeout_ms;
  }
  WorldRun(const WorldRun&) = delete;
  WorldRun& operator=(const WorldRun&) = delete;
  // A store that isn't closed stays, as somebody may be in the middle of using it.
  ~WorldRun() {
    if (around_.db != nullptr) sim::Bury(std::shared_ptr<void>(around_.db, [](void*) {}));
    if (!result_.findings.empty()) {
      for (auto& client : clients_) sim::Bury(std::shared_ptr<void>(std::move(client)));
    }
  }

  RunResult Run() {
    Do("opening", [this] { Open(); });
    for (std::uint32_t i = 0; i < client_count_ && healthy(); ++i) {
      clients_.push_back(workload_->NewClient(around_, i, random_.Next()));
      node_.Spawn("client " + std::to_string(i), [this, i] { RunClient(*clients_[i]); });
    }
    if (healthy()) node_.Spawn("maintainer", [this] { Maintain(); });
    RunAll();
    Do("judging", [this] { Judge(); });
    Do("closing", [this] { Close(); });
    result_.counts["points"] += world_.points();
    result_.counts["switches"] += world_.switches();
    return result_;
  }

 private:
  bool healthy() const { return result_.findings.empty(); }

  void Do(const std::string& name, std::function<void()> body) {
    if (!healthy()) return;
    node_.Spawn(name, std::move(body));
    RunAll();
  }

  void RunAll() {
    if (!healthy()) return;
    const sim::Outcome outcome = world_.Run();
    if (!outcome.done()) Find(outcome.report);
  }

  void Open() {
    Options options = testing::DrawOptions(random_);
    if (random_.OneIn(2)) options.sync = SyncMode::kAlways;
    options.environment = &node_.environment();
    auto opened = DB::Open(options, "db");
    if (!opened) return Find("opening: " + opened.error().message());
    around_.db = opened->release();
    Expect(workload_->Prepare(*around_.db), "preparing");
  }

  void RunClient(Client& client) const {
    while (client.ended() < plan_.transactions && client.findings().empty()) client.Step();
    client.Abandon();
  }

  void Maintain() {
    for (int i = 0; i < 6; ++i) {
      node_.clock().SleepMicros(random_.Uniform(4000));
      Expect(
          i % 3 == 2 ? around_.db->CompactRange(std::nullopt, std::nullopt) : around_.db->Flush(),
          "maintenance");
    }
  }

  void Judge() {
    for (const auto& client : clients_) {
      for (const auto& finding : client->findings()) Find(finding);
      for (const auto& [name, count] : client->counts()) result_.counts[name] += count;
    }
    if (!healthy()) return;
    for (const auto& finding : workload_->Judge(around_, &result_.counts)) Find(finding);
  }

  void Close() {
    const std::unique_ptr<DB> owned(std::exchange(around_.db, nullptr));
    Expect(owned->Close(), "closing");
  }

  void Expect(const Status& status, const std::string& doing) {
    if (!status) Find(doing + ": " + status.error().message());
  }

  void Find(const std::string& finding) {
    result_.findings.push_back("seed " + std::to_string(plan_.seed) + ": " + finding);
  }

  const WorldPlan plan_;
  Random random_;
  sim::World world_;
  sim::Node& node_;
  const std::uint32_t client_count_;
  RunResult result_;
  Surroundings around_;
  std::unique_ptr<Workload> workload_;
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace

RunResult RunInWorld(const WorldPlan& plan) {
  return WorldRun(plan).Run();
}

}  // namespace strata::isolation
