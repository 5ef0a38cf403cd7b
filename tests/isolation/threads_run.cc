#include "isolation/threads_run.h"

#include <thread>

namespace strata::isolation {
namespace {

// Small enough that memtables fill and levels merge all the time.
Options BusyStore(SyncMode sync) {
  Options options;
  options.memtable_bytes = 64 << 10;
  options.table_bytes = 32 << 10;
  options.level0_runs = 2;
  options.level1_bytes = 64 << 10;
  options.block_bytes = 512;
  options.block_cache_bytes = 256 << 10;
  options.sync = sync;
  options.stall_max_ms = 1;
  return options;
}

// A thread of its own runs each client; the first one also disturbs the peace.
void RunClient(Client& client, std::uint64_t transactions, DB* disturbed, Findings* findings) {
  std::uint64_t next = 200;
  while (client.ended() < transactions) {
    client.Step();
    std::this_thread::yield();  // So that others' steps come between, on few cores too.
    if (disturbed == nullptr || client.ended() < next) continue;
    next += 200;
    const Status done =
        next % 1000 == 0 ? disturbed->CompactRange(std::nullopt, std::nullopt) : disturbed->Flush();
    if (!done) findings->push_back(done.error().message());
  }
}

}  // namespace

RunResult RunThreads(const ThreadsPlan& plan, const std::string& directory) {
  RunResult result;
  auto db = DB::Open(BusyStore(plan.sync), directory);
  if (!db) return {.findings = {db.error().message()}, .counts = {}};
  const auto workload = plan.workload(plan.threads);
  const Status prepared = workload->Prepare(**db);
  if (!prepared) return {.findings = {prepared.error().message()}, .counts = {}};
  Surroundings around;
  around.db = db->get();
  around.level = plan.level;
  around.lock_timeout_ms = plan.lock_timeout_ms;
  around.styles = plan.styles;
  around.locks_alone = plan.locks_alone;
  std::vector<std::unique_ptr<Client>> clients;
  for (std::uint32_t i = 0; i < plan.threads; ++i) {
    clients.push_back(workload->NewClient(around, i, plan.seed * 1000 + i));
  }
  std::vector<std::jthread> threads;
  for (const auto& client : clients) {
    DB* disturbed = threads.empty() ? around.db : nullptr;
    threads.emplace_back([&plan, &result, &client = *client, disturbed] {
      RunClient(client, plan.transactions, disturbed, &result.findings);
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& client : clients) {
    client->Abandon();
    result.findings.insert(result.findings.end(), client->findings().begin(),
                           client->findings().end());
    for (const auto& [name, count] : client->counts()) result.counts[name] += count;
  }
  const Findings judged = workload->Judge(around, &result.counts);
  result.findings.insert(result.findings.end(), judged.begin(), judged.end());
  return result;
}

}  // namespace strata::isolation
