#include "cli/bench/workload.h"

#include <algorithm>
#include <atomic>

#include "base/random.h"
#include "cli/console.h"
#include "io/mutex.h"

namespace strata::cli {
namespace {

std::string KeyOf(std::uint64_t number) {
  std::string digits = std::to_string(number);
  return std::string(16 - std::min<std::size_t>(16, digits.size()), '0') + digits;
}

// One thread's part of a workload.
struct Worker {
  DB& db;
  Clock& clock;
  const WorkloadOptions& options;
  Histogram& latency;
  SeriesRecorder* series = nullptr;  // Null: nobody wants one.
  Random random;
  std::uint64_t first = 0;  // Of this thread's operations, in [first, last).
  std::uint64_t last = 0;
  bool is_writer = false;  // The writing thread of readwhilewriting.
  const std::atomic<bool>* stop = nullptr;

  std::uint64_t operations = 0;
  std::uint64_t found = 0;
  std::uint64_t bytes = 0;
  std::string key = {};
  std::string value = {};
  WriteBatch batch = {};

  std::uint64_t RandomNumber() { return random.Uniform(options.num); }
};

Status Write(Worker& worker, std::uint64_t number) {
  if (worker.value.size() != worker.options.value_size) {
    worker.value = worker.random.Bytes(worker.options.value_size / 2);
    worker.value.resize(worker.options.value_size, '\0');
  }
  if (!worker.value.empty()) worker.value[0] = static_cast<char>(worker.random.Next());
  worker.key = KeyOf(number);
  worker.batch.Put(worker.key, worker.value);
  worker.bytes += worker.key.size() + worker.value.size();
  ++worker.operations;
  if (worker.batch.count() < worker.options.batch) return {};
  STRATA_TRY(worker.db.Write(worker.batch));
  worker.batch.Clear();
  return {};
}

Status Read(Worker& worker, std::string key) {
  worker.key = std::move(key);
  STRATA_TRY_ASSIGN(const bool found, worker.db.Get(worker.key, &worker.value));
  ++worker.operations;
  worker.found += found ? 1 : 0;
  worker.bytes += found ? worker.key.size() + worker.value.size() : 0;
  return {};
}

Status Scan(Worker& worker, std::uint64_t from, std::uint64_t rows) {
  ReadOptions options;
  options.lower = KeyOf(from);
  STRATA_TRY_ASSIGN(const auto cursor, worker.db.NewIterator(options));
  STRATA_TRY(cursor->SeekToFirst());
  for (; rows > 0 && cursor->Valid(); --rows) {
    worker.bytes += cursor->key().size() + cursor->value().size();
    ++worker.operations;
    ++worker.found;
    STRATA_TRY(cursor->Next());
  }
  return {};
}

Status Delete(Worker& worker, std::uint64_t number) {
  ++worker.operations;
  worker.key = KeyOf(number);
  worker.bytes += worker.key.size();
  return worker.db.Delete(worker.key);
}

struct NamedWorkload {
  std::string_view name;
  bool needs_keys;
  Status (*step)(Worker& worker, std::uint64_t i);
};

constexpr std::uint64_t kSeekRows = 10;
constexpr std::uint64_t kScanRows = 1000;
constexpr std::uint64_t kHotShare = 100;  // One key in a hundred is hot.

// The n-th step of each workload.
constexpr std::array<NamedWorkload, 11> kWorkloads{{
    {"fillseq", false, [](Worker& w, std::uint64_t i) { return Write(w, i); }},
    {"fillrandom", false, [](Worker& w, std::uint64_t) { return Write(w, w.RandomNumber()); }},
    {"overwrite", true, [](Worker& w, std::uint64_t) { return Write(w, w.RandomNumber()); }},
    {"readrandom", true, [](Worker& w, std::uint64_t) { return Read(w, KeyOf(w.RandomNumber())); }},
    {"readmissing", true,
     [](Worker& w, std::uint64_t) { return Read(w, KeyOf(w.RandomNumber()) + "."); }},
    {"readhot", true,
     [](Worker& w, std::uint64_t) {
       return Read(w, KeyOf(w.random.Uniform(w.options.num / kHotShare + 1)));
     }},
    {"seekrandom", true,
     [](Worker& w, std::uint64_t) { return Scan(w, w.RandomNumber(), kSeekRows); }},
    {"scan", true, [](Worker& w, std::uint64_t i) { return Scan(w, i, kScanRows); }},
    {"deleterandom", true, [](Worker& w, std::uint64_t) { return Delete(w, w.RandomNumber()); }},
    {"readwhilewriting", true,
     [](Worker& w, std::uint64_t) {
       return w.is_writer ? Write(w, w.RandomNumber()) : Read(w, KeyOf(w.RandomNumber()));
     }},
    {"mixed", true,
     [](Worker& w, std::uint64_t) {
       return w.random.OneIn(2) ? Write(w, w.RandomNumber()) : Read(w, KeyOf(w.RandomNumber()));
     }},
}};

const NamedWorkload* FindWorkload(std::string_view name) {
  for (const NamedWorkload& workload : kWorkloads) {
    if (workload.name == name) return &workload;
  }
  return nullptr;
}

// Waits until the next call is due, and returns that time; without a rate calls follow each other.
std::uint64_t NextStart(Worker& worker, std::uint64_t before, std::uint64_t* due) {
  if (worker.options.rate == 0 || worker.is_writer) return before;
  const auto threads = static_cast<std::uint64_t>(worker.options.threads);
  *due += 1'000'000'000 * threads / worker.options.rate;
  while (worker.clock.NowNanos() < *due && !Interrupted()) {
    const std::uint64_t rest = *due - std::min(*due, worker.clock.NowNanos());
    if (rest > 200'000) worker.clock.SleepMicros((rest - 100'000) / 1000);
  }
  return *due;
}

Status RunWorker(Worker& worker, const NamedWorkload& workload) {
  std::uint64_t before = worker.clock.NowNanos();
  std::uint64_t due = before;
  for (std::uint64_t i = worker.first; i < worker.last && !Interrupted();) {
    if (worker.is_writer && worker.stop->load(std::memory_order_relaxed)) break;
    const std::uint64_t done = worker.operations;
    before = NextStart(worker, before, &due);
    STRATA_TRY(workload.step(worker, i));
    const std::uint64_t now = worker.clock.NowNanos();
    if (!worker.is_writer) {
      worker.latency.Record(now - before);
      if (worker.series) worker.series->Record(now, now - before, worker.operations - done);
    }
    before = now;
    i += worker.is_writer ? 0 : std::max<std::uint64_t>(1, worker.operations - done);
  }
  if (worker.batch.count() > 0) return worker.db.Write(worker.batch);
  return {};
}

// Threads that each do a share of the operations, and one writer more for readwhilewriting.
class Team {
 public:
  Team(DB& db, const Environment& environment, const NamedWorkload& workload,
       const WorkloadOptions& options, Histogram& latency, SeriesRecorder* series)
      : environment_(environment), workload_(workload) {
    Random random(options.seed);
    const auto threads = static_cast<std::uint64_t>(options.threads);
    for (std::uint64_t i = 0; i < threads; ++i) {
      workers_.push_back({.db = db,
                          .clock = *environment.clock,
                          .options = options,
                          .latency = latency,
                          .series = series,
                          .random = random.Fork(),
                          .first = options.num * i / threads,
                          .last = options.num * (i + 1) / threads,
                          .is_writer = false,
                          .stop = &stop_});
    }
    if (workload.name == "readwhilewriting") {
      workers_.push_back({.db = db,
                          .clock = *environment.clock,
                          .options = options,
                          .latency = latency,
                          .series = series,
                          .random = random.Fork(),
                          .first = 0,
                          .last = 1,
                          .is_writer = true,
                          .stop = &stop_});
    }
    working_ = threads;
    alive_ = workers_.size();
  }

  Status Run() {
    if (workers_.size() == 1) return RunWorker(workers_.front(), workload_);
    const auto executor =
        NewThreadExecutor(1, static_cast<int>(workers_.size()), *environment_.clock);
    for (Worker& worker : workers_) {
      executor->Schedule(Priority::kLow, [this, &worker] {
        Finish(worker, RunWorker(worker, workload_));
        return Step::kDone;
      });
    }
    const MutexLock lock(mutex_);
    executor->WaitUntil(mutex_, [this]() STRATA_NO_THREAD_SAFETY_ANALYSIS { return alive_ == 0; });
    return status_;
  }

  const std::vector<Worker>& workers() const { return workers_; }

 private:
  void Finish(const Worker& worker, Status status) {
    const MutexLock lock(mutex_);
    if (status_ && !status) status_ = std::move(status);
    if (!worker.is_writer && --working_ == 0) stop_.store(true);
    --alive_;
  }

  const Environment& environment_;
  const NamedWorkload& workload_;
  std::vector<Worker> workers_;
  std::atomic<bool> stop_{false};
  Mutex mutex_;
  std::uint64_t working_ STRATA_GUARDED_BY(mutex_) = 0;
  std::uint64_t alive_ STRATA_GUARDED_BY(mutex_) = 0;
  Status status_ STRATA_GUARDED_BY(mutex_);
};

}  // namespace

std::vector<std::string> WorkloadNames() {
  std::vector<std::string> names;
  for (const NamedWorkload& workload : kWorkloads) names.emplace_back(workload.name);
  return names;
}

bool NeedsKeys(std::string_view name) {
  const NamedWorkload* workload = FindWorkload(name);
  return workload != nullptr && workload->needs_keys;
}

Result<WorkloadResult> RunWorkload(DB& db, const Environment& environment, std::string_view name,
                                   const WorkloadOptions& options) {
  const NamedWorkload* workload = FindWorkload(name);
  if (workload == nullptr) return InvalidArgument("no workload '" + std::string(name) + "'");
  WorkloadResult result;
  result.name = name;
  result.latency = std::make_unique<Histogram>();
  for (std::size_t i = 0; i < result.counters.size(); ++i) {
    result.counters[i] = db.counters().Get(static_cast<Counter>(i));
  }
  if (options.window_micros > 0) {
    result.series =
        std::make_unique<SeriesRecorder>(db, *environment.clock, options.window_micros * 1000);
  }
  const std::uint64_t start = environment.clock->NowNanos();
  Team team(db, environment, *workload, options, *result.latency, result.series.get());
  STRATA_TRY(team.Run());
  result.seconds = static_cast<double>(environment.clock->NowNanos() - start) / 1e9;
  if (result.series) result.series->Finish();
  for (const Worker& worker : team.workers()) {
    if (worker.is_writer) continue;
    result.operations += worker.operations;
    result.found += worker.found;
    result.bytes += worker.bytes;
  }
  for (std::size_t i = 0; i < result.counters.size(); ++i) {
    result.counters[i] = db.counters().Get(static_cast<Counter>(i)) - result.counters[i];
  }
  return result;
}

}  // namespace strata::cli
