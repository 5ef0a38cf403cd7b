// Tables: named key spaces of the store.

#include "api/methods.h"

namespace strata::api {
namespace {

// The enums have "unspecified" at 0, and then ours in their order.
TableOptions OptionsOf(const v1::TableOptions& asked) {
  TableOptions options{.ttl_us = asked.ttl_us(),
                       .delete_deadline_us = asked.delete_deadline_us(),
                       .empty_value_deletes = asked.empty_value_deletes()};
  if (asked.compaction() != 0) {
    options.compaction = static_cast<CompactionStyle>(asked.compaction() - 1);
  }
  if (asked.compression() != 0) {
    options.compression = static_cast<Compression>(asked.compression() - 1);
  }
  if (asked.has_blob_threshold()) options.blob_threshold = asked.blob_threshold();
  return options;
}

Status Create(Service& service, server::Keyspace& keyspace, const v1::CreateTablesRequest& request,
              v1::CreateTablesResponse* reply) {
  if (!v1::TableOptions::Compaction_IsValid(request.options().compaction()) ||
      !v1::TableOptions::Compression_IsValid(request.options().compression())) {
    return InvalidArgument("the options name a compaction or compression that this server lacks");
  }
  STRATA_TRY(keyspace.Commit());
  const std::vector<std::string> names(request.names().begin(), request.names().end());
  for (const std::string& name : names) STRATA_TRY(Service::CheckNotOurs(name));
  STRATA_TRY_ASSIGN(const auto made,
                    service.db().CreateTables(names, OptionsOf(request.options())));
  for (const TableRef table : made) reply->add_ids(table.id);
  return {};
}

void DescribeOptions(const TableOptions& options, v1::TableOptions* message) {
  if (options.compaction) {
    message->set_compaction(
        static_cast<v1::TableOptions::Compaction>(static_cast<int>(*options.compaction) + 1));
  }
  if (options.compression) {
    message->set_compression(
        static_cast<v1::TableOptions::Compression>(static_cast<int>(*options.compression) + 1));
  }
  if (options.blob_threshold) message->set_blob_threshold(*options.blob_threshold);
  message->set_ttl_us(options.ttl_us);
  message->set_delete_deadline_us(options.delete_deadline_us);
  message->set_empty_value_deletes(options.empty_value_deletes);
}

}  // namespace

void DescribeTable(const TableInfo& table, v1::TableInfo* message) {
  message->set_name(table.name);
  message->set_id(table.ref.id);
  DescribeOptions(table.options, message->mutable_options());
  message->set_memtable_entries(table.memtable_entries);
  message->set_files(table.files);
  message->set_bytes(table.bytes);
  message->set_entries(table.entries);
  message->set_deletes(table.deletes);
  message->set_expiring(table.expiring);
  message->set_next_expiry_us(table.next_expiry_us);
}

void AddTableMethods(Service& service, grpc::MethodTable* methods) {
  (*methods)["/strata.v1.Tables/Create"] = {
      .access = Needing<v1::CreateTablesRequest>(),
      .route = grpc::Route::kCommit,
      .function = Typed<v1::CreateTablesRequest, v1::CreateTablesResponse>(
          [&service](grpc::Call& call, const auto& request, auto* reply) {
            return Create(service, call.keyspace, request, reply);
          })};
  (*methods)["/strata.v1.Tables/Drop"] = {
      .access = Needing<v1::DropTableRequest>(),
      .route = grpc::Route::kCommit,
      .function = Typed<v1::DropTableRequest, v1::DropTableResponse>(
          [&service](grpc::Call& call, const auto& request, auto* /*reply*/) -> Status {
            STRATA_TRY(Service::CheckNotOurs(request.name()));
            STRATA_TRY(call.keyspace.Commit());
            return service.db().DropTable(request.name());
          })};
  (*methods)["/strata.v1.Tables/Truncate"] = {
      .access = Needing<v1::TruncateTableRequest>(),
      .route = grpc::Route::kCommit,
      .function = Typed<v1::TruncateTableRequest, v1::TruncateTableResponse>(
          [&service](grpc::Call& call, const auto& request, auto* /*reply*/) -> Status {
            STRATA_TRY(Service::CheckNotOurs(request.name()));
            STRATA_TRY(call.keyspace.Commit());
            return service.db().TruncateTable(request.name());
          })};
  (*methods)["/strata.v1.Tables/List"] = {
      .access = grpc::Access::AnyUser(),
      .route = grpc::Route::kRead,
      .function = Typed<v1::ListTablesRequest, v1::ListTablesResponse>(
          [&service](grpc::Call& call, const auto& /*request*/, auto* reply) -> Status {
            for (const TableInfo& table : service.db().ListTables()) {
              if (!call.caller->authority->Sees(call.caller->seat, table.name)) continue;
              DescribeTable(table, reply->add_tables());
            }
            return {};
          })};
}

}  // namespace strata::api
