// Lesson roles-and-audit: what a decision costs, how many a request makes, and what is paid while
// there are no users. Decisions and mallocs are asserted; time is only shown.

#include <benchmark/benchmark.h>
#include <memory>
#include <string>

#include "auth/authority.h"
#include "auth/password.h"
#include "auth/rules.h"
#include "bench_store.h"
#include "count_mallocs.h"
#include "resp/session.h"
#include "server/read_only.h"

namespace strata::auth {
namespace {

// A user with so many grants on one table, each of a range of its own.
Accounts WithGrants(std::int64_t grants) {
  Accounts accounts{.version = 1};
  accounts.users["root"].grants.push_back(Grant::Everything());
  User& ada = accounts.users["ada"];
  for (std::int64_t i = 0; i < grants; ++i) {
    const std::string number = std::to_string(1'000'000 + i * 10);
    ada.grants.push_back({.actions = Action::kRead,
                          .table = "users",
                          .keys = {.lower = "k" + number, .upper = "k" + number + "5"}});
  }
  return accounts;
}

void BM_Decide(benchmark::State& state) {
  const Rules rules(WithGrants(state.range(0)));
  const Identity ada = rules.As("ada", Identity::Shown::kPassword);
  const std::string key = "k" + std::to_string(1'000'000 + state.range(0) / 2 * 10) + "2";
  Needs needs;
  needs.Key(Action::kRead, "users", key);
  const std::uint64_t before = mallocs;
  bool may = true;
  for (auto _ : state) may = may && !rules.FirstDenied(ada, 0, needs.list());
  state.counters["mallocs_per_decision"] =
      static_cast<double>(mallocs - before) / static_cast<double>(state.iterations());
  if (mallocs - before > 10) state.SkipWithError("a decision needs no malloc");
  if (!may) state.SkipWithError("the key is granted");
}
BENCHMARK(BM_Decide)->Arg(1)->Arg(100)->Arg(1'000);

// A GET as the loop serves it: 0: there are no users; 1: there are, and one of them asks.
void BM_Get(benchmark::State& state) {
  testing::BenchStore store({.sync = SyncMode::kNone}, testing::Disk::kMemory);
  server::ServerStats stats;
  resp::Shared shared(*store.operator->(), RealEnvironment(), stats, {});
  auto authority = Authority::Open(*store.operator->(), RealEnvironment(), nullptr, {});
  if (!authority) return state.SkipWithError("the rules can't be read");
  shared.authority = authority->get();
  resp::Session session(server::Peer{}, shared);
  server::Output output;
  if (state.range(0) == 1) {
    const auto hash = HashPassword("x", std::string(kSaltBytes, 's'), {.log_n = 4});
    const Status added = (*authority)->Change("", "", "", [&](Accounts* accounts) -> Status {
      STRATA_TRY(AddUser(accounts, "ada", /*administrator=*/true));
      return SetPassword(accounts, "ada", *hash);
    });
    if (!added) return state.SkipWithError("the user can't be added");
    (void)session.Consume("*3\r\n$4\r\nAUTH\r\n$3\r\nada\r\n$1\r\nx\r\n", &output);
    auto work = session.TakeWork();
    server::ReadOnly now(*store.operator->(), 0, server::ReadOnly::MayWait::kYes);
    work->Run(now);
    (void)session.FinishWork(std::move(work), &output);
  }
  if (!store->Put("key00001", std::string(100, 'v'))) state.SkipWithError("the put failed");
  std::string input;
  for (int i = 0; i < 16; ++i) input += "*2\r\n$3\r\nGET\r\n$8\r\nkey00001\r\n";
  output.Clear();
  const std::uint64_t before = (*authority)->decisions();
  for (auto _ : state) {
    (void)session.Consume(input, &output);
    output.Clear();
  }
  state.SetItemsProcessed(state.iterations() * 16);
  const auto decisions = static_cast<double>((*authority)->decisions() - before);
  const double per_request = decisions / static_cast<double>(state.items_processed());
  state.counters["decisions_per_request"] = per_request;
  if (per_request != static_cast<double>(state.range(0))) {
    state.SkipWithError("a request is decided once, and without users not at all");
  }
}
BENCHMARK(BM_Get)->Arg(0)->Arg(1);

// One password, hashed as it is kept: what a guess costs.
void BM_HashPassword(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(HashPassword("open sesame", std::string(kSaltBytes, 's')));
  }
}
BENCHMARK(BM_HashPassword)->Unit(benchmark::kMillisecond);

void BM_SealRecord(benchmark::State& state) {
  AuditPlace place;
  const AuditRecord record{.time_us = 1'700'000'000'000'000,
                           .who = "ada",
                           .from = "127.0.0.1:5000",
                           .what = "get",
                           .table = "users",
                           .allowed = false};
  for (auto _ : state) benchmark::DoNotOptimize(SealRecord(record, place.seq, &place));
}
BENCHMARK(BM_SealRecord);

}  // namespace
}  // namespace strata::auth
