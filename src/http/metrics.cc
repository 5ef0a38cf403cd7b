#include "http/metrics.h"

#include <array>

#include "http/routes.h"
#include "resp/command_table.h"
#include "stats/counters.h"
#include "stats/histogram.h"

namespace strata::http {
namespace {

using enum MetricType;

constexpr double kMicrosOfSecond = 1e6;

double Read(const std::atomic<std::uint64_t>& count) {
  return static_cast<double>(count.load(std::memory_order_relaxed));
}

// A number that has no labels.
struct Plain {
  std::string_view name;
  MetricType type = kGauge;
  std::string_view help;
  double (*value)(const Scrape& scrape) = nullptr;
};

constexpr auto kServer = std::to_array<Plain>({
    {"strata_connections", kGauge, "Open connections, of all protocols.",
     [](const Scrape& s) { return Read(s.shared.stats.connections); }},
    {"strata_connections_accepted_total", kCounter, "Connections that were accepted.",
     [](const Scrape& s) { return Read(s.shared.stats.accepted); }},
    {"strata_connection_buffer_bytes", kGauge,
     "Kept for all connections: requests that aren't whole, replies that aren't sent.",
     [](const Scrape& s) { return Read(s.shared.stats.buffer_bytes); }},
    {"strata_network_receive_bytes_total", kCounter, "Bytes that clients sent.",
     [](const Scrape& s) { return Read(s.shared.stats.bytes_in); }},
    {"strata_network_transmit_bytes_total", kCounter, "Bytes that clients were sent.",
     [](const Scrape& s) { return Read(s.shared.stats.bytes_out); }},
    {"strata_commits_total", kCounter, "Batches of writes of many clients, each one write.",
     [](const Scrape& s) { return Read(s.shared.stats.commits); }},
    {"strata_commit_failures_total", kCounter, "Batches that couldn't be written.",
     [](const Scrape& s) { return Read(s.shared.stats.failed_commits); }},
    {"strata_slow_requests_total", kCounter, "Requests that took longer than the slow log's limit.",
     [](const Scrape& s) {
       return s.shared.redis == nullptr ? 0 : static_cast<double>(s.shared.redis->slow_log.noted());
     }},
    {"strata_events_total", kCounter, "Events of the store.",
     [](const Scrape& s) { return static_cast<double>(s.shared.events.last_id()); }},
    {"strata_events_missed_total", kCounter, "Events that clients of the stream were too slow for.",
     [](const Scrape& s) { return Read(s.shared.events_missed); }},
    {"strata_event_streams", kGauge, "Clients of the event stream.",
     [](const Scrape& s) { return static_cast<double>(s.shared.events.subscribers()); }},
    {"strata_ready", kGauge, "1 while the server takes reads and writes, as /readyz.",
     [](const Scrape& s) { return NotReadyBecause(s.shared, s.store).empty() ? 1.0 : 0.0; }},
});

template <std::uint64_t StoreStats::* Member>
double Of(const Scrape& scrape) {
  return static_cast<double>(scrape.store.*Member);
}
template <Counter Which>
double Count(const Scrape& scrape) {
  return static_cast<double>(scrape.counters.Get(Which));
}

constexpr auto kStore = std::to_array<Plain>({
    {"strata_store_read_only", kGauge, "1 once the store takes no writes any more.",
     [](const Scrape& s) { return s.store.read_only_cause.empty() ? 0.0 : 1.0; }},
    {"strata_store_waiting", kGauge,
     "1 while flushes or merges wait to be tried again, as the disk is full.",
     [](const Scrape& s) { return s.store.waiting_cause.empty() ? 0.0 : 1.0; }},
    {"strata_damaged_pieces", kGauge, "Pieces of files that aren't whole: their keys are errors.",
     [](const Scrape& s) { return static_cast<double>(s.store.damage.size()); }},
    {"strata_scrub_bytes_total", kCounter, "Bytes read to see whether they are whole.",
     Count<Counter::kScrubBytes>},
    {"strata_scrub_passes_total", kCounter, "Passes over all files.", Count<Counter::kScrubPasses>},
    {"strata_scrub_running", kGauge, "1 while a pass runs.",
     [](const Scrape& s) { return s.store.scrub.running ? 1.0 : 0.0; }},
    {"strata_last_sequence", kGauge, "The sequence of the last write.",
     Of<&StoreStats::last_sequence>},
    {"strata_gets_total", kCounter, "Lookups of one key.", Count<Counter::kGets>},
    {"strata_get_hits_total", kCounter, "Lookups that found the key.", Count<Counter::kGetHits>},
    {"strata_seeks_total", kCounter, "Scans that were begun.", Count<Counter::kSeeks>},
    {"strata_writes_total", kCounter, "Batches that the store took.", Count<Counter::kWrites>},
    {"strata_entries_written_total", kCounter, "Puts and deletes in them.",
     Count<Counter::kEntriesWritten>},
    {"strata_user_bytes_written_total", kCounter, "Keys and values as callers gave them.",
     Count<Counter::kUserBytesWritten>},
    {"strata_wal_bytes_total", kCounter, "Bytes written to the log.", Count<Counter::kWalBytes>},
    {"strata_wal_file_bytes", kGauge, "Bytes of the logs that are there.",
     Of<&StoreStats::log_bytes>},
    {"strata_memtable_bytes", kGauge, "Bytes of memtables.", Of<&StoreStats::memtable_bytes>},
    {"strata_memtable_entries", kGauge, "Entries of memtables.", Of<&StoreStats::memtable_entries>},
    {"strata_memtables_waiting", kGauge, "Full memtables that wait to be written out.",
     Of<&StoreStats::immutable_memtables>},
    {"strata_writers_queued", kGauge, "Writers that wait, or are being carried out.",
     Of<&StoreStats::writers_queued>},
    {"strata_flushes_total", kCounter, "Memtables that were written out.",
     Count<Counter::kFlushes>},
    {"strata_flush_bytes_total", kCounter, "Bytes that flushes wrote.",
     Count<Counter::kFlushBytes>},
    {"strata_compactions_total", kCounter, "Merges of tables.", Count<Counter::kCompactions>},
    {"strata_compaction_bytes_read_total", kCounter, "Bytes that merges read.",
     Count<Counter::kCompactionBytesRead>},
    {"strata_compaction_bytes_written_total", kCounter, "Bytes that merges wrote.",
     Count<Counter::kCompactionBytesWritten>},
    {"strata_compaction_debt_bytes", kGauge, "Bytes that merges are still to write.",
     Of<&StoreStats::compaction_debt_bytes>},
    {"strata_write_amplification_ratio", kGauge,
     "Bytes written to the disk for each byte of callers, since the store was opened.",
     [](const Scrape& s) { return WriteAmplification(s.counters); }},
    {"strata_tables_probed_total", kCounter, "Tables that lookups looked into.",
     Count<Counter::kTablesProbed>},
    {"strata_blocks_read_total", kCounter, "Blocks read from files, not from the cache.",
     Count<Counter::kBlocksRead>},
    {"strata_block_bytes_read_total", kCounter, "Bytes of these blocks.",
     Count<Counter::kBlockBytesRead>},
    {"strata_block_cache_hits_total", kCounter, "Blocks that the cache had.",
     Count<Counter::kCacheHits>},
    {"strata_block_cache_misses_total", kCounter, "Blocks that it hadn't.",
     Count<Counter::kCacheMisses>},
    {"strata_block_cache_evictions_total", kCounter, "Blocks that gave way to others.",
     Count<Counter::kCacheEvictions>},
    {"strata_block_cache_bytes", kGauge, "Bytes in the cache.", Of<&StoreStats::cache_bytes>},
    {"strata_block_cache_capacity_bytes", kGauge, "Bytes that it may hold.",
     Of<&StoreStats::cache_capacity>},
    {"strata_bloom_probes_total", kCounter, "Questions to filters.", Count<Counter::kFilterProbes>},
    {"strata_bloom_useful_total", kCounter, "Times that a filter said no, and saved a read.",
     Count<Counter::kFilterNegatives>},
    {"strata_bloom_false_positive_total", kCounter,
     "Times that a filter said maybe, and the key wasn't there.",
     Count<Counter::kFilterFalsePositives>},
    {"strata_blob_files", kGauge, "Files of values apart from their keys.",
     Of<&StoreStats::blob_files>},
    {"strata_blob_bytes", kGauge, "Bytes of these files.", Of<&StoreStats::blob_bytes>},
    {"strata_blob_live_bytes", kGauge, "Of these, in use; about.",
     Of<&StoreStats::blob_live_bytes>},
    {"strata_snapshots", kGauge, "Snapshots that somebody holds.", Of<&StoreStats::snapshots>},
});

constexpr auto kProcess = std::to_array<Plain>({
    {"process_cpu_seconds_total", kCounter, "Processor time, in user and kernel mode.",
     [](const Scrape& s) { return static_cast<double>(s.usage.cpu_micros) / kMicrosOfSecond; }},
    {"process_resident_memory_bytes", kGauge, "Memory that it has.",
     [](const Scrape& s) { return static_cast<double>(s.usage.resident_bytes); }},
    {"process_virtual_memory_bytes", kGauge, "Addresses that it has.",
     [](const Scrape& s) { return static_cast<double>(s.process.virtual_bytes); }},
    {"process_threads", kGauge, "Threads.",
     [](const Scrape& s) { return static_cast<double>(s.process.threads); }},
    {"process_open_fds", kGauge, "Open descriptors.",
     [](const Scrape& s) { return static_cast<double>(s.process.descriptors); }},
    {"process_max_fds", kGauge, "Descriptors that it may have.",
     [](const Scrape& s) { return static_cast<double>(s.process.descriptors_max); }},
    {"process_start_time_seconds", kGauge, "When it started, since 1970.",
     [](const Scrape& s) { return s.process.started_at_s; }},
});

void AddPlain(std::span<const Plain> metrics, const Scrape& scrape, Exposition* out) {
  for (const Plain& metric : metrics) {
    out->Begin(metric.name, metric.type, metric.help);
    out->Sample(metric.value(scrape));
  }
}

void AddRequests(const Scrape& scrape, Exposition* out) {
  out->Begin("strata_request_duration_seconds", kHistogram,
             "How long requests took, until their reply was ready: a write's, until it was "
             "durable.");
  for (const Api& api : scrape.shared.apis) {
    for (std::size_t i = 0; i < kRequestKindNames.size(); ++i) {
      const DurationCounts counts = api.times->Read(static_cast<RequestKind>(i));
      if (counts.count() == 0) continue;
      out->Histogram({{"api", std::string(api.name)}, {"op", std::string(kRequestKindNames[i])}},
                     counts);
    }
  }
}

void AddCommands(const Scrape& scrape, Exposition* out) {
  if (scrape.shared.redis == nullptr) return;
  const auto add = [&](auto member) {
    for (const resp::Command* command : resp::AllCommands()) {
      const resp::CommandStats& stats = scrape.shared.redis->command_stats[command->number];
      if (Read(stats.calls) + Read(stats.rejected) == 0) continue;
      out->Sample({{"command", std::string(command->name)}}, Read(stats.*member));
    }
  };
  out->Begin("strata_redis_commands_total", kCounter, "Commands that were carried out.");
  add(&resp::CommandStats::calls);
  out->Begin("strata_redis_command_failures_total", kCounter,
             "Commands that were answered with an error.");
  add(&resp::CommandStats::failed);
}

void AddLimits(const Scrape& scrape, Exposition* out) {
  out->Begin("strata_limit_reached_total", kCounter,
             "Times that a limit refused a request, or ended a connection or kept one out.");
  for (const auto& [limit, count] : kLimitCounts) {
    out->Sample({{"limit", std::string(limit)}}, Read(scrape.shared.stats.*count));
  }
}

void AddTls(const Scrape& scrape, Exposition* out) {
  if (scrape.shared.tls == nullptr) return;
  const tls::Counts& counts = *scrape.shared.tls;
  out->Begin("strata_tls_handshakes_total", kCounter, "Handshakes, by how they ended.");
  out->Sample({{"result", "made"}}, Read(counts.made));
  out->Sample({{"result", "refused"}}, Read(counts.refused));
  out->Sample({{"result", "late"}}, Read(counts.late));
  out->Begin("strata_tls_reloads_total", kCounter,
             "Times that certificates were read again, by what came of it.");
  out->Sample({{"result", "taken"}}, Read(counts.reloads));
  out->Sample({{"result", "wrong"}}, Read(counts.wrong_files));
  out->Begin("strata_tls_certificate_end_seconds", kGauge,
             "When the server's certificate ends, since 1970.");
  out->Sample(Read(counts.certificate_end_us) / kMicrosOfSecond);
}

void AddStalls(const Scrape& scrape, Exposition* out) {
  out->Begin("strata_write_stall_seconds_total", kCounter,
             "How long writers were held back, and by what.");
  for (const auto& [name, counter] : {std::pair("memtables", Counter::kStallMicrosMemtables),
                                      std::pair("compaction", Counter::kStallMicrosCompaction),
                                      std::pair("blobs", Counter::kStallMicrosBlobs),
                                      std::pair("memory", Counter::kStallMicrosMemory)}) {
    out->Sample({{"cause", name}},
                static_cast<double>(scrape.counters.Get(counter)) / kMicrosOfSecond);
  }
}

void AddSyncs(const Scrape& scrape, Exposition* out) {
  out->Begin("strata_wal_fsync_duration_seconds", kHistogram,
             "How long it took to bring the log to the disk.");
  const strata::Histogram& syncs = scrape.shared.db.LogSyncTimes();
  out->Histogram({}, syncs.Buckets(), syncs.sum());
}

void AddLevels(const Scrape& scrape, Exposition* out) {
  const auto add = [&](std::string_view name, std::string_view help,
                       std::uint64_t LevelShape::* member) {
    out->Begin(name, kGauge, help);
    for (const LevelShape& level : scrape.store.levels) {
      out->Sample({{"level", std::to_string(level.level)}}, static_cast<double>(level.*member));
    }
  };
  add("strata_lsm_level_files", "Tables of the level.", &LevelShape::tables);
  add("strata_lsm_level_runs", "Runs of the level: what a lookup may have to look into.",
      &LevelShape::runs);
  add("strata_lsm_level_bytes", "Bytes of the level.", &LevelShape::bytes);
  add("strata_lsm_level_entries", "Entries of the level, deletes included.", &LevelShape::entries);
}

}  // namespace

Scrape::Scrape(const Shared& the_shared)
    : shared(the_shared),
      store(the_shared.db.Stats()),
      counters(the_shared.db.counters()),
      usage(UsageOfThisProcess()),
      process(DetailsOfThisProcess()) {}

double WriteAmplification(const Counters& counters) {
  std::uint64_t written = 0;
  for (const Counter counter :
       {Counter::kWalBytes, Counter::kFlushBytes, Counter::kCompactionBytesWritten,
        Counter::kManifestBytes, Counter::kBlobBytesWritten, Counter::kBlobBytesCopied}) {
    written += counters.Get(counter);
  }
  const std::uint64_t given = counters.Get(Counter::kUserBytesWritten);
  return given == 0 ? 0 : static_cast<double>(written) / static_cast<double>(given);
}

std::string MetricsText(const Shared& shared) {
  const Scrape scrape(shared);
  Exposition out;
  out.Begin("strata_build_info", kGauge, "1; version and compiler are in the labels.");
  out.Sample({{"version", shared.version}, {"compiler", __VERSION__}}, 1);
  AddRequests(scrape, &out);
  AddCommands(scrape, &out);
  AddLimits(scrape, &out);
  AddPlain(kServer, scrape, &out);
  AddTls(scrape, &out);
  AddPlain(kStore, scrape, &out);
  AddStalls(scrape, &out);
  AddSyncs(scrape, &out);
  AddLevels(scrape, &out);
  AddPlain(kProcess, scrape, &out);
  return out.Take();
}

Answer Metrics(const Asked& asked) {
  return {.type = Exposition::kContentType, .body = MetricsText(asked.shared)};
}

}  // namespace strata::http
