// Snapshots and transactions, as long as their leases last.

#include <catch2/catch.hpp>

#include "api/api_world.h"
#include "grpc/error_details.h"

namespace strata::api {
namespace {

using testing::ApiWorld;

std::uint64_t Begin(ApiWorld& world, v1::BeginRequest request = {}) {
  const auto begun = world.Ask<v1::BeginResponse>("Transactions/Begin", request);
  REQUIRE(begun.status.ok());
  return begun->transaction();
}

grpc::CallStatus Write(ApiWorld& world, std::uint64_t transaction, const std::string& key,
                       const std::string& value) {
  v1::TransactionWriteRequest write;
  write.set_transaction(transaction);
  write.add_changes()->set_key(key);
  write.mutable_changes(0)->set_value(value);
  return world.Ask<v1::TransactionWriteResponse>("Transactions/Write", write).status;
}

std::string Get(ApiWorld& world, std::uint64_t transaction, const std::string& key) {
  v1::TransactionGetRequest get;
  get.set_transaction(transaction);
  get.set_key(key);
  const auto got = world.Ask<v1::GetResponse>("Transactions/Get", get);
  if (!got.status.ok()) return std::string(NameOf(got.status.code));
  return got->has_entry() ? got->entry().value() : "none";
}

testing::Answer<v1::WriteResponse> Commit(ApiWorld& world, std::uint64_t transaction,
                                          const std::string& write_id = "") {
  v1::CommitRequest commit;
  commit.set_transaction(transaction);
  commit.set_write_id(write_id);
  return world.Ask<v1::WriteResponse>("Transactions/Commit", commit);
}

TEST_CASE("a snapshot is a moment, for as long as it is renewed", "[typed-api][typed-api.3]") {
  ApiWorld world;
  world.Put("k", "old");
  v1::OpenSnapshotRequest open;
  open.set_lease_us(1'000'000);
  const auto opened = world.Ask<v1::OpenSnapshotResponse>("Snapshots/Open", open);
  CHECK(opened->sequence() == 1);
  world.Put("k", "new");
  v1::GetRequest get;
  get.set_key("k");
  get.mutable_from()->set_snapshot(opened->snapshot());
  for (int i = 0; i < 3; ++i) {  // Each read renews it.
    CHECK(world.Ask<v1::GetResponse>("KV/Get", get)->entry().value() == "old");
    world.store().clock().Advance(900'000);
    world.service().OnTick();
  }
  CHECK(world.store()->Stats().snapshots == 1);
  world.store().clock().Advance(100'001);
  const auto gone = world.Ask<v1::GetResponse>("KV/Get", get);
  CHECK(gone.status.code == grpc::Code::kNotFound);
  world.service().OnTick();
  CHECK(world.store()->Stats().snapshots == 0);
}

TEST_CASE("a snapshot that is closed is gone", "[typed-api][typed-api.3]") {
  ApiWorld world;
  const auto opened =
      world.Ask<v1::OpenSnapshotResponse>("Snapshots/Open", v1::OpenSnapshotRequest());
  CHECK(opened->lease_us() == kLeaseUs);
  v1::CloseSnapshotRequest close;
  close.set_snapshot(opened->snapshot());
  CHECK(world.Ask<v1::CloseSnapshotResponse>("Snapshots/Close", close).status.ok());
  CHECK(world.store()->Stats().snapshots == 0);
  v1::RenewRequest renew;
  renew.set_id(opened->snapshot());
  CHECK(world.Ask<v1::RenewResponse>("Snapshots/Renew", renew).status.code ==
        grpc::Code::kNotFound);
}

TEST_CASE("only so many can be held", "[typed-api][typed-api.3]") {
  ApiWorld world({.snapshots_max = 2, .transactions_max = 1});
  const v1::OpenSnapshotRequest open;
  CHECK(world.Ask<v1::OpenSnapshotResponse>("Snapshots/Open", open).status.ok());
  CHECK(world.Ask<v1::OpenSnapshotResponse>("Snapshots/Open", open).status.ok());
  const auto third = world.Ask<v1::OpenSnapshotResponse>("Snapshots/Open", open);
  CHECK(third.status.code == grpc::Code::kAborted);
  CHECK(third.status.message.find("2 snapshots") != std::string::npos);
  Begin(world);
  CHECK_FALSE(world.Ask<v1::BeginResponse>("Transactions/Begin", v1::BeginRequest()).status.ok());
}

TEST_CASE("a transaction sees its own writes, and others what is committed", "[typed-api]") {
  ApiWorld world;
  world.Put("k", "0");
  const std::uint64_t id = Begin(world);
  CHECK(Get(world, id, "k") == "0");
  CHECK(Write(world, id, "k", "1").ok());
  CHECK(Get(world, id, "k") == "1");
  CHECK(world.Get("k") == "0");
  const auto done = Commit(world, id);
  CHECK(done.status.ok());
  CHECK(world.Get("k") == "1");
  CHECK(Get(world, id, "k") == "NOT_FOUND");
}

TEST_CASE("a conflict is told, and nothing is written", "[typed-api]") {
  ApiWorld world;
  world.Put("k", "0");
  const std::uint64_t id = Begin(world);
  CHECK(Get(world, id, "k") == "0");
  CHECK(Write(world, id, "other", "1").ok());
  world.Put("k", "1");
  const auto failed = Commit(world, id);
  CHECK(grpc::ErrorOf(failed.status).error.code() == ErrorCode::kConflict);
  CHECK(world.Get("other") == "none");
  CHECK(world.service().transactions().count() == 0);
}

TEST_CASE("a transaction that nobody renews is rolled back, and its locks go",
          "[typed-api][typed-api.3]") {
  ApiWorld world;
  v1::BeginRequest request;
  request.set_concurrency(v1::BeginRequest::PESSIMISTIC);
  request.set_lock_timeout_ms(0);
  request.set_lease_us(1'000'000);
  const std::uint64_t first = Begin(world, request);
  CHECK(Write(world, first, "k", "1").ok());
  const std::uint64_t second = Begin(world, request);
  CHECK(grpc::ErrorOf(Write(world, second, "k", "2")).error.code() == ErrorCode::kTimedOut);
  world.store().clock().Advance(900'000);
  CHECK(Get(world, second, "other") == "none");  // The second lives on.
  world.store().clock().Advance(200'000);
  CHECK(Get(world, first, "k") == "NOT_FOUND");  // Before anybody sweeps, too.
  world.service().OnTick();
  CHECK(Write(world, second, "k", "2").ok());
  CHECK(Commit(world, second).status.ok());
  CHECK(world.Get("k") == "2");
}

TEST_CASE("a server that stops rolls transactions back, and their locks go",
          "[typed-api][typed-api.3]") {
  ApiWorld world;
  v1::BeginRequest request;
  request.set_concurrency(v1::BeginRequest::PESSIMISTIC);
  request.set_lock_timeout_ms(0);
  const std::uint64_t first = Begin(world, request);
  CHECK(Write(world, first, "k", "1").ok());
  const std::uint64_t second = Begin(world, request);
  {
    auto use = world.service().transactions().Take(second, world.service().NowUs());
    REQUIRE(use.has_value());
    world.service().OnStop();
    CHECK((*use)->Write({.table = kDefaultTable, .key = "k", .value = "2"}).has_value());
  }
  CHECK(world.service().transactions().count() == 0);
  CHECK(Commit(world, second).status.code == grpc::Code::kNotFound);
}

TEST_CASE("one call of a transaction at a time", "[typed-api][typed-api.3]") {
  ApiWorld world;
  const std::uint64_t id = Begin(world);
  {
    auto use = world.service().transactions().Take(id, world.service().NowUs());
    REQUIRE(use.has_value());
    CHECK(Get(world, id, "k") == "ABORTED");
    // Closed while it is in use: it goes afterwards.
    world.service().transactions().Close(id);
    CHECK(world.service().transactions().count() == 1);
  }
  CHECK(world.service().transactions().count() == 0);
}

TEST_CASE("a transaction in use outlives its lease", "[typed-api][typed-api.3]") {
  ApiWorld world;
  const std::uint64_t id = Begin(world);
  {
    auto use = world.service().transactions().Take(id, world.service().NowUs());
    world.store().clock().Advance(kLeaseUs * 2);
    world.service().OnTick();
    CHECK(world.service().transactions().count() == 1);
  }
  world.service().OnTick();
  CHECK(world.service().transactions().count() == 0);
}

TEST_CASE("savepoints mark writes, also for those who watch", "[typed-api]") {
  ApiWorld world;
  const std::uint64_t id = Begin(world);
  v1::SavepointRequest savepoint;
  savepoint.set_transaction(id);
  const auto on_savepoint = [&](const std::string& what) {
    return world.Ask<v1::SavepointResponse>("Transactions/" + what, savepoint).status.code;
  };
  CHECK(Write(world, id, "a", "1").ok());
  CHECK(on_savepoint("SetSavepoint") == grpc::Code::kOk);
  CHECK(Write(world, id, "b", "2").ok());
  CHECK(on_savepoint("RollbackToSavepoint") == grpc::Code::kOk);
  CHECK(on_savepoint("PopSavepoint") == grpc::Code::kNotFound);
  CHECK(Write(world, id, "a", "3").ok());
  CHECK(Commit(world, id).status.ok());
  std::string changes;
  world.service().changes().Read(0, [&](const FeedChange& change) {
    changes += std::string(change.key) + "=" + std::string(change.value.value_or("")) + " ";
    return true;
  });
  CHECK(changes == "a=3 ");
}

TEST_CASE("a commit that is tried twice happens once", "[typed-api][typed-api.2]") {
  ApiWorld world;
  const std::uint64_t id = Begin(world);
  CHECK(Write(world, id, "k", "1").ok());
  const auto first = Commit(world, id, "commit-1");
  CHECK(first.status.ok());
  world.Put("k", "2");
  const auto again = Commit(world, id, "commit-1");
  CHECK(again->repeated());
  CHECK(again->sequence() == first->sequence());
  CHECK(world.Get("k") == "2");
}

TEST_CASE("a transaction's scan has pages", "[typed-api]") {
  ApiWorld world;
  for (const char* const key : {"a", "b", "c"}) world.Put(key, "v");
  const std::uint64_t id = Begin(world);
  CHECK(Write(world, id, "bb", "mine").ok());
  v1::TransactionScanRequest request;
  request.set_transaction(id);
  request.mutable_scan()->set_limit(3);
  std::string keys;
  do {
    const auto page = world.Ask<v1::ScanResponse>("Transactions/Scan", request);
    for (const auto& entry : page->entries()) keys += entry.key() + " ";
    request.mutable_scan()->set_page_token(page->next_page_token());
  } while (!request.scan().page_token().empty());
  CHECK(keys == "a b bb c ");
}

}  // namespace
}  // namespace strata::api
