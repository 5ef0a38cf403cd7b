#include "commit/commit_queue.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/mutant.h"
#include "commit/fake_background.h"
#include "testing/gated_file_system.h"
#include "testing/parts_world.h"
#include "testing/results.h"
#include "wal/batch_format.h"
#include "wal/log_reader.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Outcome;
using testing::Parts;
using testing::PartsWorld;

CommitParts PartsOf(Parts& parts, BackgroundWork& background) {
  return {.context = parts.context,
          .health = parts.health,
          .reader = parts.reader,
          .trees = parts.trees,
          .versions = parts.versions,
          .journal = parts.journal,
          .direct_writer = parts.direct_writer,
          .background = background};
}

Status Write(CommitQueue& queue, const WriteBatch& batch, bool sync) {
  std::optional<FailedCondition> failed;
  SequenceNumber first = 0;
  return queue.Write(batch, sync,
                     /*now_us=*/0, &failed, &first);
}

Status Put(CommitQueue& queue, std::string_view key, std::string_view value, bool sync = false) {
  WriteBatch batch;
  batch.Put(key, value);
  return Write(queue, batch, sync);
}

// "a=1 | b=2 c=3 | ": the entries of a log, a group after the other.
std::string GroupsIn(const MemoryFileSystem& disk, FileNumber log) {
  const std::string contents = Must(disk.Contents(JoinPath("db", LogFileName(log))));
  wal::LogReader reader(contents);
  std::string text;
  while (const auto record = Must(reader.Next())) {
    const Status read = wal::ForEachEntry(record->payload, 1, [&](const wal::BatchEntry& entry) {
      text += std::string(entry.key) + "=" + std::string(entry.value) + " ";
      return Status();
    });
    text += read ? "| " : "? ";
  }
  return text;
}

// Threads, and how often those who wait looked whether what they wait for is so.
class CountingExecutor final : public Executor {
 public:
  void Schedule(Priority priority, Job job) override {
    threads_->Schedule(priority, std::move(job));
  }
  void ScheduleAfter(std::uint64_t delay_micros, Job job) override {
    threads_->ScheduleAfter(delay_micros, std::move(job));
  }
  void WaitUntil(Mutex& mutex, const std::function<bool()>& condition) override
      STRATA_REQUIRES(mutex) {
    threads_->WaitUntil(mutex, Counted(condition));
  }
  void NotifyAll() override { threads_->NotifyAll(); }
  void WaitOn(WaitPoint& point, Mutex& mutex, const std::function<bool()>& holds) override
      STRATA_REQUIRES(mutex) {
    bool slept = false;
    const auto look = [&] {
      const bool held = holds();
      if (!held && !std::exchange(slept, true)) ++asleep_;
      return held;
    };
    threads_->WaitOn(point, mutex, Counted(look));
    if (slept) --asleep_;
  }
  void Notify(WaitPoint& point) override { threads_->Notify(point); }
  bool Yield() override {
    if (on_yield) on_yield();
    return threads_->Yield();
  }
  int concurrency() const override { return threads_->concurrency(); }

  int looks() const { return looks_; }
  int asleep() const { return asleep_; }  // Threads in WaitOn that found something to wait for.

  std::function<void()> on_yield;  // Set before threads start.

 private:
  std::function<bool()> Counted(const std::function<bool()>& condition) {
    return [this, &condition] {
      ++looks_;
      return condition();
    };
  }

  const std::unique_ptr<Executor> threads_ = NewThreadExecutor(1, 1, RealClock());
  std::atomic<int> looks_ = 0;
  std::atomic<int> asleep_ = 0;
};

// A queue on real threads, over a disk whose logs' syncs wait at a gate.
struct ThreadedQueue {
  explicit ThreadedQueue(Clock& clock = RealClock())
      : environment{
            .files = &files, .clock = &clock, .executor = &executor, .entropy = SeededEntropy(7)} {
    files.GateOnly(".wal");
    STRATA_CHECK(parts.Open().has_value());
  }
  // One writer is in a sync; the others are in line behind it, in this order.
  void QueueUp(const std::vector<std::function<void()>>& writers) {
    files.CloseGate();
    threads.emplace_back([this] { (void)Put(queue, "a", "0", /*sync=*/true).has_value(); });
    while (files.waiting() == 0) std::this_thread::yield();
    for (std::size_t i = 0; i < writers.size(); ++i) {
      threads.emplace_back(writers[i]);
      AwaitInLine(i + 2);
    }
  }
  void AwaitInLine(std::size_t count) {
    while (parts.Locked([&] { return queue.size(); }) < count) std::this_thread::yield();
  }
  void OpenGateAndJoin() {
    files.OpenGate();
    for (std::thread& thread : threads) thread.join();
  }
  std::function<void()> Putting(const std::string& key, const std::string& value, bool sync) {
    return [this, key, value, sync] { (void)Put(queue, key, value, sync).has_value(); };
  }

  std::unique_ptr<MemoryFileSystem> disk = NewMemoryFileSystem();
  testing::GatedFileSystem files{*disk};
  CountingExecutor executor;
  Environment environment;
  Parts parts{environment, {.memtable = MemtableKind::kSkipList}};
  testing::FakeBackground background;
  CommitQueue queue{PartsOf(parts, background)};
  std::vector<std::thread> threads;
};

TEST_CASE("those behind a sync are one group, in their order, with one record and one sync",
          "[group-commit][group-commit.1][concurrency]") {
  ThreadedQueue world;
  const std::uint64_t syncs = world.parts.context.counters.Get(Counter::kWalSyncs);
  world.QueueUp({world.Putting("k", "1", true), world.Putting("b", "2", false),
                 world.Putting("k", "3", true)});
  world.OpenGateAndJoin();
  CHECK(GroupsIn(*world.disk, world.parts.journal.number()) == "a=0 | k=1 b=2 k=3 | ");
  CHECK(world.parts.context.counters.Get(Counter::kWalSyncs) - syncs == 2);
  CHECK(world.parts.context.counters.Get(Counter::kWrites) == 4);
  CHECK(world.parts.Get("k") == "3");
  CHECK(world.parts.trees.last_sequence() == 4);
}

TEST_CASE("the log of a group whose leader wants no sync isn't synced for one behind it",
          "[group-commit][concurrency]") {
  ThreadedQueue world;
  world.QueueUp({world.Putting("b", "1", false), world.Putting("c", "2", true)});
  world.OpenGateAndJoin();
  CHECK(GroupsIn(*world.disk, world.parts.journal.number()) == "a=0 | b=1 | c=2 | ");
}

TEST_CASE("a writer is woken when it is due, however many wait before and behind it",
          "[background-work][concurrency]") {
  constexpr int kWriters = 8;
  ThreadedQueue world;
  std::vector<std::function<void()>> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&] { (void)world.queue.SwitchMemTables().has_value(); });  // Alone.
  }
  const int before = world.executor.looks();
  world.QueueUp(writers);
  world.OpenGateAndJoin();
  CHECK(world.executor.looks() - before ==
        2 * kWriters);  // Before it slept, and when it was woken.
}

TEST_CASE("a group's followers are woken once, and those behind it are left alone",
          "[group-commit][group-commit.1][concurrency]") {
  ThreadedQueue world;
  const auto task = [&] { (void)world.queue.SwitchMemTables().has_value(); };
  std::vector<std::function<void()>> writers;
  for (int i = 0; i < 4; ++i) writers.push_back(world.Putting("b", "1", true));
  for (int i = 0; i < 2; ++i) writers.emplace_back(task);
  for (int i = 0; i < 4; ++i) writers.push_back(world.Putting("c", "2", true));
  const int before = world.executor.looks();
  world.QueueUp(writers);
  world.OpenGateAndJoin();
  CHECK(GroupsIn(*world.disk, world.parts.journal.number()) == "c=2 c=2 c=2 c=2 | ");
  CHECK(world.executor.looks() - before == 2 * 10);
}

TEST_CASE("a task comes when its turn is, and runs alone", "[tables][concurrency]") {
  ThreadedQueue world;
  std::string seen;
  const std::function<Status()> task = [&] {
    seen = world.parts.Get("b") + " " + world.parts.Get("c");
    return Error(ErrorCode::kBusy, "the task's own");
  };
  Status told;
  world.QueueUp({world.Putting("b", "1", false), [&] { told = world.queue.RunAtFront(task); },
                 world.Putting("c", "2", false)});
  world.OpenGateAndJoin();
  CHECK(seen == "1 none");
  CHECK(Outcome(told) == "busy: the task's own");
  CHECK_FALSE(world.parts.health.failed());
  CHECK(world.parts.Get("c") == "2");
  CHECK(GroupsIn(*world.disk, world.parts.journal.number()) == "a=0 | b=1 | c=2 | ");
}

TEST_CASE("a leader waits for those whom the last sync served, and takes them along",
          "[group-commit][group-commit.2][concurrency]") {
  ManualClock clock;
  ThreadedQueue world(clock);
  std::thread late;
  world.executor.on_yield = [&] {
    if (late.joinable()) return;
    late = std::thread(world.Putting("d", "3", true));
    world.AwaitInLine(3);
  };
  world.QueueUp({world.Putting("b", "1", true), world.Putting("c", "2", true)});
  clock.Advance(100);  // So long does the sync take that the first is in.
  world.OpenGateAndJoin();
  if (late.joinable()) late.join();
  CHECK(GroupsIn(*world.disk, world.parts.journal.number()) == "a=0 | b=1 c=2 d=3 | ");
}

TEST_CASE("whether to wait is what the leader asks for, not the last in line",
          "[group-commit][group-commit.2][concurrency]") {
  ManualClock clock;
  ThreadedQueue world(clock);
  std::atomic<int> waits = 0;
  world.executor.on_yield = [&] {
    ++waits;
    clock.Advance(10);
  };
  world.QueueUp({world.Putting("b", "1", true), world.Putting("c", "2", false)});
  clock.Advance(1'000);
  world.OpenGateAndJoin();
  CHECK(GroupsIn(*world.disk, world.parts.journal.number()) == "a=0 | b=1 c=2 | ");
  CHECK(waits == 5);
}

TEST_CASE("a leader waits half a sync at most, and no more than fifty microseconds",
          "[group-commit][group-commit.2][concurrency]") {
  const auto waits_of = [](std::uint64_t sync_us) {
    ManualClock clock;
    ThreadedQueue world(clock);
    int waits = 0;
    world.executor.on_yield = [&] {
      ++waits;
      clock.Advance(10);
    };
    world.QueueUp({world.Putting("b", "1", true), world.Putting("c", "2", true)});
    clock.Advance(sync_us);
    world.OpenGateAndJoin();
    CHECK(GroupsIn(*world.disk, world.parts.journal.number()) == "a=0 | b=1 c=2 | ");
    return waits;
  };
  CHECK(waits_of(40) == 2);
  CHECK(waits_of(60) == 3);
  CHECK(waits_of(1'000) == 5);
}

TEST_CASE("a leader that wants no sync waits for nobody", "[group-commit][concurrency]") {
  ManualClock clock;
  ThreadedQueue world(clock);
  int waits = 0;
  world.executor.on_yield = [&] { ++waits; };
  world.QueueUp({world.Putting("b", "1", false), world.Putting("c", "2", false)});
  clock.Advance(100);
  world.OpenGateAndJoin();
  CHECK(waits == 0);
}

// Large enough that those of a group share the work, and that a group is made of several: it has
// the keys "0.name", "1.name" and so on.
WriteBatch LargeBatch(const std::string& name) {
  WriteBatch batch;
  for (int i = 0; i < 400; ++i) batch.Put(std::to_string(i) + "." + name, std::string(500, 'v'));
  return batch;
}

TEST_CASE("the writers of a large group put in their own batches",
          "[concurrent-inserts][concurrent-inserts.2][concurrency]") {
  constexpr int kWriters = 4;
  ManualClock clock;
  ThreadedQueue world(clock);
  std::vector<std::function<void()>> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&world, i] {
      (void)Write(world.queue, LargeBatch(std::to_string(i)), /*sync=*/true).has_value();
    });
  }
  const int before = world.executor.looks();
  world.QueueUp(writers);
  world.OpenGateAndJoin();
  CHECK(world.parts.context.counters.Get(Counter::kGroupCommits) == 2);
  for (int i = 0; i < kWriters; ++i) {
    CHECK(world.parts.Get("399." + std::to_string(i)) == std::string(500, 'v'));
  }
  // Each is woken to insert, and again when all is done, where otherwise it were woken once.
  CHECK(world.executor.looks() - before > 2 * kWriters);
}

#if defined(STRATA_MUTANTS)
// The thread that calls StopHere stops before the first link that it makes, until it may go on.
struct Stop {
  static inline std::atomic<bool> reached = false;
  static inline std::atomic<bool> may_go_on = false;

  static void StopHere() {
    mutant::SetPauseHook([] {
      mutant::SetPauseHook(nullptr);
      reached = true;
      while (!may_go_on) std::this_thread::yield();
    });
  }
  // Of a list's inserts the first place may be where it gets higher, before it has looked at links.
  static void StopAtLink() {
    mutant::SetPauseHook([] { StopHere(); });
  }
};

TEST_CASE("nothing of a group is seen before the last of its followers is through",
          "[concurrent-inserts][concurrent-inserts.2][concurrency]") {
  ManualClock clock;
  ThreadedQueue world(clock);
  const auto last_sequence = [&] {
    return world.parts.Locked([&] { return world.parts.trees.last_sequence(); });
  };
  Stop::reached = Stop::may_go_on = false;
  const auto leads = [&] { (void)Write(world.queue, LargeBatch("b"), true).has_value(); };
  const auto follows = [&] {
    Stop::StopHere();
    (void)Write(world.queue, LargeBatch("c"), true).has_value();
  };
  world.QueueUp({leads, follows});
  const auto none_in_line = [&] {
    return world.parts.Locked([&] { return world.queue.size(); }) == 0;
  };
  world.files.OpenGate();
  while (!Stop::reached && !none_in_line()) std::this_thread::yield();
  CHECK(Stop::reached);
  // The leader is through with its own batch: it sleeps, or has ended the group.
  while (world.executor.asleep() == 0 && !none_in_line()) std::this_thread::yield();
  CHECK(last_sequence() == 1);
  CHECK(world.parts.Get("0.b") == "none");
  CHECK(world.parts.Get("0.c") == "none");
  Stop::may_go_on = true;
  world.OpenGateAndJoin();
  CHECK(last_sequence() == 801);
  CHECK(world.parts.Get("0.b") == std::string(500, 'v'));
  CHECK(world.parts.Get("399.c") == std::string(500, 'v'));
}

TEST_CASE("while the leader is held up its followers insert, and nothing of theirs is lost",
          "[concurrent-inserts][concurrent-inserts.2][concurrency]") {
  constexpr std::uint64_t kEach = 400;
  constexpr int kLooksMax = 300'000;
  ManualClock clock;
  ThreadedQueue world(clock);
  Stop::reached = Stop::may_go_on = false;
  std::atomic<bool> ended = false;
  const auto leads = [&] {
    Stop::StopAtLink();
    (void)Write(world.queue, LargeBatch("b"), true).has_value();
    ended = true;
  };
  const auto follows = [&] { (void)Write(world.queue, LargeBatch("c"), true).has_value(); };
  world.QueueUp({leads, follows});
  const auto inserted = [&] {
    return world.parts.context.counters.Get(Counter::kMemtableAllocations);
  };
  world.files.OpenGate();
  while (!Stop::reached && !ended) std::this_thread::yield();  // It may hold the store's mutex.
  CHECK(Stop::reached);
  for (int i = 0; i < kLooksMax && inserted() < 1 + kEach; ++i) std::this_thread::yield();
  CHECK(inserted() == 1 + kEach);
  Stop::may_go_on = true;
  world.OpenGateAndJoin();
  std::uint64_t found = 0;
  for (std::uint64_t i = 0; i < kEach; ++i) {
    for (const char* name : {".b", ".c"}) found += world.parts.Get(std::to_string(i) + name).size();
  }
  CHECK(found == 2 * kEach * 500);
}

TEST_CASE("a group fails as a whole when a follower's batch can't be put in",
          "[concurrent-inserts][concurrent-inserts.2][concurrency]") {
  for (const std::size_t bad : {1U, 2U}) {
    CAPTURE(bad);
    ManualClock clock;
    ThreadedQueue world(clock);
    std::vector<WriteBatch> batches = {LargeBatch("b"), LargeBatch("c"), LargeBatch("d")};
    const_cast<char&>(batches[bad].encoded().front()) = '\xff';  // No entry begins so.
    std::vector<Status> told(3);
    std::vector<std::function<void()>> writers;
    for (std::size_t i = 0; i < batches.size(); ++i) {
      writers.emplace_back([&, i] {
        if (i == 3 - bad) Stop::StopHere();
        told[i] = Write(world.queue, batches[i], /*sync=*/true);
      });
    }
    Stop::reached = false;
    Stop::may_go_on = true;
    world.QueueUp(writers);
    world.OpenGateAndJoin();
    CHECK(Stop::reached);  // Each put in its own.
    for (const Status& status : told) CHECK_FALSE(status.has_value());
    CHECK(world.parts.trees.last_sequence() == 1);
    CHECK(world.parts.Get("0.b") == "none");
    CHECK(world.parts.Get("0.d") == "none");
    CHECK(world.parts.health.failed());
  }
}
#endif

// The rest has one writer at a time, on a disk that may fail.
struct World : PartsWorld {
  explicit World(const Options& store_options = {}) : PartsWorld(store_options) {}
  testing::FakeBackground background;
  CommitQueue queue{PartsOf(*parts, background)};
};

TEST_CASE("a log that can't be written to ends all writing, and nothing of the batch is seen",
          "[background-work]") {
  World world;
  REQUIRE(Put(world.queue, "a", "1"));
  const SequenceNumber last = world->trees.last_sequence();
  const Fault fault = GENERATE(Fault::kEio, Fault::kShortWrite, Fault::kSyncKeepsData);
  world.faults->SetPlan({.fail_at = 0, .fault = fault});
  CHECK(CodeOf(Put(world.queue, "a", "2", /*sync=*/true)) == "i/o error");
  CHECK(world->Get("a") == "1");
  CHECK(world->trees.last_sequence() == last);
  CHECK(world->health.failed());
  CHECK(CodeOf(Put(world.queue, "b", "3")) == "read-only");
  CHECK(CodeOf(world.queue.Sync()) == "read-only");
  CHECK(CodeOf(world.queue.SwitchMemTables()) == "read-only");
  CHECK(world->Locked([&] { return world.queue.size(); }) == 0);
}

TEST_CASE("a batch that the log has no room for is refused at once, and the next one gets in",
          "[background-work]") {
  World world;
  REQUIRE(Put(world.queue, "a", "1"));
  const SequenceNumber last = world->trees.last_sequence();
  const bool sync = GENERATE(false, true);
  world.faults->SetPlan({.fail_at = 0, .fault = Fault::kEnospc});
  const std::uint64_t start = world.clock.NowMicros();
  const std::string refused = Outcome(Put(world.queue, "a", "2", sync));
  CHECK(refused.starts_with("no space: "));
  CHECK(
      refused.ends_with("nothing was written. Make room on the disk, and writes are taken again "
                        "at once"));
  CHECK(world.clock.NowMicros() == start);
  CHECK(world->Get("a") == "1");
  CHECK(world->trees.last_sequence() == last);
  CHECK_FALSE(world->health.failed());
  REQUIRE(Put(world.queue, "b", "3", sync));
  REQUIRE(world.queue.Sync());
  world.PowerCut();
  REQUIRE(Outcome(world.Open()) == "ok");
  CHECK(world->Get("a") == "1");
  CHECK(world->Get("b") == "3");
}

// Whatever operation has no room: what was said to be written is there, and nothing else.
TEST_CASE("memtables that can't be switched for want of room are switched when there is some",
          "[background-work]") {
  const SyncMode sync = GENERATE(SyncMode::kNone, SyncMode::kAlways);
  bool fired = true;
  for (std::uint64_t at = 0; fired; ++at) {
    CAPTURE(at);
    World world({.sync = sync});
    REQUIRE(Put(world.queue, "a", "1"));
    world.faults->SetPlan({.fail_at = at, .fault = Fault::kEnospc});
    (void)world.queue.SwitchMemTables().has_value();
    fired = world.faults->fired();
    const auto where =
        fired ? world.faults->events()[world.faults->fired_at()].operation : FileOperation::kAppend;
    CHECK(world->health.failed() ==
          (where == FileOperation::kSync || where == FileOperation::kClose));
    world.faults->SetPlan({});
    const bool written = Put(world.queue, "b", "2", /*sync=*/true).has_value();
    CHECK(written != world->health.failed());
    world.PowerCut();
    REQUIRE(Outcome(world.Open()) == "ok");
    CHECK((!written || world->Get("a") == "1"));
    CHECK((world->Get("b") == "2") == written);
  }
}

TEST_CASE("what was written without a sync is on the disk after the interval, with one timer",
          "[background-work]") {
  World world({.sync = SyncMode::kInterval, .sync_interval_ms = 50});
  REQUIRE(Put(world.queue, "a", "1"));  // The interval begins with a sync.
  REQUIRE(Put(world.queue, "b", "2"));
  REQUIRE(Put(world.queue, "c", "3"));
  REQUIRE(world.background.timers.size() == 1);
  CHECK(world.background.timers[0].first == 50'000);
  world.background.timers[0].second();
  REQUIRE(Put(world.queue, "d", "4"));
  CHECK(world.background.timers.size() == 2);
  world.PowerCut();
  REQUIRE(Outcome(world.Open()) == "ok");
  CHECK(world->Get("c") == "3");
  CHECK(world->Get("d") == "none");
}

TEST_CASE("a switch tells the log that begins with it", "[background-work]") {
  World world;
  REQUIRE(Put(world.queue, "a", "1"));
  const FileNumber log = Must(world.queue.SwitchMemTables());
  CHECK(log == world->journal.number());
  CHECK(world->trees.full().size() == 1);
  CHECK(world.background.switched == 1);
  CHECK(Must(world.queue.SwitchMemTables()) == log);  // Nothing was written since.
  CHECK(world->trees.full().size() == 1);
}

TEST_CASE("a table that was dropped takes no batch, and the others are told of theirs",
          "[expiry]") {
  World world;
  world->trees.Add(Must(world->trees.Make({.id = 3, .name = "t"})));
  WriteBatch batch;
  batch.Put("k", "v", {.table = {3}});
  REQUIRE(Write(world.queue, batch, /*sync=*/false));
  CHECK(world.background.written == "0 3 ");
  world->trees.Drop(world->trees.Find({3}));
  batch.Put("k", "v");
  CHECK(CodeOf(Write(world.queue, batch, /*sync=*/false)) == "not found");
  CHECK(world->Get("k") == "none");
  CHECK(world.background.written == "0 3 ");
  CHECK_FALSE(world->health.failed());
}

TEST_CASE("the manifest says that entries expire before the log has one", "[expiry]") {
  World world;
  const auto& features = world->versions.set().properties().features;
  REQUIRE(Put(world.queue, "a", "1"));
  CHECK(features.empty());
  WriteBatch batch;
  batch.Put("b", "2", {.expires_at_us = world.clock.WallMicros() + 1'000});
  world.faults->SetPlan({});
  REQUIRE(Write(world.queue, batch, /*sync=*/false));
  CHECK(features == std::vector<std::string>{std::string(kExpiryFeature)});
  const auto events = world.faults->events();
  CHECK(events.back().path.ends_with(".wal"));
  const auto operations = events.size();
  REQUIRE(Write(world.queue, batch, /*sync=*/false));
  CHECK(world.faults->events().size() == operations + 1);  // Once is enough.
}

TEST_CASE("a step that finds somebody in line doesn't switch memtables", "[expiry]") {
  World world;
  REQUIRE(Put(world.queue, "a", "1"));
  REQUIRE(world.queue.RunAtFront([&] {
    CHECK_FALSE(world.queue.TrySwitch());
    world.queue.SwitchSoon();
    return Status();
  }));
  CHECK(world->trees.full().empty());
  REQUIRE(Put(world.queue, "b", "2"));  // The next writer does it.
  CHECK(world->trees.full().size() == 1);
  CHECK(world->trees.full()[0].memtables[0].second->entries() == 1);
  world->trees.PopOldestFull();
  CHECK(world->Locked([&] { return world.queue.TrySwitch(); }));
  CHECK(world->trees.full().size() == 1);
}

TEST_CASE("values are with the operating system before the log points to them",
          "[value-separation]") {
  World world({.direct_value_bytes = 1024, .direct_sync_bytes = 10'000});
  const auto order_of = [&](std::size_t bytes, bool sync) {
    world.faults->SetPlan({});
    REQUIRE(Put(world.queue, "k", std::string(bytes, 'v'), sync));
    std::string order;
    for (const FileEvent& event : world.faults->events()) {
      const std::string what = event.operation == FileOperation::kAppend ? "append "
                               : event.operation == FileOperation::kSync ? "sync "
                                                                         : "";
      if (!what.empty()) order += what + event.path.substr(event.path.rfind('.')) + " ";
    }
    return order;
  };
  // Few bytes aren't worth a second sync.
  CHECK(order_of(2'000, true) == "append .wal sync .wal ");
  const std::string direct = order_of(2'000, false);
  CHECK(direct.find("append .blob") < direct.find("append .wal"));
  CHECK(direct.find("sync") == direct.npos);
  const std::string synced = order_of(20'000, true);
  CHECK(synced.find("sync .blob") < synced.find("sync .wal"));
  CHECK(synced.find("sync .wal") != synced.npos);
}
}  // namespace
}  // namespace strata
