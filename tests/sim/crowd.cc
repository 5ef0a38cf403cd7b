#include "sim/crowd.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "sim/ticker.h"
#include "stats/counters.h"
#include "strata/transaction.h"
#include "testing/random_options.h"
#include "testing/store_world.h"

namespace strata::sim {
namespace {

constexpr std::array<const char*, 3> kParts = {"a", "b", "c"};
constexpr std::uint64_t kBatches = 25;  // Of each writer.
constexpr int kReads = 60;              // Of each reader.
constexpr int kRounds = 12;             // Of the others, at most.
constexpr std::uint64_t kCounters = 3;

Options DrawOptions(const LifePlan& plan, const CrowdMix& mix) {
  Random random(plan.seed + 0x0b5);
  Options options = testing::DrawOptions(random);
  if (random.OneIn(2)) options.sync = SyncMode::kAlways;
  if (mix.checkpoints && random.OneIn(2)) {  // Tables are moved when their window is over.
    options.compaction = CompactionStyle::kTimeWindow;
    options.window_us = 1000;
  }
  if (!mix.heavy) return options;
  options.memtable = MemtableKind::kSkipList;
  options.memtable_bytes = 1 << 20;
  options.blob_threshold = 0;
  options.direct_value_bytes = 0;
  options.sync = SyncMode::kAlways;  // Batches queue up behind a sync, so that groups form.
  return options;
}

LifePlan PlanFor(LifePlan plan, const CrowdMix& mix) {
  plan.disk_fails = mix.disk_fails || mix.disk_fills;
  return plan;
}

// A writer's registers, in a table of its own or in the default one.
struct Registers {
  std::string name;
  TableRef table = kDefaultTable;
  Ticker ticker;

  std::string Key(const char* part) const { return name + "/" + part; }
};

class Crowd {
 public:
  Crowd(const LifePlan& plan, const CrowdMix& mix)
      : mix_(mix), random_(plan.seed ^ 0xc40d), life_(PlanFor(plan, mix), DrawOptions(plan, mix)) {}

  LifeResult Run() {
    for (std::uint64_t i = random_.Between(2, 3); i > 0; --i) {
      registers_.push_back(std::make_unique<Registers>());
      registers_.back()->name = "w" + std::to_string(registers_.size());
    }
    if (life_.Open()) RunClients();
    if (mix_.power_cut && life_.healthy()) ComeBack();
    if (mix_.disk_fails && life_.healthy()) ReplaceDisk();
    if (mix_.disk_fills) life_.ForgetFault();
    for (const std::string& copy : copies_) CheckCopy(copy);
    if (!mix_.closes_early) life_.Do("settling", [this] { Settle(); });
    life_.Close();
    if (life_.Open()) life_.Do("checking", [this] { CheckAll(life_.db()); });
    life_.Close();
    return life_.TakeResult();
  }

 private:
  // --- clients ---

  void RunClients() {
    writers_ = registers_.size();
    for (const auto& registers : registers_) Spawn("writer", &Crowd::Write, *registers);
    const std::uint64_t readers = mix_.churn ? 4 : random_.Between(1, 2);
    for (std::uint64_t i = 0; i < readers; ++i) Spawn("reader", &Crowd::Read);
    if (mix_.churn || random_.OneIn(2)) Spawn("maintainer", &Crowd::Maintain);
    if (mix_.churn) Spawn("maintainer", &Crowd::Maintain);
    if (mix_.tables) Spawn("table keeper", &Crowd::KeepTable);
    if (mix_.tables) Spawn("table keeper", &Crowd::KeepTable);
    for (int i = 0; i < 3 && mix_.snapshots; ++i) Spawn("holder", &Crowd::HoldSnapshots);
    for (int i = 0; i < 3 && mix_.transactions; ++i) Spawn("counter", &Crowd::CountUp);
    if (mix_.checkpoints) Spawn("copier", &Crowd::CopyStore);
    if (mix_.power_cut) life_.world().Spawn("fate", [this] { CutPower(); });
    if (mix_.disk_fails) life_.world().Spawn("fate", [this] { BreakDisk(); });
    if (mix_.disk_fills) life_.world().Spawn("fate", [this] { FillDisk(); });
    life_.Run();
  }

  template <typename... Parameters, typename... Arguments>
  void Spawn(const std::string& name, void (Crowd::*body)(Random, Parameters...),
             Arguments&... arguments) {
    life_.Spawn(name + " " + std::to_string(++clients_),
                [this, body, random = random_.Fork(), &arguments...]() mutable {
                  (this->*body)(random, arguments...);
                });
  }

  DB& db() { return life_.db(); }
  bool going_on() const { return life_.healthy() && writers_ > 0; }

  void Write(Random random, Registers& registers) {
    for (std::uint64_t i = 0; i < kBatches && life_.healthy(); ++i) {
      if (!WriteNext(random, registers)) break;
      if (random.OneIn(8)) life_.node().clock().SleepMicros(random.Uniform(3000));
    }
    --writers_;
  }

  bool WriteNext(Random& random, Registers& registers) {
    const std::uint64_t next = registers.ticker.Issue(life_.world().points());
    const std::size_t padding = mix_.heavy ? 100'000 : random.Uniform(400);
    WriteBatch batch;
    for (const char* part : kParts) {
      batch.Put(registers.Key(part), std::to_string(next) + ":" + std::string(padding, 'x'),
                {.table = registers.table});
    }
    batch.Put(registers.Key("f") + std::to_string(random.Uniform(9)), std::string(padding, 'y'),
              {.table = registers.table});
    WriteOptions options;
    if (random.OneIn(6)) options.sync = random.OneIn(2);
    Status written = db().Write(batch, options);
    for (int tries = 0; mix_.disk_fills && !written && life_.disk_failed(); ++tries) {
      if (tries == 40) life_.Find("still refused: " + written.error().message());
      if (!life_.healthy()) return false;
      life_.Count("refused");
      life_.node().clock().SleepMicros(1'000'000);
      written = db().Write(batch, options);
    }
    if (!life_.Expect(written, "a write")) return false;
    registers.ticker.Acknowledge(life_.world().points());
    if (options.sync.value_or(life_.options().sync == SyncMode::kAlways)) {
      durable_ = std::max(durable_, registers.ticker.issued_at(next));
    }
    life_.Count("batches");
    return true;
  }

  void Read(Random random) {
    for (int i = 0; i < kReads && going_on(); ++i) {
      Registers& registers = *registers_[random.Uniform(registers_.size())];
      const std::uint64_t draw = random.Uniform(4);
      if (draw == 0) ReadOne(random, registers);
      if (draw == 1) ReadTogether(registers, /*at_snapshot=*/false);
      if (draw == 2) Scan(registers, {});
      if (draw == 3) ReadTogether(registers, /*at_snapshot=*/true);
      life_.Count("reads");
      if (random.OneIn(4)) life_.node().clock().SleepMicros(random.Uniform(1000));
    }
  }

  void ReadOne(Random& random, Registers& registers) {
    const std::uint64_t known = registers.ticker.known();
    std::string value;
    const auto found =
        db().Get(registers.Key(kParts[random.Uniform(kParts.size())]), &value, In(registers));
    if (life_.Expect(found, "a get")) Judge(registers, known, {*found ? value : ""});
  }

  void ReadTogether(Registers& registers, bool at_snapshot) {
    const std::uint64_t known = registers.ticker.known();
    const auto snapshot = at_snapshot ? db().GetSnapshot() : nullptr;
    std::vector<std::string> values;
    if (!Fetch(registers, snapshot, &values)) return;
    Judge(registers, known, values);
  }

  bool Fetch(const Registers& registers, std::shared_ptr<const Snapshot> snapshot,
             std::vector<std::string>* values) {
    std::vector<std::string> keys;
    for (const char* part : kParts) keys.push_back(registers.Key(part));
    const std::vector<std::string_view> views(keys.begin(), keys.end());
    ReadOptions options = In(registers);
    options.snapshot = std::move(snapshot);
    const auto found = db().MultiGet(views, options);
    if (!life_.Expect(found, "a multi get")) return false;
    for (const MultiGetResult& answer : *found) values->push_back(answer.value);
    return true;
  }

  void Scan(Registers& registers, std::shared_ptr<const Snapshot> snapshot) {
    const std::uint64_t known = registers.ticker.known();
    ReadOptions options = In(registers);
    options.prefix = registers.name + "/";
    options.snapshot = std::move(snapshot);
    const auto iterator = db().NewIterator(options);
    if (!life_.Expect(iterator, "an iterator")) return;
    std::vector<std::string> values;
    Status moved = (*iterator)->SeekToFirst();
    for (; moved && (*iterator)->Valid() && values.size() < kParts.size();
         moved = (*iterator)->Next()) {
      values.emplace_back((*iterator)->value());
    }
    if (!life_.Expect(moved, "a scan")) return;
    values.resize(kParts.size());  // Before the first batch there is nothing.
    Judge(registers, known, values);
  }

  static ReadOptions In(const Registers& registers) {
    ReadOptions options;
    options.table = registers.table;
    return options;
  }

  // "17:xxx" -> 17; nothing there -> 0.
  static std::uint64_t NumberIn(const std::string& value) {
    return value.empty() ? 0 : std::stoull(value);
  }

  void Judge(Registers& registers, std::uint64_t known, const std::vector<std::string>& values) {
    for (const std::string& value : values) {
      if (value != values.front()) {
        return life_.Find("a read saw half a batch of " + registers.name + ": " +
                          values.front().substr(0, 9) + " and " + value.substr(0, 9));
      }
    }
    const auto wrong = registers.ticker.Read(known, NumberIn(values.front()));
    if (wrong) life_.Find(registers.name + ": " + *wrong);
  }

  void Maintain(Random random) {
    const int rounds = mix_.churn ? 5 * kRounds : kRounds;
    for (int i = 0; i < rounds && going_on(); ++i) {
      const std::uint64_t draw = mix_.churn ? random.OneIn(4) : random.Uniform(6);
      Status done;
      if (draw == 0) done = db().Flush();
      if (draw == 1) done = db().CompactRange(std::nullopt, std::nullopt);
      if (draw == 2) done = db().WaitForCompactions();
      if (draw == 3) done = db().Sync();
      if (draw == 4) done = db().VerifyAll();
      if (draw == 5) (void)db().Stats();
      if (!life_.Expect(done, "maintenance " + std::to_string(draw))) return;
      life_.Count("maintenance");
      life_.node().clock().SleepMicros(random.Uniform(mix_.churn ? 300 : 5000));
    }
  }

  // --- tables ---

  void KeepTable(Random random) {
    const std::string name = "table" + std::to_string(random.Next());
    for (int round = 0; round < kRounds && going_on(); ++round) {
      const auto table = db().CreateTable(name, {});
      if (!life_.Expect(table, "creating a table")) return;
      Registers registers{.name = name, .table = *table, .ticker = Ticker()};
      for (std::uint64_t i = random.Uniform(12); i > 0 && life_.healthy(); --i) {
        if (!WriteNext(random, registers)) return;
        if (random.OneIn(3)) ReadTogether(registers, /*at_snapshot=*/false);
        if (random.OneIn(6)) life_.Expect(db().Flush(), "a flush");
        if (random.OneIn(8)) CompactTable(*table);
      }
      if (!life_.Expect(db().DropTable(name), "dropping a table")) return;
      life_.Count("tables_dropped");
      if (db().Put("late", "1", {.table = *table})) life_.Find("a write to a dropped table");
    }
  }

  void CompactTable(TableRef table) {
    life_.Expect(db().CompactTable(table, std::nullopt, std::nullopt), "compacting a table");
  }

  // --- transactions ---

  // Two counters a transaction, in any order, so that some wait in circles. With all locks taken
  // nobody may come in between.
  void CountUp(Random random) {
    for (int round = 0; round < kRounds && going_on(); ++round) {
      auto txn = db().Begin({.concurrency = Concurrency::kPessimistic, .lock_timeout_ms = 20});
      if (!life_.Expect(txn, "beginning a transaction")) return;
      const std::uint64_t first = random.Uniform(kCounters);
      const std::uint64_t second = (first + 1 + random.Uniform(kCounters - 1)) % kCounters;
      Status done = Increment(**txn, first);
      if (done) done = Increment(**txn, second);
      if (done) {
        const auto committed = (*txn)->Commit();
        if (!life_.Expect(committed, "a commit in spite of locks")) return;
        ++counted_;
        life_.Count("commits");
      } else if (done.error().code() == ErrorCode::kDeadlock) {
        life_.Count("deadlocks");
      } else if (done.error().code() == ErrorCode::kTimedOut) {
        life_.Count("lock_timeouts");
      } else {
        life_.Expect(done, "counting");
      }
    }
  }

  static Status Increment(Transaction& txn, std::uint64_t counter) {
    const std::string key = "counter" + std::to_string(counter);
    std::string value;
    STRATA_TRY_ASSIGN(const bool found, txn.GetForUpdate(key, &value));
    return txn.Put(key, std::to_string((found ? NumberIn(value) : 0) + 1));
  }

  void CheckCounters(const testing::Model& found) {
    std::uint64_t sum = 0;
    for (std::uint64_t counter = 0; counter < kCounters; ++counter) {
      const auto at = found.find("counter" + std::to_string(counter));
      if (at != found.end()) sum += NumberIn(at->second);
    }
    if (sum == 2 * counted_) return;
    life_.Find("the counters have " + std::to_string(sum) + ", counted were " +
               std::to_string(2 * counted_));
  }

  // --- snapshots and copies ---

  void HoldSnapshots(Random random) {
    for (int round = 0; round < kRounds && going_on(); ++round) {
      Registers& registers = *registers_[random.Uniform(registers_.size())];
      const std::uint64_t known = registers.ticker.known();
      const auto snapshot = db().GetSnapshot();
      std::vector<std::string> first;
      if (!Fetch(registers, snapshot, &first)) return;
      Judge(registers, known, first);
      for (std::uint64_t i = random.Uniform(4); i > 0 && life_.healthy(); --i) {
        if (random.OneIn(3)) life_.Expect(db().Flush(), "a flush");
        life_.node().clock().SleepMicros(random.Uniform(4000));
        std::vector<std::string> again;
        if (!Fetch(registers, snapshot, &again)) return;
        if (again != first) {
          life_.Find("a snapshot of " + registers.name + " changed from " +
                     first.front().substr(0, 9) + " to " + again.front().substr(0, 9));
        }
      }
      life_.Count("snapshots");
    }
  }

  void CopyStore(Random random) {
    for (int i = 0; i < kRounds && going_on(); ++i) {
      const std::string directory = "copy" + std::to_string(i);
      for (const auto& registers : registers_) {
        known_at_copy_[directory].push_back(registers->ticker.known());
      }
      if (!life_.Expect(db().Checkpoint(directory), "a checkpoint")) return;
      for (const auto& registers : registers_) {
        issued_at_copy_[directory].push_back(registers->ticker.issued());
      }
      copies_.push_back(directory);
      life_.Count("checkpoints");
      if (random.OneIn(2)) life_.node().clock().SleepMicros(random.Uniform(3000));
    }
  }

  void CheckCopy(const std::string& directory) {
    life_.Do("opening " + directory, [&] {
      const auto copy = DB::Open(life_.options(), directory);
      if (!life_.Expect(copy, "opening a copy")) return;
      const auto found = testing::ReadAll(**copy);
      if (!life_.Expect(found, "reading a copy")) return;
      for (std::size_t i = 0; i < registers_.size(); ++i) {
        const auto number = WholeBatch(*found, *registers_[i]);
        if (!number) continue;
        if (*number < known_at_copy_[directory][i] || *number > issued_at_copy_[directory][i]) {
          life_.Find("a copy has " + std::to_string(*number) + " of " + registers_[i]->name);
        }
      }
      life_.Expect((*copy)->Close(), "closing a copy");
    });
  }

  // --- the power ---

  void CutPower() {
    World& world = life_.world();
    world.SleepUntil(world.now_nanos() + world.random().Uniform(20'000'000));
    if (writers_ == 0) return;
    life_.Count("power_cuts");
    power_was_cut_ = true;
    life_.PowerOff(static_cast<CrashKind>(world.random().Uniform(kCrashKinds)));
  }

  void ComeBack() {
    if (!power_was_cut_) return;
    life_.node().PowerOn();
    if (!life_.Open()) return;
    life_.Do("after the cut", [this] { CheckAfterCut(); });
    if (life_.healthy()) RunAfterCut();
  }

  void BreakDisk() {
    World& world = life_.world();
    Random& random = world.random();
    constexpr Fault kFaults[] = {Fault::kEio,   Fault::kEnospc,     Fault::kEmfile,
                                 Fault::kErofs, Fault::kShortWrite, Fault::kSyncKeepsData};
    world.SleepUntil(world.now_nanos() + random.Uniform(20'000'000));
    const World::Uninterrupted uninterrupted;
    life_.node().faults().SetPlan({.fail_at = random.Uniform(40),
                                   .fault = kFaults[random.Uniform(std::size(kFaults))],
                                   .sticky = random.OneIn(2)});
  }

  // Where descriptors are what is missing only tables meet that: a directory that can't be synced
  // ends a store, and this must not.
  void FillDisk() {
    World& world = life_.world();
    Random& random = world.random();
    world.SleepUntil(world.now_nanos() + random.Uniform(10'000'000));
    {
      const World::Uninterrupted uninterrupted;
      const bool full = random.OneIn(2);
      life_.node().faults().SetPlan({.fail_at = random.Uniform(40),
                                     .fault = full ? Fault::kFullDisk : Fault::kEmfile,
                                     .sticky = true,
                                     .only = full ? "" : ".sst"});
    }
    world.SleepUntil(world.now_nanos() + 1'000'000 * random.Uniform(20'000));
    const World::Uninterrupted uninterrupted;
    life_.Count("full_disks", life_.disk_failed() ? 1 : 0);
    life_.HealDisk();
  }

  // The process ends in peace, and all that was acknowledged is there on the disk once it works.
  void ReplaceDisk() {
    life_.Close();
    life_.Count("disk_faults", life_.disk_failed() ? 1 : 0);
    life_.node().faults().SetPlan({});
    durable_ = life_.world().points();
    if (!life_.Open()) return;
    life_.Do("after the fault", [this] { CheckAfterCut(); });
    if (life_.healthy()) RunAfterCut();
  }

  // What was durable is there, and a prefix of all that was written.
  void CheckAfterCut() {
    const auto found = testing::ReadAll(life_.db());
    if (!life_.Expect(found, "reading after a power cut")) return;
    std::vector<std::uint64_t> numbers;
    std::uint64_t newest = durable_;  // Issued at, of all that must be there.
    for (const auto& registers : registers_) {
      const auto number = WholeBatch(*found, *registers);
      if (!number) return;
      numbers.push_back(*number);
      if (*number > registers->ticker.issued()) life_.Find("what nobody wrote came back");
      if (*number > 0) newest = std::max(newest, registers->ticker.issued_at(*number));
    }
    for (std::size_t i = 0; i < registers_.size(); ++i) {
      const Ticker& ticker = registers_[i]->ticker;
      if (numbers[i] == ticker.issued()) continue;
      if (ticker.acknowledged_at(numbers[i] + 1) < newest) {
        life_.Find("a power cut lost batch " + std::to_string(numbers[i] + 1) + " of " +
                   registers_[i]->name + ", which was there before others that are or must be");
      }
    }
    for (std::size_t i = 0; i < registers_.size(); ++i) {
      registers_[i] = std::make_unique<Registers>(
          Registers{.name = registers_[i]->name, .ticker = Ticker(numbers[i])});
    }
  }

  void RunAfterCut() {
    writers_ = registers_.size();
    for (const auto& registers : registers_) Spawn("writer", &Crowd::Write, *registers);
    Spawn("reader", &Crowd::Read);
    life_.Run();
  }

  // --- at the end ---

  // The number that all of its registers hold.
  std::optional<std::uint64_t> WholeBatch(const testing::Model& found, const Registers& registers) {
    std::vector<std::string> values;
    for (const char* part : kParts) {
      const auto at = found.find(registers.Key(part));
      values.push_back(at == found.end() ? "" : at->second);
    }
    if (values[0] == values[1] && values[1] == values[2]) return NumberIn(values[0]);
    life_.Find("half a batch of " + registers.name + " is left");
    return std::nullopt;
  }

  void Settle() {
    for (int i = 0; i < 20 && !db().Stats().waiting_cause.empty(); ++i) {
      life_.node().clock().SleepMicros(1'000'000);  // It goes on by itself.
    }
    if (!life_.Expect(db().WaitForCompactions(), "waiting")) return;
    life_.Expect(db().VerifyAll(), "verifying");
    life_.Count("flushes", db().counters().Get(Counter::kFlushes));
    life_.Count("compactions", db().counters().Get(Counter::kCompactions));
    life_.Count("group_commits", db().counters().Get(Counter::kGroupCommits));
    life_.Count("stall_micros", db().counters().Get(Counter::kStallMicros));
    CheckAll(db());
    CheckNoFileLeaks();
  }

  void CheckAll(DB& db) {
    const auto found = testing::ReadAll(db);
    if (!life_.Expect(found, "reading everything")) return;
    if (mix_.transactions) CheckCounters(*found);
    for (const auto& registers : registers_) {
      const auto number = WholeBatch(*found, *registers);
      if (number && *number != registers->ticker.issued()) {
        life_.Find("at the end " + registers->name + " is " + std::to_string(*number) + ", not " +
                   std::to_string(registers->ticker.issued()));
      }
    }
  }

  // Every table on the disk is in the tree, or soon is: a merge may begin when the store rests.
  void CheckNoFileLeaks() {
    std::uint64_t on_disk = 0;
    std::uint64_t in_tree = 0;
    for (int tries = 0; tries < 20; ++tries) {
      if (!life_.Expect(db().WaitForCompactions(), "waiting")) return;
      const auto names = life_.node().disk().List(StoreLife::kDirectory);
      on_disk = static_cast<std::uint64_t>(
          std::count_if(names->begin(), names->end(),
                        [](const std::string& name) { return name.ends_with(".sst"); }));
      in_tree = 0;
      for (const TableInfo& table : db().ListTables()) in_tree += table.files;
      if (on_disk == in_tree) return;
      life_.node().clock().SleepMicros(1000);
    }
    life_.Find(std::to_string(on_disk) + " tables on the disk, " + std::to_string(in_tree) +
               " in the tree");
  }

  const CrowdMix mix_;
  Random random_;
  std::vector<std::unique_ptr<Registers>> registers_;
  std::uint64_t writers_ = 0;  // That have more to write.
  std::uint64_t clients_ = 0;
  std::uint64_t durable_ = 0;  // What was issued before this point, and acknowledged, is durable.
  std::uint64_t counted_ = 0;  // Transactions that committed.
  std::vector<std::string> copies_;
  std::map<std::string, std::vector<std::uint64_t>> known_at_copy_;
  std::map<std::string, std::vector<std::uint64_t>> issued_at_copy_;
  bool power_was_cut_ = false;
  StoreLife life_;
};

}  // namespace

LifeResult RunCrowd(const LifePlan& plan, const CrowdMix& mix) {
  return Crowd(plan, mix).Run();
}

}  // namespace strata::sim
