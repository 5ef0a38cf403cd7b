// What strata/client.h offers beside data: tables, and the store as a whole.

#include "client/calls.h"
#include "client/damage.h"
#include "strata/client.h"

namespace strata {

using client::CallKind;
using client::LongUnless;
using client::MessageIn;

Result<std::vector<std::uint32_t>> Client::CreateTables(const std::vector<std::string>& names,
                                                        const TableOptions& options) {
  if (options.replicated) {
    return Error(ErrorCode::kUnsupported,
                 "a replicated table is made by those who replicate it, "
                 "and not through a server");
  }
  v1::CreateTablesRequest request;
  for (const std::string& name : names) request.add_names(name);
  *request.mutable_options() = client::MessageOf(options);
  STRATA_TRY_ASSIGN(const auto made, MessageIn<v1::CreateTablesResponse>(
                                         core_->Ask({.path = "/strata.v1.Tables/Create",
                                                     .kind = CallKind::kOnce,
                                                     .message = request.SerializeAsString()})));
  return std::vector<std::uint32_t>(made.ids().begin(), made.ids().end());
}

Status Client::DropTable(std::string_view name) {
  v1::DropTableRequest request;
  request.set_name(std::string(name));
  STRATA_TRY(
      MessageIn<v1::DropTableResponse>(core_->Ask({.path = "/strata.v1.Tables/Drop",
                                                   .kind = CallKind::kOnce,
                                                   .message = request.SerializeAsString()})));
  return {};
}

Status Client::TruncateTable(std::string_view name) {
  v1::TruncateTableRequest request;
  request.set_name(std::string(name));
  STRATA_TRY(
      MessageIn<v1::TruncateTableResponse>(core_->Ask({.path = "/strata.v1.Tables/Truncate",
                                                       .kind = CallKind::kOnce,
                                                       .message = request.SerializeAsString()})));
  return {};
}

Result<std::vector<TableInfo>> Client::ListTables() {
  STRATA_TRY_ASSIGN(const auto list, MessageIn<v1::ListTablesResponse>(
                                         core_->Ask({.path = "/strata.v1.Tables/List"})));
  std::vector<TableInfo> tables;
  for (const v1::TableInfo& table : list.tables()) tables.push_back(client::TableOf(table));
  return tables;
}

Result<Client::ServerStats> Client::Stats() {
  STRATA_TRY_ASSIGN(const auto stats,
                    MessageIn<v1::StatsResponse>(core_->Ask({.path = "/strata.v1.Admin/Stats"})));
  return client::StatsOf(stats);
}

Status Client::Flush(std::uint64_t timeout_us) {
  STRATA_TRY(MessageIn<v1::FlushResponse>(
      core_->Ask({.path = "/strata.v1.Admin/Flush", .timeout_us = LongUnless(timeout_us)})));
  return {};
}

Status Client::Compact(std::string_view table, std::optional<std::string> from,
                       std::optional<std::string> to, std::uint64_t timeout_us) {
  v1::CompactRequest request;
  request.set_table(std::string(table));
  if (from) request.set_from(*std::move(from));
  if (to) request.set_to(*std::move(to));
  STRATA_TRY(MessageIn<v1::CompactResponse>(core_->Ask({.path = "/strata.v1.Admin/Compact",
                                                        .message = request.SerializeAsString(),
                                                        .timeout_us = LongUnless(timeout_us)})));
  return {};
}

Status Client::WaitForCompactions(std::uint64_t timeout_us) {
  v1::CompactRequest request;
  request.set_only_wait(true);
  STRATA_TRY(MessageIn<v1::CompactResponse>(core_->Ask({.path = "/strata.v1.Admin/Compact",
                                                        .message = request.SerializeAsString(),
                                                        .timeout_us = LongUnless(timeout_us)})));
  return {};
}

Result<std::uint64_t> Client::Sync(std::uint64_t timeout_us) {
  STRATA_TRY_ASSIGN(const auto synced,
                    MessageIn<v1::SyncResponse>(
                        core_->Ask({.path = "/strata.v1.Admin/Sync", .timeout_us = timeout_us})));
  return synced.durable_sequence();
}

Status Client::Verify(std::uint64_t timeout_us) {
  STRATA_TRY(MessageIn<v1::VerifyResponse>(
      core_->Ask({.path = "/strata.v1.Admin/Verify", .timeout_us = LongUnless(timeout_us)})));
  return {};
}

Result<ScrubReport> Client::Scrub(std::uint64_t timeout_us) {
  STRATA_TRY_ASSIGN(const auto found,
                    MessageIn<v1::ScrubResponse>(core_->Ask(
                        {.path = "/strata.v1.Admin/Scrub", .timeout_us = LongUnless(timeout_us)})));
  return ScrubReport{found.files(), found.bytes(), client::DamageOf(found)};
}

Result<CheckpointInfo> Client::Checkpoint(const std::string& directory, std::uint64_t timeout_us) {
  v1::CheckpointRequest request;
  request.set_directory(directory);
  STRATA_TRY_ASSIGN(const auto made, MessageIn<v1::CheckpointResponse>(
                                         core_->Ask({.path = "/strata.v1.Admin/Checkpoint",
                                                     .kind = CallKind::kOnce,
                                                     .message = request.SerializeAsString(),
                                                     .timeout_us = LongUnless(timeout_us)})));
  return CheckpointInfo{made.files(), made.bytes(), made.linked_bytes()};
}

}  // namespace strata
