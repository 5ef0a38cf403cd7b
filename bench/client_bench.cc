// Lesson client: what a stall of 50 ms looks like to a load generator that waits for replies, and
// to one that keeps to a schedule; and what it costs to judge an attempt. How many requests were
// slow is asserted; time is only shown.

#include <array>
#include <atomic>
#include <benchmark/benchmark.h>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/check.h"
#include "client/retry.h"
#include "io/environment.h"
#include "load/generator.h"
#include "load/operations.h"
#include "load/speaker.h"

namespace strata::load {
namespace {

constexpr std::uint64_t kStallUs = 50'000;
constexpr std::uint64_t kSlowNs = 10'000'000;
constexpr double kRate = 2'000;
constexpr std::size_t kConnections = 4;

// Answers +OK to each SET of the Redis protocol that comes in one read, and does nothing at all for
// a moment, once.
class StallingServer {
 public:
  StallingServer() : poller_(Must(PosixNetwork().NewPoller())) {
    listener_ = Must(PosixNetwork().Listen({.host = "127.0.0.1", .port = 0}));
    STRATA_CHECK(poller_->Add(*listener_, 0).has_value());
    thread_ = RealEnvironment().executor->StartThread("bench-server", [this] { Run(); });
  }
  ~StallingServer() {
    stop_ = true;
    poller_->Wake();
    thread_.reset();
  }

  const Endpoint& endpoint() const { return listener_->endpoint(); }

 private:
  template <typename T>
  static T Must(Result<T> result) {
    STRATA_CHECK(result.has_value());
    return *std::move(result);
  }

  void Run() {
    const std::uint64_t stall_at_us = RealClock().NowMicros() + 100'000;
    bool stalled = false;
    while (!stop_) {
      for (const Ready& ready : poller_->Wait(1'000)) {
        if (ready.token == 0) {
          Accept();
        } else {
          Serve(*clients_.at(ready.token));
        }
      }
      if (!stalled && RealClock().NowMicros() >= stall_at_us) {
        stalled = true;
        RealClock().SleepMicros(kStallUs);
      }
    }
    for (auto& [token, socket] : clients_) poller_->Remove(*socket);
  }

  void Accept() {
    while (auto socket = Must(listener_->Accept())) {
      const std::uint64_t token = clients_.size() + 1;
      STRATA_CHECK(poller_->Add(*socket, token, {.read = true}).has_value());
      clients_[token] = std::move(socket);
    }
  }

  static void Serve(Socket& socket) {
    std::array<char, 1024> buffer;
    const auto got = socket.Read(buffer);
    if (!got || !*got || **got == 0) return;
    const std::string_view reply = "+OK\r\n";
    static_cast<void>(socket.Write({&reply, 1}));
  }

  const std::unique_ptr<Poller> poller_;
  std::unique_ptr<Listener> listener_;
  std::map<std::uint64_t, std::unique_ptr<Socket>> clients_;
  std::atomic<bool> stop_{false};
  std::unique_ptr<RunningThread> thread_;
};

// How many of a run's requests took longer than 10 ms.
std::uint64_t SlowOnes(double rate) {
  StallingServer server;
  KeySpace keys(1'000);
  Operations operations({.mix = {0, 1, 0, 0, 0}}, keys, Random(1));
  Generator generator({.endpoint = server.endpoint(),
                       .connections = kConnections,
                       .rate = rate,
                       .arrivals = Arrivals::kEven,
                       .duration_us = 300'000},
                      {.clock = RealClock(),
                       .network = PosixNetwork(),
                       .keys = keys,
                       .new_speaker = NewRespSpeaker,
                       .next = [&] { return std::optional(operations.Next()); }});
  STRATA_CHECK(generator.Run().has_value());
  std::uint64_t slow = 0;
  for (const KindTally& kind : generator.tally().kinds) {
    for (const auto& [most, count] : kind.latency.Buckets()) slow += most > kSlowNs ? count : 0;
  }
  return slow;
}

void BM_ClosedLoop(benchmark::State& state) {
  std::uint64_t slow = 0;
  for (auto _ : state) slow += SlowOnes(0);
  const double each = static_cast<double>(slow) / static_cast<double>(state.iterations());
  state.counters["slow_requests"] = each;
}
BENCHMARK(BM_ClosedLoop)->Iterations(3)->UseRealTime();

void BM_OpenLoop(benchmark::State& state) {
  std::uint64_t slow = 0;
  for (auto _ : state) slow += SlowOnes(kRate);
  const double each = static_cast<double>(slow) / static_cast<double>(state.iterations());
  state.counters["slow_requests"] = each;
  // Those who came in the first 40 of the 50 ms waited for more than ten.
  if (each < kRate * 0.030) state.SkipWithError("a stall must show in an open loop");
}
BENCHMARK(BM_OpenLoop)->Iterations(3)->UseRealTime();

void BM_Judge(benchmark::State& state) {
  const grpc::CallEnd end{{grpc::Code::kUnavailable, "", ""}, grpc::Fate::kInDoubt};
  for (auto _ : state) {
    benchmark::DoNotOptimize(client::Judge(client::CallKind::kWrite, end, false));
  }
}
BENCHMARK(BM_Judge);

}  // namespace
}  // namespace strata::load
