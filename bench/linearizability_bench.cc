// Lesson linearizability: what it costs to judge a history. Asserted: steps of the search for each
// operation, and that what led to one state before isn't tried again. Time is only shown.

#include <benchmark/benchmark.h>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/random.h"
#include "check/linearizability.h"

namespace strata::check {
namespace {

// Clients that each put, get and compare-and-set at random; linearizable by construction: each
// operation happens where it is made, and its client hears of it up to a round of them later.
History MakeHistory(std::uint64_t operations, std::uint64_t clients, std::uint64_t keys) {
  Random random(clients * 1'000 + keys);
  std::vector<Value> store(keys);
  std::vector<std::uint64_t> free_at(clients);
  History history;
  for (std::uint64_t i = 0; i < operations; ++i) {
    const std::uint64_t client = i % clients;
    const std::uint64_t key = random.Uniform(keys);
    const std::string name = "k" + std::to_string(key);
    const std::string value = std::to_string(i);
    const std::uint64_t moment = (i + 1) * 100;
    Operation op{.client = client, .outcome = Outcome::kOk};
    op.invoked = free_at[client] + random.Uniform(moment - free_at[client]);
    op.returned = moment + random.Uniform((clients - 1) * 100 + 1);
    free_at[client] = op.returned + 1;
    switch (random.Uniform(4)) {
      case 0:
        op.clauses = {If(name, store[key]), Put(name, value)};
        store[key] = value;
        break;
      case 1:
        op.clauses = {Put(name, value)};
        store[key] = value;
        break;
      default:
        op.clauses = {Get(name, store[key])};
        break;
    }
    history.push_back(std::move(op));
  }
  return history;
}

void BM_Judge(benchmark::State& state) {
  const std::uint64_t operations = std::getenv("STRATA_BENCH_QUICK") != nullptr ? 2'000 : 20'000;
  const History history = MakeHistory(operations, static_cast<std::uint64_t>(state.range(0)),
                                      static_cast<std::uint64_t>(state.range(1)));
  Verdict verdict;
  for (auto _ : state) {
    verdict = CheckLinearizable(history);
    if (verdict.answer != Answer::kLinearizable) return state.SkipWithError("it is linearizable");
  }
  const double steps = static_cast<double>(verdict.steps) / static_cast<double>(operations);
  state.counters["steps_per_operation"] = steps;
  state.counters["parts"] = static_cast<double>(verdict.parts);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(operations));
  if (state.range(0) == 1 && steps != 1) {
    return state.SkipWithError("one client leaves no choice");
  }
  if (steps > 3) return state.SkipWithError("the search went back too often");
}
BENCHMARK(BM_Judge)
    ->ArgNames({"clients", "keys"})
    ->Args({1, 1})
    ->Args({4, 1})
    ->Args({16, 1})
    ->Args({16, 8})
    ->Unit(benchmark::kMillisecond);

// So many writes at once, and a read of none of them: all orders are wrong.
void BM_NoOrder(benchmark::State& state) {
  const auto writes = static_cast<std::uint64_t>(state.range(0));
  History history;
  for (std::uint64_t i = 0; i < writes; ++i) {
    history.push_back({.client = i,
                       .invoked = 0,
                       .returned = 9,
                       .outcome = Outcome::kOk,
                       .clauses = {Put("x", std::to_string(i))}});
  }
  history.push_back({.client = 0,
                     .invoked = 10,
                     .returned = 11,
                     .outcome = Outcome::kOk,
                     .clauses = {Get("x", "other")}});
  const std::vector<Part> parts = SplitIntoParts(history);
  SearchResult found;
  for (auto _ : state) found = FindOrder(parts.front(), 100'000'000);
  if (found.answer != Answer::kNot) return state.SkipWithError("there is no order");
  double orders = 1;
  for (std::uint64_t i = 2; i <= writes; ++i) orders *= static_cast<double>(i);
  state.counters["states"] = static_cast<double>(found.states);
  state.counters["orders"] = orders;
  // Each set of writes with each of its members as the last one.
  if (found.states != writes << (writes - 1)) return state.SkipWithError("a state was met twice");
}
BENCHMARK(BM_NoOrder)->ArgName("writes")->Arg(4)->Arg(8)->Arg(12)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace strata::check
