#include <catch2/catch.hpp>

#include <map>

#include "base/random.h"
#include "compaction/policy.h"
#include "compaction/simulated_tree.h"
#include "testing/results.h"

namespace strata::compaction {
namespace {

Options RandomOptions(Random& random) {
  Options options;
  options.memtable_bytes = 2000;
  options.table_bytes = random.Between(100, 1000);
  options.level0_runs = static_cast<int>(random.Between(1, 4));
  options.level1_bytes = random.Between(500, 4000);
  options.level_multiplier = static_cast<int>(random.Between(2, 10));
  options.tiered_runs = static_cast<int>(random.Between(2, 5));
  options.unified_w = std::to_string(static_cast<int>(random.Uniform(9)) - 4) + "," +
                      std::to_string(static_cast<int>(random.Uniform(9)) - 4);
  options.window_us = random.Between(1, 20);
  constexpr CompactionStyle kStyles[] = {CompactionStyle::kLeveled, CompactionStyle::kTiered,
                                         CompactionStyle::kUnified, CompactionStyle::kTimeWindow};
  options.compaction = kStyles[random.Uniform(4)];
  return options;
}

bool Same(const CompactionJob& a, const CompactionJob& b) {
  return a.inputs == b.inputs && a.output == b.output && a.trivial_move == b.trivial_move &&
         a.reason == b.reason && a.score == b.score;
}

// Writes, flushes, and carries out jobs one, two or three at a time, each ending when chance says.
class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed), options_(RandomOptions(random_)) {
    policy_ = testing::Must(MakePolicy(options_));
  }

  void Turn() {
    now_us_ += random_.Uniform(3);
    if (random_.OneIn(40)) ChangePolicy();
    if (random_.OneIn(2)) Flush();
    if (running_.size() < 3) Start();
    if (random_.OneIn(60)) StartManual();
    while (!running_.empty() && random_.OneIn(2)) FinishOne();
    CheckReads();
  }

  // With nothing more written, work comes to an end.
  void Settle() {
    for (int jobs = 0;; ++jobs) {
      REQUIRE(jobs < 1000);
      while (!running_.empty()) FinishOne();
      Start();
      if (running_.empty()) break;
    }
    const Debt debt = policy_->EstimateDebt(tree_.view(), now_us_);
    CHECK(debt.bytes == 0);
    CHECK(debt.runs == 0);
  }

  // At rest work comes to an end too, whatever is due in between.
  void Rest() {
    for (int rounds = 0; rounds < 1000; ++rounds) {
      Settle();
      for (const CompactionJob& job :
           policy_->PickAtRest({.tree = tree_.view(), .busy = busy_, .now_us = now_us_})) {
        Begin(job);
      }
      if (running_.empty()) return;
    }
    FAIL("there is always something left to merge at rest");
  }

  void CheckReads() const {
    for (const auto& [key, newest] : newest_) {
      const auto found = tree_.Find(key, nullptr);
      CAPTURE(policy_->name(), key);
      if (found.has_value()) {
        CHECK(found->sequence == newest.sequence);
      } else {
        CHECK(newest.deleted);
      }
    }
  }

 private:
  struct Running {
    CompactionJob job;
    std::vector<SimulatedEntry> merged;
  };

  void ChangePolicy() {
    // A store is closed and opened with other options: nothing runs meanwhile.
    while (!running_.empty()) FinishOne();
    options_ = RandomOptions(random_);
    policy_ = testing::Must(MakePolicy(options_));
  }

  void Flush() {
    std::map<std::uint64_t, SimulatedEntry> memtable;
    const std::uint64_t from = random_.Uniform(60);  // Some flushes are narrow, some wide.
    const std::uint64_t width = random_.Between(1, 60);
    for (std::uint64_t i = random_.Between(1, 20); i > 0; --i) {
      const std::uint64_t key = from + random_.Uniform(width);
      memtable[key] = {.key = key, .sequence = ++sequence_, .deleted = random_.OneIn(4)};
    }
    std::vector<SimulatedEntry> entries;
    for (const auto& [key, entry] : memtable) {
      entries.push_back(entry);
      newest_[key] = entry;
    }
    tree_.Flush(std::move(entries), now_us_);
  }

  void Start() {
    const PolicyInput input{.tree = tree_.view(), .busy = busy_, .now_us = now_us_};
    const auto jobs = policy_->Pick(input);
    const auto again = policy_->Pick(input);
    REQUIRE(jobs.size() == again.size());
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      CHECK(Same(jobs[i], again[i]));
      CHECK(jobs[i].score >= 1);
      Begin(jobs[i]);
    }
  }

  void StartManual() {
    KeyRange range;
    if (random_.OneIn(2)) range.lower = SimulatedTree::KeyName(random_.Uniform(120));
    if (random_.OneIn(2)) range.upper = SimulatedTree::KeyName(random_.Uniform(120));
    const ManualPick pick = PickManual(tree_.view(), range, busy_, options_);
    if (pick.job) Begin(*pick.job);
  }

  void Begin(const CompactionJob& job) {
    REQUIRE_FALSE(job.inputs.empty());
    for (const FileNumber number : job.inputs) REQUIRE(busy_.insert(number).second);
    running_.push_back({job, job.trivial_move ? std::vector<SimulatedEntry>() : tree_.Merge(job)});
  }

  void FinishOne() {
    const std::size_t i = random_.Uniform(running_.size());
    Running done = std::move(running_[i]);
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
    for (const FileNumber number : done.job.inputs) busy_.erase(number);
    tree_.Install(done.job, std::move(done.merged));
  }

  Random random_;
  Options options_;
  std::unique_ptr<const Policy> policy_;
  SimulatedTree tree_{100};
  std::map<std::uint64_t, SimulatedEntry> newest_;
  std::vector<Running> running_;
  TableSet busy_;
  SequenceNumber sequence_ = 0;
  std::uint64_t now_us_ = 1000;
};

}  // namespace

TEST_CASE("no policy, nor any change between them, puts older data before newer",
          "[compaction-policies]") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    World world(seed);
    for (int turn = 0; turn < 100; ++turn) world.Turn();
    world.Settle();
    world.CheckReads();
    world.Rest();
    world.CheckReads();
  }
}

}  // namespace strata::compaction
