#include "reliability/full_disk.h"

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/random.h"
#include "io/faulty_file_system.h"
#include "reliability/workloads.h"

namespace strata::testing {
namespace {

struct Window {
  std::uint64_t from = UINT64_MAX;
  std::uint64_t to = UINT64_MAX;
};

enum class End : std::uint8_t { kClose, kKill, kPowerCut };

class Life {
 public:
  Life(const Options& options, const Window& window, End end)
      : window_(window), end_(end), random_(51) {
    auto disk = NewMemoryFileSystem();
    files_ = NewFaultyFileSystem(*disk);
    world_.emplace(std::move(disk), options, /*seed=*/51);
  }

  // What is wrong, or nothing.
  std::optional<std::string> Run() {
    if (Status opened = world_->Open(files_.get()); !opened) return Text(opened);
    files_->SetPlan({.fail_at = window_.from,
                     .fault = Fault::kFullDisk,
                     .sticky = true,
                     .heals_at = window_.to});
    for (int step = 1; step <= 60 && !wrong_; ++step) Step(step);
    operations_ = files_->operations();
    fired_ = files_->fired();
    const bool heals_first = random_.OneIn(2);
    if (heals_first) Heal();
    if (!wrong_) Reopen();
    return wrong_;
  }

  std::uint64_t operations() const { return operations_; }
  bool fired() const { return fired_; }
  std::uint64_t refused() const { return refused_; }

 private:
  static std::string Text(const Status& status) { return status.error().message(); }

  void Step(int step) {
    step_ = step;
    Write("", kDefaultTable);
    for (const auto& [name, table] : tables_) Write(name + "/", table);
    if (step % 12 == 2) CreateTable("t" + std::to_string(step));
    if (step % 20 == 19 && !tables_.empty()) DropTable(tables_.begin()->first);
    if (step % 9 == 5) Take((*world_)->Flush());
    if (step % 13 == 11) Sync();
    if (step % 25 == 17) Take((*world_)->CompactRange(std::nullopt, std::nullopt));
    if (step % 4 == 1) world_->executor().RunOne();
    if (step % 10 == 0) Pass();
  }

  // Timers ring that are due by then.
  void Pass(std::uint64_t seconds = 10) {
    world_->clock().Advance(seconds * 1'000'000);
    while (world_->executor().RunOne()) {
    }
  }

  // An operation may find no room, and nothing else is a reason to fail.
  bool Take(const Status& status) {
    if (status) return true;
    ++refused_;
    if (status.error().code() != ErrorCode::kNoSpace) Wrong(Text(status));
    if (!(*world_)->Stats().read_only_cause.empty()) Wrong("the store takes no more writes");
    if (refused_ % 5 == 1) Check("after a refusal");
    return false;
  }

  void Write(const std::string& prefix, TableRef table) {
    Changes changes;
    WriteBatch batch;
    for (std::uint64_t i = 0; i <= random_.Uniform(3); ++i) {
      const std::string key = "key" + std::to_string(random_.Uniform(12));
      if (random_.OneIn(6)) {
        batch.Delete(key, {.table = table});
        changes.push_back({prefix + key, std::nullopt});
        continue;
      }
      const std::string value = std::to_string(step_) + random_.Bytes(random_.Uniform(300));
      batch.Put(key, value, {.table = table});
      changes.push_back({prefix + key, value});
    }
    Do(std::move(changes), [&] { return (*world_)->Write(batch); });
  }

  template <typename Operation>
  bool Do(Changes changes, const Operation& operation) {
    if (wrong_) return false;
    history_.Issue(std::move(changes));
    const Status done = operation();
    if (done) {
      history_.Acknowledge(world_->options().sync == SyncMode::kAlways);
    } else {
      history_.Refuse();
    }
    return Take(done);
  }

  void CreateTable(const std::string& name) {
    const auto table = (*world_)->CreateTable(name, {});
    if (Take(table ? Status() : Status(table.error()))) tables_[name] = *table;
  }

  void DropTable(const std::string& name) {
    Changes changes;
    for (const auto& [key, value] : history_.now()) {
      if (key.starts_with(name + "/")) changes.push_back({key, std::nullopt});
    }
    if (Do(std::move(changes), [&] { return (*world_)->DropTable(name); })) tables_.erase(name);
  }

  void Sync() {
    if (Take((*world_)->Sync())) history_.MarkDurable();
  }

  void Check(const std::string& when) {
    const auto found = world_->ReadAll();
    if (!found) return Wrong(when + ", reading: " + found.error().message());
    if (const auto wrong = history_.Explain(*found, Promise::kAcknowledged)) {
      Wrong(when + ": " + *wrong);
    }
  }

  // There is room: nobody does anything, and the store takes writes.
  void Heal() {
    files_->SetPlan({});
    Pass();
    const std::uint64_t before = refused_;
    Write("", kDefaultTable);
    Take((*world_)->Flush());
    if (refused_ > before) Wrong("there is room, and yet something was refused");
    Pass(100);  // Merges are tried again after a minute at most.
    if (!(*world_)->Stats().waiting_cause.empty()) Wrong("there is room, and yet something waits");
    Check("with room");
  }

  void Reopen() {
    const bool all_durable = End_();
    files_->SetPlan({});
    for (int round = 0; round < 2; ++round) {
      const std::string when = round == 0 ? "reopened" : "after another power cut";
      if (Status opened = world_->Open(); !opened) return Wrong(when + ": " + Text(opened));
      auto found = world_->ReadAll();
      if (!found) return Wrong(when + ", reading: " + found.error().message());
      const bool exact = round == 0 && all_durable;
      const auto wrong =
          history_.Explain(*found, exact ? Promise::kAcknowledged : Promise::kDurable);
      if (wrong) return Wrong(when + ": " + *wrong);
      history_.Restart(*std::move(found));
      if (Status put = world_->Write({{"late", "1"}}, &history_, {.sync = true}); !put) {
        return Wrong(when + ", writing: " + Text(put));
      }
      world_->PowerCut(CrashKind::kNothingUnsynced, random_);
    }
  }

  // True if all that was acknowledged must be there.
  bool End_() {
    if (end_ == End::kPowerCut) {
      world_->PowerCut(static_cast<CrashKind>(random_.Uniform(kCrashKinds)), random_);
      return false;
    }
    if (end_ == End::kKill) {
      world_->Kill();
    } else {
      (void)world_->Close().has_value();  // There may be no room to say that all is well.
    }
    return true;
  }

  void Wrong(const std::string& what) {
    if (!wrong_) wrong_ = "step " + std::to_string(step_) + ": " + what;
  }

  const Window window_;
  const End end_;
  Random random_;
  std::unique_ptr<FaultyFileSystem> files_;  // Before the world: goes last.
  std::optional<StoreWorld> world_;
  History history_;
  std::map<std::string, TableRef> tables_;
  int step_ = 0;
  std::uint64_t operations_ = 0;
  std::uint64_t refused_ = 0;
  bool fired_ = false;
  std::optional<std::string> wrong_;
};

}  // namespace

FullDiskReport SweepFullDisks(const Options& options, std::uint64_t stride) {
  FullDiskReport report;
  Life healthy(options, {}, End::kClose);
  const auto wrong = healthy.Run();
  if (wrong || healthy.refused() > 0) report.failures.push_back(wrong.value_or("refused"));
  std::uint64_t lives = 0;
  for (std::uint64_t from = 0; from < healthy.operations(); from += stride) {
    for (const std::uint64_t length : {1, 4, 30, 1'000'000}) {
      if (report.failures.size() >= 5) return report;
      const auto end = static_cast<End>(lives++ % 3);
      Life life(options, {.from = from, .to = from + length}, end);
      if (const auto found = life.Run()) {
        report.failures.push_back("full from operation " + std::to_string(from) + " for " +
                                  std::to_string(length) + ", end " +
                                  std::to_string(static_cast<int>(end)) + ": " + *found);
      }
      report.full_disks += life.fired() ? 1 : 0;
      report.refused += life.refused();
    }
  }
  return report;
}

}  // namespace strata::testing
