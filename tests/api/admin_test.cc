// Tables, the store's affairs, health and reflection.

#include <catch2/catch.hpp>

#include "api/api_world.h"
#include "grpc/health/v1/health.pb.h"
#include "grpc/reflection/v1/reflection.pb.h"

namespace strata::api {
namespace {

using testing::ApiWorld;

TEST_CASE("tables are made with their options, told and dropped", "[typed-api]") {
  ApiWorld world;
  v1::CreateTablesRequest create;
  create.add_names("one");
  create.add_names("two");
  create.mutable_options()->set_compaction(v1::TableOptions::TIERED);
  create.mutable_options()->set_compression(v1::TableOptions::UNCOMPRESSED);
  create.mutable_options()->set_ttl_us(5'000'000);
  create.mutable_options()->set_blob_threshold(77);
  const auto made = world.Ask<v1::CreateTablesResponse>("Tables/Create", create);
  REQUIRE(made->ids_size() == 2);
  const auto list = world.Ask<v1::ListTablesResponse>("Tables/List", v1::ListTablesRequest());
  REQUIRE(list->tables_size() == 3);
  CHECK(list->tables(0).name() == "default");
  CHECK(list->tables(1).name() == "one");
  CHECK(list->tables(1).id() == made->ids(0));
  CHECK(list->tables(1).options().SerializeAsString() == create.options().SerializeAsString());
  CHECK_FALSE(world.Ask<v1::CreateTablesResponse>("Tables/Create", create).status.ok());
  v1::DropTableRequest drop;
  drop.set_name("one");
  CHECK(world.Ask<v1::DropTableResponse>("Tables/Drop", drop).status.ok());
  CHECK(world.Ask<v1::DropTableResponse>("Tables/Drop", drop).status.code == grpc::Code::kNotFound);
}

TEST_CASE("what is drafted is written before a table is dropped", "[typed-api]") {
  ApiWorld world;
  v1::CreateTablesRequest create;
  create.add_names("t");
  world.Ask<v1::CreateTablesResponse>("Tables/Create", create);
  v1::PutRequest put;
  put.set_table("t");
  put.set_key("k");
  v1::DropTableRequest drop;
  drop.set_name("t");
  auto& session = world.session();
  const auto into_it = session.Start("/strata.v1.KV/Put", put.SerializeAsString());
  const auto dropped = session.Start("/strata.v1.Tables/Drop", drop.SerializeAsString());
  put.clear_table();
  const auto beside = session.Start("/strata.v1.KV/Put", put.SerializeAsString());
  CHECK(session.CarryOut() == 3);
  for (const auto call : {into_it, dropped, beside}) CHECK(session.told(call).end->status.ok());
}

TEST_CASE("what is drafted is written before a table is truncated, and goes with it",
          "[typed-api]") {
  const std::string table = GENERATE("default", "t");
  ApiWorld world;
  v1::CreateTablesRequest create;
  create.add_names("t");
  world.Ask<v1::CreateTablesResponse>("Tables/Create", create);
  v1::PutRequest put;
  put.set_table(table);
  put.set_key("k");
  v1::TruncateTableRequest truncate;
  truncate.set_name(table);
  auto& session = world.session();
  const auto before = session.Start("/strata.v1.KV/Put", put.SerializeAsString());
  const auto truncated = session.Start("/strata.v1.Tables/Truncate", truncate.SerializeAsString());
  put.set_key("l");
  const auto after = session.Start("/strata.v1.KV/Put", put.SerializeAsString());
  CHECK(session.CarryOut() == 3);
  for (const auto call : {before, truncated, after}) CHECK(session.told(call).end->status.ok());
  v1::GetRequest get;
  get.mutable_from()->set_table(table);
  get.set_key("k");
  CHECK_FALSE(world.Ask<v1::GetResponse>("KV/Get", get)->has_entry());
  get.set_key("l");
  CHECK(world.Ask<v1::GetResponse>("KV/Get", get)->has_entry());
  truncate.set_name("nope");
  CHECK(world.Ask<v1::TruncateTableResponse>("Tables/Truncate", truncate).status.code ==
        grpc::Code::kNotFound);
}

TEST_CASE("the server's own tables can be read and not changed", "[typed-api]") {
  ApiWorld world;
  world.Put("k", "v", "id");
  v1::DropTableRequest drop;
  drop.set_name("strata.writes");
  CHECK(world.Ask<v1::DropTableResponse>("Tables/Drop", drop).status.code ==
        grpc::Code::kInvalidArgument);
  v1::TruncateTableRequest truncate;
  truncate.set_name("strata.writes");
  CHECK(world.Ask<v1::TruncateTableResponse>("Tables/Truncate", truncate).status.code ==
        grpc::Code::kInvalidArgument);
  v1::CreateTablesRequest create;
  create.add_names("strata.mine");
  CHECK(world.Ask<v1::CreateTablesResponse>("Tables/Create", create).status.code ==
        grpc::Code::kInvalidArgument);
  v1::PutRequest put;
  put.set_table("strata.writes");
  put.set_key("other");
  CHECK(world.Ask<v1::WriteResponse>("KV/Put", put).status.code == grpc::Code::kInvalidArgument);
  v1::GetRequest get;
  get.mutable_from()->set_table("strata.writes");
  get.set_key("id");
  CHECK(world.Ask<v1::GetResponse>("KV/Get", get)->has_entry());
  CHECK(world.Put("k", "w", "id")->repeated());
}

TEST_CASE("statistics are those of the store", "[typed-api]") {
  ApiWorld world;
  world.Put("k", "v");
  CHECK(world.Ask<v1::FlushResponse>("Admin/Flush", v1::FlushRequest()).status.ok());
  const auto stats = world.Ask<v1::StatsResponse>("Admin/Stats", v1::StatsRequest());
  CHECK(stats->last_sequence() == 1);
  CHECK(stats->store_id().size() == 16);
  CHECK(stats->tables(0).entries() == 1);
  CHECK(stats->counters().at("flushes") == 1);
  CHECK_FALSE(stats->log_sync_nanos().empty());
  CHECK(world.Ask<v1::CompactResponse>("Admin/Compact", v1::CompactRequest()).status.ok());
  CHECK(world.Ask<v1::VerifyResponse>("Admin/Verify", v1::VerifyRequest()).status.ok());
  CHECK(world.Ask<v1::SyncResponse>("Admin/Sync", v1::SyncRequest())->durable_sequence() == 1);
}

TEST_CASE("a checkpoint is a store", "[typed-api]") {
  ApiWorld world;
  world.Put("k", "v");
  v1::CheckpointRequest checkpoint;
  CHECK(world.Ask<v1::CheckpointResponse>("Admin/Checkpoint", checkpoint).status.code ==
        grpc::Code::kInvalidArgument);
  for (const std::string& wrong : {std::string("copy"), std::string("/copy\0/x", 8)}) {
    checkpoint.set_directory(wrong);
    CHECK(world.Ask<v1::CheckpointResponse>("Admin/Checkpoint", checkpoint).status.code ==
          grpc::Code::kInvalidArgument);
  }
  checkpoint.set_directory("/copy");
  const auto copied = world.Ask<v1::CheckpointResponse>("Admin/Checkpoint", checkpoint);
  CHECK(copied.status.ok());
  CHECK(copied->files() >= 1);
  CHECK_FALSE(world.Ask<v1::CheckpointResponse>("Admin/Checkpoint", checkpoint).status.ok());
}

std::string Health(ApiWorld& world, const std::string& service) {
  ::grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  const auto told =
      world.session().Call("/grpc.health.v1.Health/Check", request.SerializeAsString());
  if (!told.end->status.ok()) return std::string(NameOf(told.end->status.code));
  ::grpc::health::v1::HealthCheckResponse reply;
  REQUIRE(reply.ParseFromString(told.messages.at(0)));
  return ::grpc::health::v1::HealthCheckResponse::ServingStatus_Name(reply.status());
}

TEST_CASE("health is told for the server and each service", "[typed-api]") {
  ApiWorld world;
  CHECK(Health(world, "") == "SERVING");
  CHECK(Health(world, "strata.v1.KV") == "SERVING");
  CHECK(Health(world, "readiness") == "SERVING");
  CHECK(Health(world, "strata.v1.Nobody") == "NOT_FOUND");
}

TEST_CASE("a store that stopped taking writes isn't healthy, but alive", "[typed-api]") {
  ApiWorld world;
  const auto watch = world.session().Start("/grpc.health.v1.Health/Watch", "");
  CHECK(world.session().told(watch).messages.size() == 1);
  world.store().FailDisk();
  CHECK_FALSE(world.Put("k", "v").status.ok());
  CHECK(Health(world, "") == "NOT_SERVING");
  CHECK(Health(world, "liveness") == "SERVING");
  world.session().Tick();
  CHECK(world.session().told(watch).messages.size() == 2);
}

TEST_CASE("a client without a .proto learns what there is", "[typed-api]") {
  ApiWorld world;
  const auto ask = [&](const std::string& version, const auto& request) {
    const auto told = world.session().Call(
        "/grpc.reflection." + version + ".ServerReflection/ServerReflectionInfo",
        request.SerializeAsString());
    ::grpc::reflection::v1::ServerReflectionResponse reply;
    REQUIRE(reply.ParseFromString(told.messages.at(0)));
    return reply;
  };
  ::grpc::reflection::v1::ServerReflectionRequest request;
  request.set_list_services("");
  for (const std::string version : {"v1", "v1alpha"}) {
    const auto reply = ask(version, request);
    std::string names;
    for (const auto& one : reply.list_services_response().service()) {
      names += one.name() + " ";
    }
    CHECK(names ==
          "grpc.health.v1.Health grpc.reflection.v1.ServerReflection strata.v1.Admin strata.v1.KV "
          "strata.v1.Snapshots strata.v1.Tables strata.v1.Transactions strata.v1.Watch ");
  }
  request.set_file_containing_symbol("strata.v1.KV");
  CHECK(ask("v1", request).file_descriptor_response().file_descriptor_proto_size() == 1);
  request.set_file_containing_symbol("strata.v1.Nobody");
  CHECK(ask("v1", request).has_error_response());
  request.set_file_by_filename("strata/v1/strata.proto");
  CHECK(ask("v1", request).file_descriptor_response().file_descriptor_proto_size() == 1);
  request.set_all_extension_numbers_of_type("strata.v1.Entry");
  CHECK(ask("v1", request).has_error_response());
}

}  // namespace
}  // namespace strata::api
