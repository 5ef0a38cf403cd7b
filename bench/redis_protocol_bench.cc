// Lesson redis-protocol: what requests and patterns cost, and how many commits writes need that
// come together. Mallocs and commits are asserted; time is only shown.

#include <benchmark/benchmark.h>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench_store.h"
#include "count_mallocs.h"
#include "resp/call.h"
#include "resp/session.h"
#include "server/draft.h"
#include "stats/counters.h"

namespace strata::resp {
namespace {

std::string Pipeline(std::int64_t depth) {
  const std::string set = "*3\r\n$3\r\nSET\r\n$8\r\nkey00001\r\n$100\r\n" + std::string(100, 'v');
  std::string bytes;
  while (--depth >= 0) bytes += set + "\r\n";
  return bytes;
}

// As many requests as came in one read, out of the buffer in which they came.
void BM_ParseRequests(benchmark::State& state) {
  const std::string input = Pipeline(state.range(0));
  RequestParser parser({});
  const auto parse_all = [&] {
    for (std::string_view rest = input; !rest.empty(); parser.Reset()) {
      if (parser.Parse(rest) != Parsed::kRequest) return state.SkipWithError("no request");
      rest.remove_prefix(parser.bytes());
    }
  };
  parse_all();
  std::uint64_t during = 0;
  for (auto _ : state) {
    const std::uint64_t before = mallocs;
    parse_all();
    during += mallocs - before;
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  const double each = static_cast<double>(during) / static_cast<double>(state.items_processed());
  state.counters["mallocs_per_request"] = each;
  if (each > 0.01) state.SkipWithError("a request must need no malloc");
}
BENCHMARK(BM_ParseRequests)->RangeMultiplier(4)->Range(1, 64);

// An argument that comes in pieces of 4 KiB. The time grows with its size, not with the square.
void BM_ParseInPieces(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const std::string input =
      "*1\r\n$" + std::to_string(size) + "\r\n" + std::string(size, 'v') + "\r\n";
  std::uint64_t before_it_is_whole = 0;
  for (auto _ : state) {
    const std::uint64_t before = mallocs;
    RequestParser parser({});
    for (std::size_t end = 4096; end < input.size(); end += 4096) {
      if (parser.Parse({input.data(), end}) != Parsed::kMore) state.SkipWithError("it isn't whole");
    }
    before_it_is_whole = mallocs - before;
    if (parser.Parse(input) != Parsed::kRequest) state.SkipWithError("it is whole");
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
  state.counters["mallocs_before_it_is_whole"] = static_cast<double>(before_it_is_whole);
  if (before_it_is_whole > 0) state.SkipWithError("a length that is announced must cost nothing");
}
BENCHMARK(BM_ParseInPieces)->RangeMultiplier(16)->Range(64 << 10, 16 << 20);

// A pattern of so many stars that matches nothing: a*a*a*b.
void BM_Glob(benchmark::State& state) {
  std::string pattern;
  for (std::int64_t i = 0; i < state.range(0); ++i) pattern += "a*";
  const std::string text(10'000, 'a');
  for (auto _ : state) {
    if (MatchesGlob(pattern + "b", text)) state.SkipWithError("it must not match");
  }
}
BENCHMARK(BM_Glob)->RangeMultiplier(10)->Range(1, 1'000);

// So many clients send `input`, requests that write, over and over. They are served without a
// network: all of it becomes one draft, as in the committer when it finds their works waiting.
void Serve(benchmark::State& state, std::int64_t clients, testing::Disk disk,
           std::string_view input) {
  testing::BenchStore store({.sync = SyncMode::kAlways}, disk);
  server::ServerStats stats;
  Shared shared(*store.operator->(), RealEnvironment(), stats, {});
  std::deque<Session> sessions;
  while (--clients >= 0) sessions.emplace_back(server::Peer{}, shared);
  server::Draft draft(shared.db, 0);
  server::Output output;
  std::vector<std::unique_ptr<server::Work>> works;
  for (auto _ : state) {
    draft.BeginAnew(RealClock().WallMicros());
    for (Session& session : sessions) {
      (void)session.Consume(input, &output);
      works.push_back(session.TakeWork());
      works.back()->Run(draft);
    }
    if (!draft.Commit()) state.SkipWithError("the writes failed");
    for (std::size_t i = 0; i < works.size(); ++i) {
      (void)sessions[i].FinishWork(std::move(works[i]), &output);
    }
    works.clear();
    output.Clear();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  const auto commits = static_cast<double>(store->counters().Get(Counter::kWrites));
  const double each = commits / static_cast<double>(state.items_processed());
  state.counters["commits_per_write"] = each;
  if (each * static_cast<double>(state.range(0)) > 1.1) state.SkipWithError("share commits");
}

// One client that sends so many writes before it waits for a reply.
void BM_Pipeline(benchmark::State& state) {
  Serve(state, 1, testing::Disk::kReal, Pipeline(state.range(0)));
}
BENCHMARK(BM_Pipeline)->RangeMultiplier(4)->Range(1, 64)->UseRealTime();

// So many clients that add to one counter at the same time.
void BM_Counter(benchmark::State& state) {
  Serve(state, state.range(0), testing::Disk::kReal, "INCR n\r\n");
}
BENCHMARK(BM_Counter)->RangeMultiplier(4)->Range(1, 64)->UseRealTime();

}  // namespace
}  // namespace strata::resp
