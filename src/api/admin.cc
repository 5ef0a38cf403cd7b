// Admin: what `strata stats`, `compact`, `verify`, `scrub` and `checkpoint` do, from afar. What
// takes long is for threads of its own, so that no reader is held up.

#include "api/damage.h"
#include "api/methods.h"
#include "stats/counters.h"
#include "stats/histogram.h"

namespace strata::api {
namespace {

void DescribeLevels(const StoreStats& stats, v1::StatsResponse* reply) {
  for (const LevelShape& level : stats.levels) {
    v1::LevelShape* const shape = reply->add_levels();
    shape->set_level(level.level);
    shape->set_runs(level.runs);
    shape->set_tables(level.tables);
    shape->set_bytes(level.bytes);
    shape->set_entries(level.entries);
    shape->set_deletes(level.deletes);
    shape->set_raw_bytes(level.raw_bytes);
  }
}

void DescribeMemory(const StoreStats& stats, v1::StatsResponse* reply) {
  reply->set_memtable_bytes(stats.memtable_bytes);
  reply->set_memtable_entries(stats.memtable_entries);
  reply->set_log_bytes(stats.log_bytes);
  reply->set_recovered_entries(stats.recovered_entries);
  reply->set_immutable_memtables(stats.immutable_memtables);
  reply->set_writers_queued(stats.writers_queued);
  reply->set_cache_bytes(stats.cache_bytes);
  reply->set_cache_capacity(stats.cache_capacity);
}

void DescribeFiles(const StoreStats& stats, v1::StatsResponse* reply) {
  reply->set_compaction_debt_bytes(stats.compaction_debt_bytes);
  reply->set_blob_files(stats.blob_files);
  reply->set_blob_bytes(stats.blob_bytes);
  reply->set_blob_live_bytes(stats.blob_live_bytes);
  reply->set_blob_pinned_bytes(stats.blob_pinned_bytes);
  reply->set_index_bytes_saved(stats.index_bytes_saved);
}

void DescribeVersions(const StoreStats& stats, v1::StatsResponse* reply) {
  reply->set_last_sequence(stats.last_sequence);
  reply->set_snapshots(stats.snapshots);
  reply->set_oldest_snapshot_sequence(stats.oldest_snapshot_sequence);
  reply->set_versions_held(stats.versions_held);
  reply->set_versions_held_bytes(stats.versions_held_bytes);
  reply->set_versions_released(stats.versions_released);
  reply->set_versions_released_bytes(stats.versions_released_bytes);
}

Status Stats(Service& service, v1::StatsResponse* reply) {
  DB& db = service.db();
  const StoreStats stats = db.Stats();
  service.SetServing(stats.read_only_cause.empty());
  DescribeLevels(stats, reply);
  DescribeMemory(stats, reply);
  DescribeFiles(stats, reply);
  DescribeVersions(stats, reply);
  for (const TableInfo& table : stats.tables) DescribeTable(table, reply->add_tables());
  reply->set_read_only_cause(stats.read_only_cause);
  reply->set_waiting_cause(stats.waiting_cause);
  reply->set_store_id(stats.store_id);
  for (const Damage& damage : stats.damage) Describe(damage, reply->add_damage());
  Describe(stats.scrub, reply->mutable_scrub());
  reply->set_durable_sequence(db.DurableVersion());
  for (std::size_t i = 0; i < static_cast<std::size_t>(Counter::kCount); ++i) {
    const auto counter = static_cast<Counter>(i);
    (*reply->mutable_counters())[std::string(CounterName(counter))] = db.counters().Get(counter);
  }
  for (const auto& [bound, count] : db.LogSyncTimes().Buckets()) {
    (*reply->mutable_log_sync_nanos())[bound] = count;
  }
  return {};
}

Status Compact(Service& service, const v1::CompactRequest& request) {
  if (request.only_wait()) return service.db().WaitForCompactions();
  STRATA_TRY_ASSIGN(const TableRef table, service.Table(request.table()));
  const auto bound = [](bool there, const std::string& key) {
    return there ? std::optional(key) : std::nullopt;
  };
  return service.db().CompactTable(table, bound(request.has_from(), request.from()),
                                   bound(request.has_to(), request.to()));
}

Status Checkpoint(Service& service, const v1::CheckpointRequest& request,
                  v1::CheckpointResponse* reply) {
  const std::string& directory = request.directory();
  if (!directory.starts_with('/') || directory.find('\0') != std::string::npos) {
    return InvalidArgument(
        "a checkpoint needs the whole path of a directory on the server's machine");
  }
  STRATA_TRY_ASSIGN(const auto copied, service.db().Checkpoint(directory));
  reply->set_files(copied.files);
  reply->set_bytes(copied.bytes);
  reply->set_linked_bytes(copied.linked_bytes);
  return {};
}

Status Scrub(Service& service, v1::ScrubResponse* reply) {
  STRATA_TRY_ASSIGN(const ScrubReport report, service.db().Scrub());
  reply->set_files(report.files);
  reply->set_bytes(report.bytes);
  for (const Damage& damage : report.damage) Describe(damage, reply->add_damage());
  return {};
}

template <typename Request, typename Reply, typename F>
void Add(grpc::MethodTable* methods, const std::string& name, F function) {
  (*methods)["/strata.v1.Admin/" + name] = {
      .route = grpc::Route::kLock,
      .function =
          Typed<Request, Reply>([function](grpc::Call& /*call*/, const Request& request,
                                           Reply* reply) { return function(request, reply); })};
}

}  // namespace

void AddAdminMethods(Service& service, grpc::MethodTable* methods) {
  Add<v1::StatsRequest, v1::StatsResponse>(
      methods, "Stats",
      [&service](const auto& /*request*/, auto* reply) { return Stats(service, reply); });
  Add<v1::FlushRequest, v1::FlushResponse>(
      methods, "Flush",
      [&service](const auto& /*request*/, auto* /*reply*/) { return service.db().Flush(); });
  Add<v1::CompactRequest, v1::CompactResponse>(
      methods, "Compact",
      [&service](const auto& request, auto* /*reply*/) { return Compact(service, request); });
  Add<v1::SyncRequest, v1::SyncResponse>(
      methods, "Sync", [&service](const auto& /*request*/, auto* reply) -> Status {
        STRATA_TRY(service.db().Sync());
        reply->set_durable_sequence(service.db().DurableVersion());
        return {};
      });
  Add<v1::VerifyRequest, v1::VerifyResponse>(
      methods, "Verify",
      [&service](const auto& /*request*/, auto* /*reply*/) { return service.db().VerifyAll(); });
  Add<v1::ScrubRequest, v1::ScrubResponse>(
      methods, "Scrub",
      [&service](const auto& /*request*/, auto* reply) { return Scrub(service, reply); });
  Add<v1::CheckpointRequest, v1::CheckpointResponse>(
      methods, "Checkpoint",
      [&service](const auto& request, auto* reply) { return Checkpoint(service, request, reply); });
}

}  // namespace strata::api
