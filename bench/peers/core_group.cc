// The classic rows: loads, reads and scans of small entries by one thread.

#include <atomic>
#include <thread>

#include "peers/groups.h"

namespace strata::peers {
namespace {

constexpr std::uint64_t kKeyBytes = 16;
constexpr int kWritesPerMilli = 50;

class Core {
 public:
  explicit Core(Session* session)
      : session_(*session),
        num_(session->config().num),
        values_(session->config().value_size),
        bytes_each_(kKeyBytes + values_.size()) {}

  void Run() {
    if (session_.Wants("fillseq")) FillSequential();
    if (Only({"fillseq"})) return;
    FillRandom();
    Read("readrandom", [&](Random* random) { return Key::Padded(random->Uniform(num_)); });
    Read("readhot", [&](Random* random) { return Key::Padded(random->Uniform(num_ / 100 + 1)); });
    Read("readmissing",
         [&](Random* random) { return Key::Padded(random->Uniform(num_)).Missing(); });
    Seek();
    Scan();
    ReportMemory();
    ReadWhileWriting();
    ReadMissingTuned();
    Overwrite();
    DeleteRandom();
  }

 private:
  bool Only(const std::vector<std::string>& workloads) const {
    for (const std::string& workload : Groups()[1].workloads) {
      const bool named = std::find(workloads.begin(), workloads.end(), workload) != workloads.end();
      if (!named && session_.Wants(workload)) return false;
    }
    return true;
  }

  void FillSequential() {
    session_.Fresh(session_.config().budget());
    session_.Written("fillseq", bytes_each_, [&] {
      return TimeCount(num_, kStride, [&](std::uint64_t i) {
        session_.Must(session_.store().Put(Key::Padded(i).view(), values_.Next()));
      });
    });
  }

  // As db_bench: keys drawn with replacement, so about 63 % of them exist afterwards.
  void PutRandom(const std::string& workload) {
    Random random = session_.Generator(workload);
    session_.Written(workload, bytes_each_, [&] {
      return TimeCount(num_, kStride, [&](std::uint64_t) {
        session_.Must(
            session_.store().Put(Key::Padded(random.Uniform(num_)).view(), values_.Next()));
      });
    });
    if (live_.empty()) live_.resize(num_);
    random = session_.Generator(workload);
    for (std::uint64_t i = 0; i < num_; ++i) live_[random.Uniform(num_)] = true;
  }

  void FillRandom() {
    session_.Fresh(session_.config().budget());
    PutRandom("fillrandom");
    ReportSpace("loaded_per_live_byte");
  }

  void Overwrite() {
    if (Only({"fillseq", "fillrandom", "readrandom", "readhot", "readmissing", "seekrandom", "scan",
              "readwhilewriting", "memory"})) {
      return;
    }
    PutRandom("overwrite");
    ReportSpace("overwritten_per_live_byte");
  }

  void DeleteRandom() {
    if (!session_.Wants("deleterandom")) return;
    Random random = session_.Generator("deleterandom");
    session_.Written("deleterandom", kKeyBytes, [&] {
      return TimeCount(num_, kStride, [&](std::uint64_t) {
        session_.Must(session_.store().Delete(Key::Padded(random.Uniform(num_)).view()));
      });
    });
  }

  void ReportSpace(const std::string& metric) {
    const auto live = static_cast<double>(std::count(live_.begin(), live_.end(), true));
    session_.Emit("space", metric,
                  static_cast<double>(DiskBytes(session_.directory())) /
                      (live * static_cast<double>(bytes_each_)));
  }

  void ReportMemory() {
    const Memory memory = Memory::Now();
    session_.Emit("memory", "resident_mib", memory.resident_mib);
    session_.Emit("memory", "anonymous_mib", memory.anonymous_mib);
  }

  template <typename KeyOf>
  void Read(const std::string& workload, KeyOf key_of, const std::string& engine = {}) {
    if (!session_.Wants(workload)) return;
    Random random = session_.Generator(workload);
    std::uint64_t found = 0;
    std::uint64_t asked = 0;
    Timed timed = TimeFor(session_.config().seconds, kStride, [&](std::uint64_t) {
      ++asked;
      found += session_.store().Get(key_of(&random).view(), &value_) ? 1 : 0;
    });
    session_.Report(workload, &timed, engine);
    session_.Emit(workload, "hits", static_cast<double>(found) / static_cast<double>(asked),
                  engine);
  }

  void Seek() {
    if (!session_.Wants("seekrandom")) return;
    Random random = session_.Generator("seekrandom");
    Timed timed = TimeFor(session_.config().seconds, kStride, [&](std::uint64_t) {
      (void)session_.store().Scan(Key::Padded(random.Uniform(num_)).view(), 11);
    });
    session_.Report("seekrandom", &timed);
  }

  // Entries a second over as many whole scans as fit the time, after one that isn't counted.
  void Scan() {
    if (!session_.Wants("scan")) return;
    std::uint64_t entries = 0;
    Timed timed = TimeFor(session_.config().seconds, 1, [&](std::uint64_t i) {
      entries = (i == 0 ? 0 : entries) + session_.store().Scan("", UINT64_MAX).entries;
    });
    session_.Emit("scan", "ops_per_s", static_cast<double>(entries) / timed.seconds);
  }

  void ReadWhileWriting() {
    if (!session_.Wants("readwhilewriting")) return;
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> written{0};
    const std::uint64_t start = RealClock().NowNanos();
    std::jthread writer([&] { WriteSteadily(start, done, &written); });
    Read("readwhilewriting", [&](Random* random) { return Key::Padded(random->Uniform(num_)); });
    done = true;
    writer.join();
    const double seconds = static_cast<double>(RealClock().NowNanos() - start) / 1e9;
    session_.Emit("readwhilewriting", "writes_per_s", static_cast<double>(written) / seconds);
    session_.store().Settle();
  }

  // 50 puts each millisecond; one that is late doesn't catch up on more than ten of them.
  void WriteSteadily(std::uint64_t start, const std::atomic<bool>& done,
                     std::atomic<std::uint64_t>* written) {
    Random random = session_.Generator("writer");
    Values values(values_.size());
    for (std::uint64_t due = start; !done;) {
      const std::uint64_t now = RealClock().NowNanos();
      if (now < due) {
        RealClock().SleepMicros((due - now) / 1000 + 1);
        continue;
      }
      for (int i = 0; i < kWritesPerMilli; ++i) {
        session_.Must(
            session_.store().Put(Key::Padded(random.Uniform(num_)).view(), values.Next()));
      }
      *written += kWritesPerMilli;
      due = std::max(due + 1'000'000, now - std::min<std::uint64_t>(now, 10'000'000));
    }
  }

  // RocksDB as one would set it up for misses: filters and indexes never leave memory, and the
  // cache is four times as large.
  void ReadMissingTuned() {
    if (session_.engine() != "rocksdb" || !session_.Wants("readmissing")) return;
    Budget tuned = session_.config().budget();
    tuned.filters_pinned = true;
    tuned.cache_bytes *= 4;
    (void)session_.Reopen(tuned);
    Read(
        "readmissing", [&](Random* random) { return Key::Padded(random->Uniform(num_)).Missing(); },
        "rocksdb-tuned");
    (void)session_.Reopen(session_.config().budget());
  }

  Session& session_;
  const std::uint64_t num_;
  Values values_;
  const std::uint64_t bytes_each_;
  std::vector<bool> live_;
  std::string value_;
};

}  // namespace

void RunCore(Session* session) {
  Core(session).Run();
}

}  // namespace strata::peers
