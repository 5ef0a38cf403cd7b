// What the dashboard shows: /api/v1/stats.

#include <algorithm>
#include <array>

#include "base/json_text.h"
#include "http/metrics.h"
#include "http/routes.h"
#include "resp/command_table.h"
#include "stats/counters.h"
#include "stats/histogram.h"

namespace strata::http {
namespace {

constexpr std::size_t kSlowShown = 20;

std::uint64_t Read(const std::atomic<std::uint64_t>& count) {
  return count.load(std::memory_order_relaxed);
}

Totals TotalsOf(const Scrape& scrape) {
  const Shared& shared = scrape.shared;
  Totals totals{.at_us = shared.environment.clock->NowMicros()};
  for (const Api& api : shared.apis) {
    auto& kinds = totals.apis.emplace_back();
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      kinds[i] = api.times->Read(static_cast<RequestKind>(i));
    }
  }
  totals.bytes_in = Read(shared.stats.bytes_in);
  totals.bytes_out = Read(shared.stats.bytes_out);
  totals.user_bytes_written = scrape.counters.Get(Counter::kUserBytesWritten);
  totals.wal_syncs = scrape.counters.Get(Counter::kWalSyncs);
  totals.block_reads = scrape.counters.Get(Counter::kBlocksRead);
  return totals;
}

// Since the start, and in the window: how many, how fast, how long.
void AddRequests(const Shared& shared, const Totals& now, const Totals& earlier, double seconds,
                 JsonText* json) {
  json->Name("requests").BeginArray();
  for (std::size_t i = 0; i < now.apis.size(); ++i) {
    for (std::size_t kind = 0; kind < kRequestKindNames.size(); ++kind) {
      const DurationCounts& all = now.apis[i][kind];
      if (all.count() == 0) continue;
      const DurationCounts window = all.Since(earlier.apis[i][kind]);
      json->BeginObject()
          .AddText("api", shared.apis[i].name)
          .AddText("op", kRequestKindNames[kind])
          .Add("count", all.count())
          .AddReal("per_second", static_cast<double>(window.count()) / seconds)
          .AddReal("mean_us", window.mean_nanos() / 1e3);
      for (const auto& [name, percent] : {std::pair("p50_us", 50.0), std::pair("p90_us", 90.0),
                                          std::pair("p99_us", 99.0), std::pair("p999_us", 99.9)}) {
        json->AddReal(name, static_cast<double>(window.Percentile(percent)) / 1e3);
      }
      json->EndObject();
    }
  }
  json->EndArray();
}

void AddRates(const Totals& now, const Totals& earlier, double seconds, JsonText* json) {
  const auto rate = [&](std::string_view name, std::uint64_t Totals::* member) {
    json->AddReal(name, static_cast<double>(now.*member - earlier.*member) / seconds);
  };
  json->Name("rates").BeginObject().AddReal("window_seconds", seconds);
  rate("bytes_in", &Totals::bytes_in);
  rate("bytes_out", &Totals::bytes_out);
  rate("user_bytes_written", &Totals::user_bytes_written);
  rate("wal_syncs", &Totals::wal_syncs);
  rate("block_reads", &Totals::block_reads);
  json->EndObject();
}

void AddTree(const Scrape& scrape, JsonText* json) {
  const StoreStats& store = scrape.store;
  json->Name("memtables")
      .BeginObject()
      .Add("bytes", store.memtable_bytes)
      .Add("entries", store.memtable_entries)
      .Add("waiting", store.immutable_memtables)
      .EndObject();
  json->Name("levels").BeginArray();
  for (const LevelShape& level : store.levels) {
    json->BeginObject()
        .Add("level", level.level)
        .Add("runs", level.runs)
        .Add("tables", level.tables)
        .Add("bytes", level.bytes)
        .Add("entries", level.entries)
        .Add("deletes", level.deletes)
        .EndObject();
  }
  json->EndArray();
  json->Name("store")
      .BeginObject()
      .Add("last_sequence", store.last_sequence)
      .Add("log_bytes", store.log_bytes)
      .Add("compaction_debt_bytes", store.compaction_debt_bytes)
      .Add("blob_files", store.blob_files)
      .Add("blob_bytes", store.blob_bytes)
      .Add("blob_live_bytes", store.blob_live_bytes)
      .Add("snapshots", store.snapshots)
      .Add("tables", store.tables.size())
      .Add("flushes", scrape.counters.Get(Counter::kFlushes))
      .Add("compactions", scrape.counters.Get(Counter::kCompactions))
      .AddReal("write_amplification", WriteAmplification(scrape.counters))
      .EndObject();
}

void AddDamage(const StoreStats& store, JsonText* json) {
  const ScrubProgress& scrub = store.scrub;
  json->Name("scrub")
      .BeginObject()
      .Add("passes", scrub.passes)
      .AddBool("running", scrub.running)
      .AddText("file", scrub.file)
      .Add("files_read", scrub.files_read)
      .Add("files", scrub.files)
      .Add("bytes_read", scrub.bytes_read)
      .EndObject();
  json->Name("damage").BeginArray();
  for (const Damage& damage : store.damage) {
    json->BeginObject()
        .AddText("file", damage.file)
        .Add("offset", damage.offset)
        .AddText("table", damage.table)
        .AddText("what", damage.what)
        .EndObject();
  }
  json->EndArray();
}

void AddCaches(const Scrape& scrape, JsonText* json) {
  const Counters& counters = scrape.counters;
  json->Name("cache")
      .BeginObject()
      .Add("bytes", scrape.store.cache_bytes)
      .Add("capacity", scrape.store.cache_capacity)
      .Add("hits", counters.Get(Counter::kCacheHits))
      .Add("misses", counters.Get(Counter::kCacheMisses))
      .Add("evictions", counters.Get(Counter::kCacheEvictions))
      .EndObject();
  json->Name("filters")
      .BeginObject()
      .Add("probes", counters.Get(Counter::kFilterProbes))
      .Add("useful", counters.Get(Counter::kFilterNegatives))
      .Add("false_positives", counters.Get(Counter::kFilterFalsePositives))
      .EndObject();
}

void AddStalls(const Scrape& scrape, JsonText* json) {
  const Counters& counters = scrape.counters;
  json->Name("stalls")
      .BeginObject()
      .Add("memtables_us", counters.Get(Counter::kStallMicrosMemtables))
      .Add("compaction_us", counters.Get(Counter::kStallMicrosCompaction))
      .Add("blobs_us", counters.Get(Counter::kStallMicrosBlobs))
      .Add("memory_us", counters.Get(Counter::kStallMicrosMemory))
      .EndObject();
  const Histogram& syncs = scrape.shared.db.LogSyncTimes();
  json->Name("log_syncs").BeginObject().Add("count", syncs.count());
  for (const auto& [name, percent] :
       {std::pair("p50_us", 50.0), std::pair("p99_us", 99.0), std::pair("p999_us", 99.9)}) {
    json->AddReal(name, static_cast<double>(syncs.Percentile(percent)) / 1e3);
  }
  json->EndObject();
}

void AddServer(const Scrape& scrape, JsonText* json) {
  const server::ServerStats& stats = scrape.shared.stats;
  json->Name("server")
      .BeginObject()
      .Add("connections", Read(stats.connections))
      .Add("connections_max", scrape.shared.limits.connections_max)
      .Add("accepted", Read(stats.accepted))
      .Add("buffer_bytes", Read(stats.buffer_bytes))
      .Add("commits", Read(stats.commits))
      .Add("failed_commits", Read(stats.failed_commits))
      .Add("resident_bytes", scrape.usage.resident_bytes)
      .Add("cpu_us", scrape.usage.cpu_micros)
      .Add("descriptors", scrape.process.descriptors)
      .EndObject();
  json->Name("limits").BeginObject();
  for (const auto& [limit, count] : kLimitCounts) json->Add(limit, Read(stats.*count));
  json->EndObject();
}

// What a client named is shown to those alone who may look at keys.
void AddSlow(const Shared& shared, JsonText* json) {
  json->Name("slow").BeginArray();
  if (shared.redis != nullptr) {
    for (const auto& entry : shared.redis->slow_log.Newest(kSlowShown)) {
      json->BeginObject()
          .Add("id", entry.id)
          .Add("at_us", entry.at_us)
          .Add("micros", entry.micros)
          .AddText("command", entry.command)
          .AddText("client", entry.client.empty() ? entry.peer : entry.client);
      if (shared.browse) {
        json->Name("words").BeginArray();
        for (const std::string& word : entry.words) json->String(word);
        json->EndArray();
      }
      json->Name("trace").BeginArray();
      for (const auto& step : entry.trace) {
        json->BeginObject()
            .AddText("where", step.where)
            .AddText("what", step.what)
            .Add("nanos", step.nanos)
            .EndObject();
      }
      json->EndArray().EndObject();
    }
  }
  json->EndArray();
}

}  // namespace

Answer Stats(const Asked& asked) {
  Shared& shared = asked.shared;
  const Scrape scrape(shared);
  const Totals now = TotalsOf(scrape);
  const Totals earlier = shared.rates.Earlier(now, shared.started_us);
  const double seconds =
      static_cast<double>(std::max<std::uint64_t>(now.at_us - earlier.at_us, 1)) / 1e6;
  const std::string not_ready = NotReadyBecause(shared, scrape.store);
  Answer answer;
  JsonText json(&answer.body);
  json.BeginObject()
      .AddText("version", shared.version)
      .Add("time_us", shared.environment.clock->WallMicros())
      .AddReal("uptime_seconds", static_cast<double>(now.at_us - shared.started_us) / 1e6)
      .AddBool("ready", not_ready.empty())
      .AddText("not_ready_because", not_ready)
      .AddText("waiting_cause", scrape.store.waiting_cause)
      .AddBool("browse", shared.browse)
      .AddText("last_event", shared.run + "." + std::to_string(shared.events.last_id()));
  AddRequests(shared, now, earlier, seconds, &json);
  AddRates(now, earlier, seconds, &json);
  AddTree(scrape, &json);
  AddDamage(scrape.store, &json);
  AddCaches(scrape, &json);
  AddStalls(scrape, &json);
  AddServer(scrape, &json);
  AddSlow(shared, &json);
  json.EndObject();
  answer.body += '\n';
  return answer;
}

}  // namespace strata::http
