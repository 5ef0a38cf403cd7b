#include "resp/info.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "io/process_usage.h"
#include "resp/client_list.h"
#include "resp/command_table.h"

namespace strata::resp {
namespace {

class Section {
 public:
  Section(std::string* text, std::string_view title) : text_(*text) {
    if (!text_.empty()) text_ += "\r\n";
    text_ += "# " + std::string(title) + "\r\n";
  }
  Section& Add(std::string_view name, std::string_view value) {
    text_ += std::string(name) + ":" + std::string(value) + "\r\n";
    return *this;
  }
  Section& Add(std::string_view name, std::uint64_t value) {
    return Add(name, std::to_string(value));
  }

 private:
  std::string& text_;
};

std::uint64_t Read(const std::atomic<std::uint64_t>& count) {
  return count.load(std::memory_order_relaxed);
}

void AddServer(const Call& call, std::string* text) {
  const Shared& shared = call.shared;
  const std::uint64_t up = (call.now_us() - shared.started_us) / 1'000'000;
  Section(text, "Server")
      .Add("redis_version", kRedisVersion)
      .Add("strata_version", shared.version)
      .Add("redis_mode", "standalone")
      .Add("os", "Linux")
      .Add("arch_bits", "64")
      .Add("multiplexing_api", "epoll")
      .Add("run_id", shared.run_id)
      .Add("tcp_port", shared.port)
      .Add("server_time_usec", call.now_us())
      .Add("uptime_in_seconds", up)
      .Add("uptime_in_days", up / 86'400);
}

void AddClients(const Call& call, std::string* text) {
  Section(text, "Clients")
      .Add("connected_clients", Read(call.shared.stats.connections))
      .Add("maxclients", call.shared.limits.connections_max)
      .Add("blocked_clients", "0")
      .Add("client_buffer_bytes", Read(call.shared.stats.buffer_bytes));
}

void AddMemory(const Call& call, const StoreStats& store, std::string* text) {
  const std::uint64_t resident = UsageOfThisProcess().resident_bytes;
  Section(text, "Memory")
      .Add("used_memory", resident)
      .Add("used_memory_rss", resident)
      .Add("maxmemory", "0")
      .Add("maxmemory_policy", "noeviction")
      .Add("store_memtable_bytes", store.memtable_bytes)
      .Add("store_cache_bytes", store.cache_bytes)
      .Add("client_buffer_bytes", Read(call.shared.stats.buffer_bytes));
}

void AddPersistence(const StoreStats& store, std::string* text) {
  Section(text, "Persistence")
      .Add("loading", "0")
      .Add("rdb_bgsave_in_progress", "0")
      .Add("aof_enabled", "1")
      .Add("aof_rewrite_in_progress", "0")
      .Add("aof_last_write_status", store.read_only_cause.empty() ? "ok" : "err")
      .Add("store_log_bytes", store.log_bytes)
      .Add("store_last_sequence", store.last_sequence)
      .Add("store_read_only_cause", store.read_only_cause)
      .Add("store_waiting_cause", store.waiting_cause)
      .Add("store_damaged_pieces", store.damage.size())
      .Add("store_scrub_passes", store.scrub.passes)
      .Add("store_scrub_running", store.scrub.running ? 1 : 0);
}

void AddStats(const Call& call, std::string* text) {
  const server::ServerStats& stats = call.shared.stats;
  std::uint64_t calls = 0;
  for (const CommandStats& command : call.shared.command_stats) calls += Read(command.calls);
  Section(text, "Stats")
      .Add("total_connections_received", Read(stats.accepted))
      .Add("total_commands_processed", calls)
      .Add("total_net_input_bytes", Read(stats.bytes_in))
      .Add("total_net_output_bytes", Read(stats.bytes_out))
      .Add("rejected_connections", Read(stats.over_connections))
      .Add("keyspace_hits", Read(call.shared.hits))
      .Add("keyspace_misses", Read(call.shared.misses))
      .Add("total_error_replies", Read(call.shared.errors))
      .Add("commits", Read(stats.commits))
      .Add("failed_commits", Read(stats.failed_commits))
      .Add("limit_request", Read(stats.over_request))
      .Add("limit_replies", Read(stats.over_replies))
      .Add("limit_buffers", Read(stats.over_buffers))
      .Add("limit_stuck", Read(stats.stuck))
      .Add("limit_idle", Read(stats.idle))
      .Add("limit_descriptors", Read(stats.no_descriptors));
}

void AddReplication(std::string* text) {
  Section(text, "Replication").Add("role", "master").Add("connected_slaves", "0");
}

void AddCommandStats(const Call& call, std::string* text) {
  Section section(text, "Commandstats");
  for (const Command* command : AllCommands()) {
    const CommandStats& stats = call.shared.command_stats[command->number];
    const std::uint64_t calls = Read(stats.calls);
    if (calls == 0 && Read(stats.rejected) == 0) continue;
    std::array<char, 200> line;
    (void)std::snprintf(
        line.data(), line.size(),
        "calls=%llu,usec=%llu,usec_per_call=%.2f,rejected_calls=%llu,"
        "failed_calls=%llu",
        static_cast<unsigned long long>(calls), static_cast<unsigned long long>(Read(stats.micros)),
        calls == 0 ? 0.0 : static_cast<double>(Read(stats.micros)) / static_cast<double>(calls),
        static_cast<unsigned long long>(Read(stats.rejected)),
        static_cast<unsigned long long>(Read(stats.failed)));
    section.Add("cmdstat_" + std::string(command->name), line.data());
  }
}

// An estimate, as it must not take long; DBSIZE counts.
void AddKeyspace(const Call& call, std::string* text) {
  Section section(text, "Keyspace");
  for (const TableInfo& info : call.shared.db.ListTables()) {
    for (int number = 0; number < kDatabases; ++number) {
      if (info.name != Databases::NameOf(number)) continue;
      const std::int64_t keys = EstimateKeys(call.shared.db, info.ref);
      if (keys == 0) continue;
      section.Add("db" + std::to_string(number), "keys=" + std::to_string(keys) + ",expires=" +
                                                     std::to_string(info.expiring) + ",avg_ttl=0");
    }
  }
}

}  // namespace

std::string InfoText(const Call& call, const std::vector<std::string>& sections) {
  const auto asked = [&](std::string_view name) {
    return std::find(sections.begin(), sections.end(), name) != sections.end();
  };
  const bool everything = asked("all") || asked("everything");
  const bool usual = everything || sections.empty() || asked("default");
  const StoreStats store = call.shared.db.Stats();
  std::string text;
  if (usual || asked("server")) AddServer(call, &text);
  if (usual || asked("clients")) AddClients(call, &text);
  if (usual || asked("memory")) AddMemory(call, store, &text);
  if (usual || asked("persistence")) AddPersistence(store, &text);
  if (usual || asked("stats")) AddStats(call, &text);
  if (usual || asked("replication")) AddReplication(&text);
  if (everything || asked("commandstats")) AddCommandStats(call, &text);
  if (usual || asked("cluster")) Section(&text, "Cluster").Add("cluster_enabled", "0");
  if (usual || asked("keyspace")) AddKeyspace(call, &text);
  return text;
}

}  // namespace strata::resp
