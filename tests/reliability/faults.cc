#include "reliability/faults.h"

#include <algorithm>
#include <optional>

#include "io/faulty_file_system.h"

namespace strata::testing {
namespace {

std::string FaultName(Fault fault) {
  static constexpr const char* kNames[] = {"EIO",
                                           "ENOSPC",
                                           "EDQUOT",
                                           "EMFILE",
                                           "EROFS",
                                           "short write",
                                           "sync keeps data",
                                           "sync reverts data",
                                           "sync loses on crash"};
  return kNames[static_cast<int>(fault)];
}

// One life of a store whose disk fails once.
class Life {
 public:
  Life(const FaultSweepOptions& options, const FaultPlan& plan) : options_(options), plan_(plan) {
    auto disk = NewMemoryFileSystem();
    files_ = NewFaultyFileSystem(*disk);
    world_.emplace(std::move(disk), options.store, options.shape.seed);
  }

  // What is wrong, or nothing.
  std::optional<std::string> Run() {
    files_->SetPlan(plan_);
    Status done = world_->Open(files_.get());
    if (done) done = MakeWorkload(options_.shape)(*world_, history_, files_.get());
    fired_ = files_->fired();
    operations_ = files_->operations();
    fired_at_ = files_->fired_at();
    if (fired_) where_ = FileOperationName(files_->events()[fired_at_].operation);
    survived_ = done.has_value();
    if (!fired_) return done ? std::nullopt : std::optional("no fault, and yet: " + Text(done));
    if (world_->is_open()) {
      if (auto wrong = CheckAfterFault()) return wrong;
    }
    return CheckHealed();
  }

  bool fired() const { return fired_; }
  std::uint64_t fired_at() const { return fired_at_; }
  bool survived() const { return survived_; }
  bool read_only() const { return read_only_; }
  bool resumed() const { return resumed_; }
  std::uint64_t operations() const { return operations_; }
  const std::string& where() const { return where_; }

 private:
  static std::string Text(const Status& status) { return status.error().message(); }

  // While the fault may go on: reads are right or fail, and once a write failed none succeeds.
  std::optional<std::string> CheckAfterFault() {
    if (const auto found = world_->ReadAll()) {
      if (const auto wrong = history_.Explain(*found, Promise::kAcknowledged)) {
        return "after the fault, reading: " + *wrong;
      }
    }
    const bool write_failed = history_.unknown() > 0;
    if (!write_failed) return CheckGoesOn();
    read_only_ = true;
    files_->SetPlan({});  // The disk is well again, and yet:
    if (world_->Write({{"late", "1"}}, &history_).error().code() == ErrorCode::kAborted) {
      return "a write was acknowledged after one had failed";
    }
    if ((*world_)->Sync()) return "a sync succeeded after a write had failed";
    return std::nullopt;
  }

  // A store that isn't read-only takes writes again once the disk is well, within some seconds.
  std::optional<std::string> CheckGoesOn() {
    if (survived_ || !(*world_)->Stats().read_only_cause.empty()) return std::nullopt;
    files_->SetPlan({});
    world_->clock().Advance(10'000'000);
    while (world_->executor().RunOne()) {
    }
    if (Status late = world_->Write({{"late", "1"}}, &history_); !late) {
      return "the disk is well, but a write is refused: " + Text(late);
    }
    resumed_ = true;
    return std::nullopt;
  }

  // A new process on a disk that is well again; then the power goes; then another.
  std::optional<std::string> CheckHealed() {
    files_->SetPlan({});
    Random random(options_.shape.seed + plan_.fail_at);
    // A close that says that all is well has made everything durable.
    if (world_->is_open() && world_->Close() && history_.unknown() == 0) history_.MarkDurable();
    if (random.OneIn(2)) world_->PowerCut(CrashKind::kNothingUnsynced, random);
    for (int round = 0; round < 3; ++round) {
      const std::string when = round == 0 ? "reopened: " : "after a power cut: ";
      if (Status opened = world_->Open(); !opened) return when + "doesn't open: " + Text(opened);
      auto found = world_->ReadAll();
      if (!found) return when + "can't be read: " + found.error().message();
      if (const auto wrong = history_.Explain(*found, Promise::kDurable)) return when + *wrong;
      history_.Restart(*std::move(found));
      world_->PowerCut(round == 0 ? CrashKind::kNothingUnsynced
                                  : static_cast<CrashKind>(random.Uniform(kCrashKinds)),
                       random);
    }
    return std::nullopt;
  }

  const FaultSweepOptions& options_;
  const FaultPlan plan_;
  std::unique_ptr<FaultyFileSystem> files_;  // Before the world: goes last.
  std::optional<StoreWorld> world_;
  History history_;
  bool fired_ = false;
  bool survived_ = false;
  bool read_only_ = false;
  bool resumed_ = false;
  std::uint64_t fired_at_ = 0;
  std::uint64_t operations_ = 0;
  std::string where_;
};

void SweepFault(const FaultSweepOptions& options, Fault fault, bool sticky, FaultReport* report) {
  for (std::uint64_t at = options.first;;) {
    if (report->failures.size() >= options.failures_max) return;
    Life life(options, {.fail_at = at, .fault = fault, .sticky = sticky});
    const auto wrong = life.Run();
    if (wrong) {
      report->failures.push_back(FaultName(fault) + (sticky ? " from" : " at") + " operation " +
                                 std::to_string(life.fired_at()) + " (" + life.where() + ", seed " +
                                 std::to_string(options.shape.seed) + "): " + *wrong);
    }
    if (!life.fired()) return;
    ++report->faults;
    report->survived += life.survived() ? 1 : 0;
    report->read_only += life.read_only() ? 1 : 0;
    report->resumed += life.resumed() ? 1 : 0;
    ++report->by_operation[life.where()];
    at = life.fired_at() + options.every;  // Operations that can't have this fault are passed over.
  }
}

}  // namespace

std::vector<Fault> AllFaults() {
  return {Fault::kEio,           Fault::kEnospc,          Fault::kEdquot,
          Fault::kEmfile,        Fault::kErofs,           Fault::kShortWrite,
          Fault::kSyncKeepsData, Fault::kSyncRevertsData, Fault::kSyncLosesOnCrash};
}

std::vector<Fault> SyncFaults() {
  return {Fault::kSyncKeepsData, Fault::kSyncRevertsData, Fault::kSyncLosesOnCrash};
}

FaultReport SweepFaults(const FaultSweepOptions& options) {
  FaultReport report;
  Life healthy(options, {});
  if (const auto wrong = healthy.Run()) {
    report.failures.push_back(*wrong);
    return report;
  }
  report.operations = healthy.operations();
  for (const Fault fault : options.faults) {
    for (const bool sticky : {false, true}) SweepFault(options, fault, sticky, &report);
  }
  return report;
}

FullDisk FillDisk(const FaultSweepOptions& options, std::uint64_t capacity) {
  StoreWorld world(NewMemoryFileSystem(), options.store, options.shape.seed);
  world.disk().SetCapacity(capacity);
  History history;
  Status done = world.Open();
  if (done) done = MakeWorkload(options.shape)(world, history, nullptr);
  if (done) return {};
  const ErrorCode code = done.error().code();
  if (code != ErrorCode::kNoSpace && code != ErrorCode::kReadOnly) {
    return {true, "an error of another kind: " + done.error().message()};
  }
  if (world.is_open() && world.Close()) history.MarkDurable();
  world.disk().SetCapacity(0);
  if (Status opened = world.Open(); !opened)
    return {true, "doesn't open: " + opened.error().message()};
  const auto found = world.ReadAll();
  if (!found) return {true, "can't be read: " + found.error().message()};
  if (auto wrong = history.Explain(*found, Promise::kAcknowledged)) {
    return {true, *wrong};
  }
  history.Restart(*found);
  if (Status put = world.Write({{"room", "again"}}, &history); !put) {
    return {true, "takes no write: " + put.error().message()};
  }
  return {true, ""};
}

}  // namespace strata::testing
