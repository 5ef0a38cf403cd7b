// YCSB's six core workloads, in the order that its authors recommend: A, B, C, F, D, E.

#include <atomic>

#include "peers/groups.h"

namespace strata::peers {
namespace {

constexpr std::uint64_t kValueBytes = 1000;  // Ten fields of 100 bytes, kept as one value.
constexpr int kThreads = 2;
constexpr std::uint64_t kScanMax = 100;

// Shares of each operation, in percent; what is left is reads.
struct OperationMix {
  const char* name;
  std::uint64_t updates = 0;
  std::uint64_t inserts = 0;
  std::uint64_t scans = 0;
  std::uint64_t read_modify_writes = 0;
  bool latest = false;  // The newest records are the most popular.
};

constexpr OperationMix kMixes[] = {{"ycsb-a", 50, 0, 0, 0},      {"ycsb-b", 5, 0, 0, 0},
                                   {"ycsb-c", 0, 0, 0, 0},       {"ycsb-f", 0, 0, 0, 50},
                                   {"ycsb-d", 0, 5, 0, 0, true}, {"ycsb-e", 0, 5, 95, 0}};

class Ycsb {
 public:
  explicit Ycsb(Session* session)
      : session_(*session),
        records_(session->config().Scaled(1'000'000, 1'000)),
        zipf_(records_),
        inserted_(records_) {}

  void Run() {
    Load();
    for (const OperationMix& mix : kMixes) {
      if (!session_.Wants(mix.name)) continue;
      Timed timed = TimeThreads(kThreads, session_.config().seconds, kStride, [&](int thread) {
        return [this, &mix, values = Values(kValueBytes), value = std::string(),
                random = session_.Generator(mix.name + std::to_string(thread))](
                   std::uint64_t) mutable { One(mix, &random, &values, &value); };
      });
      session_.Report(mix.name, &timed);
      session_.store().Settle();
    }
  }

 private:
  void Load() {
    Values values(kValueBytes);
    session_.Fresh(session_.config().budget());
    session_.Written("ycsb-load", 20 + kValueBytes, [&] {
      return TimeCount(records_, kStride, [&](std::uint64_t i) {
        session_.Must(session_.store().Put(Key::User(i).view(), values.Next()));
      });
    });
  }

  Key Choose(const OperationMix& mix, Random* random) const {
    const std::uint64_t rank = zipf_.Next(random);
    return Key::User(mix.latest ? inserted_.load(std::memory_order_relaxed) - 1 - rank
                                : peers::Mix(rank) % records_);
  }

  void One(const OperationMix& mix, Random* random, Values* values, std::string* value) {
    Store& store = session_.store();
    std::uint64_t dice = random->Uniform(100);
    const auto drawn = [&dice](std::uint64_t share) {
      const bool hit = dice < share;
      dice -= hit ? 0 : share;
      return hit;
    };
    if (drawn(mix.updates)) {
      session_.Must(store.Put(Choose(mix, random).view(), values->Next()));
    } else if (drawn(mix.inserts)) {
      session_.Must(store.Put(Key::User(inserted_.fetch_add(1)).view(), values->Next()));
    } else if (drawn(mix.scans)) {
      (void)store.Scan(Choose(mix, random).view(), random->Between(1, kScanMax));
    } else if (drawn(mix.read_modify_writes)) {
      const Key key = Choose(mix, random);
      (void)store.Get(key.view(), value);
      session_.Must(store.Put(key.view(), values->Next()));
    } else {
      (void)store.Get(Choose(mix, random).view(), value);
    }
  }

  Session& session_;
  const std::uint64_t records_;
  const Zipf zipf_;
  std::atomic<std::uint64_t> inserted_;
};

}  // namespace

void RunYcsb(Session* session) {
  Ycsb(session).Run();
}

}  // namespace strata::peers
