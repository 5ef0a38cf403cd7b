// Lesson observability: what it costs to count a request, to keep an event, to be scraped, and to
// send events. Mallocs and bytes are asserted; time is only shown.

#include <benchmark/benchmark.h>
#include <memory>
#include <string>
#include <vector>

#include "bench_store.h"
#include "count_mallocs.h"
#include "http/event_stream.h"
#include "http/metrics.h"
#include "http/session.h"
#include "resp/session.h"
#include "stats/request_times.h"

namespace strata::http {
namespace {

// One request, counted.
void BM_RecordRequest(benchmark::State& state) {
  RequestTimes times;
  std::uint64_t nanos = 1'000;
  const std::uint64_t before = mallocs;
  for (auto _ : state) {
    times.Record(RequestKind::kRead, nanos);
    nanos = nanos * 5 / 3 % 20'000'000 + 500;
  }
  const auto during = static_cast<double>(mallocs - before);
  state.counters["mallocs_per_request"] = during / static_cast<double>(state.iterations());
  if (during > 10) state.SkipWithError("counting a request must need no malloc");
  if (times.Read(RequestKind::kRead).count() != static_cast<std::uint64_t>(state.iterations())) {
    state.SkipWithError("each request is counted");
  }
}
BENCHMARK(BM_RecordRequest);

// A GET of a value in memory, as the loop serves it, with all that is counted around it.
void BM_CountedGet(benchmark::State& state) {
  testing::BenchStore store({.sync = SyncMode::kNone}, testing::Disk::kMemory);
  server::ServerStats stats;
  resp::Shared shared(*store.operator->(), RealEnvironment(), stats, {});
  resp::Session session(server::Peer{}, shared);
  server::Output output;
  if (!store->Put("key00001", std::string(100, 'v'))) state.SkipWithError("the put failed");
  std::string input;
  for (int i = 0; i < 16; ++i) input += "*2\r\n$3\r\nGET\r\n$8\r\nkey00001\r\n";
  for (auto _ : state) {
    (void)session.Consume(input, &output);
    output.Clear();
  }
  state.SetItemsProcessed(state.iterations() * 16);
  const std::uint64_t counted = shared.times.Read(RequestKind::kRead).count();
  if (counted != static_cast<std::uint64_t>(state.items_processed())) {
    state.SkipWithError("each request is counted");
  }
}
BENCHMARK(BM_CountedGet);

// So many levels' worth of a scrape: it may cost what it costs, but it must stay small.
void BM_Scrape(benchmark::State& state) {
  testing::BenchStore store({.sync = SyncMode::kNone}, testing::Disk::kMemory);
  server::ServerStats stats;
  EventRing events(4'096, 1 << 20);
  resp::Shared redis(*store.operator->(), RealEnvironment(), stats, {});
  Shared shared(*store.operator->(), RealEnvironment(), stats, {}, events);
  shared.redis = &redis;
  shared.apis.push_back({.name = "redis", .times = &redis.times});
  for (std::size_t kind = 0; kind < kRequestKindNames.size(); ++kind) {
    redis.times.Record(static_cast<RequestKind>(kind), 1'000'000);
    shared.times.Record(static_cast<RequestKind>(kind), 1'000'000);
  }
  for (auto& command : redis.command_stats) command.calls = 1'000'000;
  std::size_t bytes = 0;
  for (auto _ : state) bytes = MetricsText(shared).size();
  state.counters["bytes_per_scrape"] = static_cast<double>(bytes);
  if (bytes > (64 << 10)) state.SkipWithError("a scrape must stay below 64 KiB");
}
BENCHMARK(BM_Scrape);

// An event that nobody watches, in a ring that is full: what a flush pays.
void BM_KeepEvent(benchmark::State& state) {
  EventRing ring(4'096, 1 << 20);
  const std::string line(150, 'x');
  for (int i = 0; i < 10'000; ++i) ring.Append(line);
  for (auto _ : state) ring.Append(line);
  if (ring.ReadAfter(0, 1 << 30).events.size() > 4'096) state.SkipWithError("the ring is bounded");
}
BENCHMARK(BM_KeepEvent);

// So many clients that are sent each event, and one in four of them doesn't read. What is kept for
// those stays within its limit, however many events there are.
void BM_Watchers(benchmark::State& state) {
  EventRing ring(4'096, 1 << 20);
  const std::string line(150, 'x');
  std::vector<std::unique_ptr<EventStream>> streams;
  std::vector<server::Output> outputs(static_cast<std::size_t>(state.range(0)));
  for (const auto& output : outputs) {
    (void)output;
    streams.push_back(std::make_unique<EventStream>(ring, "run", "0"));
  }
  std::size_t unsent_max = 0;
  for (auto _ : state) {
    ring.Append(line);
    for (std::size_t i = 0; i < streams.size(); ++i) {
      streams[i]->WriteTo(&outputs[i], 1);
      unsent_max = std::max(unsent_max, outputs[i].bytes());
      if (i % 4 != 3) outputs[i].Clear();
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["unsent_max"] = static_cast<double>(unsent_max);
  if (unsent_max > EventStream::kUnsentMax + (32 << 10)) {
    state.SkipWithError("who doesn't read must cost a bounded amount");
  }
}
BENCHMARK(BM_Watchers)->RangeMultiplier(4)->Range(1, 64);

}  // namespace
}  // namespace strata::http
