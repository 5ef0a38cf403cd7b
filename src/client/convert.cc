#include "client/convert.h"

#include "base/escape.h"
#include "client/core.h"
#include "client/damage.h"

namespace strata::client {
namespace {

WriteResult Failed(const Answer& answer, const v1::WriteResponse& response) {
  const v1::WriteResponse::Failed& told = response.failed();
  FailedCondition failed{.index = told.index(), .key = told.key(), .current = {}};
  if (told.has_current()) {
    const v1::Entry& entry = told.current();
    failed.current = Entry{entry.value(), entry.version(), entry.expires_at_us()};
  }
  Error error(ErrorCode::kConditionFailed, "condition " + std::to_string(failed.index) +
                                               " on key '" + EscapeShort(failed.key) +
                                               "' doesn't hold; nothing was written");
  // An attempt before may have been what changed the key, or may still be on its way.
  const Outcome outcome = answer.in_doubt ? Outcome::kUnknown : Outcome::kFailed;
  return {.outcome = outcome, .failed = std::move(failed), .error = std::move(error)};
}

}  // namespace

v1::Change ChangeOf(std::string_view key, const std::optional<std::string_view>& value,
                    const ClientWrite& write) {
  v1::Change change;
  change.set_key(std::string(key));
  change.set_table(write.table);
  if (value) {
    change.set_value(std::string(*value));
    change.set_ttl_us(write.ttl_us);
    change.set_expires_at_us(write.expires_at_us);
  }
  return change;
}

std::optional<Entry> EntryOf(const v1::GetResponse& response) {
  if (!response.has_entry()) return std::nullopt;
  const v1::Entry& entry = response.entry();
  return Entry{entry.value(), entry.version(), entry.expires_at_us()};
}

ClientScan::Row RowOf(v1::Entry* entry) {
  return {std::move(*entry->mutable_key()),
          {std::move(*entry->mutable_value()), entry->version(), entry->expires_at_us()}};
}

v1::ScanRequest ScanOf(const ClientRange& range) {
  v1::ScanRequest scan;
  scan.set_prefix(range.prefix);
  if (range.lower) scan.set_lower(*range.lower);
  if (range.upper) scan.set_upper(*range.upper);
  scan.set_reverse(range.reverse);
  scan.set_keys_only(range.keys_only);
  return scan;
}

WriteResult ResultOf(const Answer& answer) {
  if (answer.outcome != Outcome::kDone) {
    return {.outcome = answer.outcome, .failed = {}, .error = ErrorOf(answer)};
  }
  const auto response = OnlyMessage<v1::WriteResponse>(answer);
  if (!response) {
    return {.outcome = Outcome::kUnknown, .failed = {}, .error = response.error()};
  }
  if (response->has_failed()) return Failed(answer, *response);
  return {.outcome = Outcome::kDone,
          .sequence = response->sequence(),
          .failed = {},
          .error = {},
          .repeated = response->repeated()};
}

// The enums have "unspecified" at 0, and then ours in their order.
v1::TableOptions MessageOf(const TableOptions& options) {
  v1::TableOptions message;
  if (options.compaction) {
    message.set_compaction(
        static_cast<v1::TableOptions::Compaction>(static_cast<int>(*options.compaction) + 1));
  }
  if (options.compression) {
    message.set_compression(
        static_cast<v1::TableOptions::Compression>(static_cast<int>(*options.compression) + 1));
  }
  if (options.blob_threshold) message.set_blob_threshold(*options.blob_threshold);
  message.set_ttl_us(options.ttl_us);
  message.set_delete_deadline_us(options.delete_deadline_us);
  message.set_empty_value_deletes(options.empty_value_deletes);
  return message;
}

TableInfo TableOf(const v1::TableInfo& message) {
  TableInfo table;
  table.ref.id = message.id();
  table.name = message.name();
  const v1::TableOptions& options = message.options();
  if (options.compaction() != 0) {
    table.options.compaction = static_cast<CompactionStyle>(options.compaction() - 1);
  }
  if (options.compression() != 0) {
    table.options.compression = static_cast<Compression>(options.compression() - 1);
  }
  if (options.has_blob_threshold()) table.options.blob_threshold = options.blob_threshold();
  table.options.ttl_us = options.ttl_us();
  table.options.delete_deadline_us = options.delete_deadline_us();
  table.options.empty_value_deletes = options.empty_value_deletes();
  table.memtable_entries = message.memtable_entries();
  table.files = message.files();
  table.bytes = message.bytes();
  table.entries = message.entries();
  table.deletes = message.deletes();
  table.expiring = message.expiring();
  table.next_expiry_us = message.next_expiry_us();
  return table;
}

Client::ServerStats StatsOf(const v1::StatsResponse& message) {
  StoreStats store{.memtable_bytes = message.memtable_bytes(),
                   .memtable_entries = message.memtable_entries(),
                   .last_sequence = message.last_sequence(),
                   .log_bytes = message.log_bytes(),
                   .recovered_entries = message.recovered_entries(),
                   .levels = {},
                   .immutable_memtables = message.immutable_memtables(),
                   .writers_queued = message.writers_queued(),
                   .cache_bytes = message.cache_bytes(),
                   .cache_capacity = message.cache_capacity(),
                   .compaction_debt_bytes = message.compaction_debt_bytes(),
                   .blob_files = message.blob_files(),
                   .blob_bytes = message.blob_bytes(),
                   .blob_live_bytes = message.blob_live_bytes(),
                   .blob_pinned_bytes = message.blob_pinned_bytes(),
                   .snapshots = message.snapshots(),
                   .oldest_snapshot_sequence = message.oldest_snapshot_sequence(),
                   .versions_held = message.versions_held(),
                   .versions_held_bytes = message.versions_held_bytes(),
                   .versions_released = message.versions_released(),
                   .versions_released_bytes = message.versions_released_bytes(),
                   .tables = {},
                   .index_bytes_saved = message.index_bytes_saved(),
                   .read_only_cause = message.read_only_cause(),
                   .waiting_cause = message.waiting_cause(),
                   .store_id = message.store_id(),
                   .damage = DamageOf(message),
                   .scrub = ScrubOf(message.scrub())};
  for (const v1::LevelShape& level : message.levels()) {
    store.levels.push_back({level.level(), level.runs(), level.tables(), level.bytes(),
                            level.entries(), level.deletes(), level.raw_bytes()});
  }
  for (const v1::TableInfo& table : message.tables()) store.tables.push_back(TableOf(table));
  return {.store = std::move(store),
          .counters = {message.counters().begin(), message.counters().end()},
          .log_sync_nanos = {message.log_sync_nanos().begin(), message.log_sync_nanos().end()},
          .durable_sequence = message.durable_sequence()};
}

}  // namespace strata::client
