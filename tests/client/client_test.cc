// What strata/client.h promises, call by call, against the real server.

#include "strata/client.h"

#include <catch2/catch.hpp>

#include "client/served_world.h"
#include "testing/results.h"

#if defined(STRATA_SIMULATION)
namespace strata::client {
namespace {

using strata::testing::Must;
using testing::ServedWorld;

std::string Text(const Client::Found& found) {
  if (!found) return "error: " + found.error().message();
  return *found ? (*found)->value : "none";
}

std::string Text(ClientScan& scan) {
  std::string text;
  while (true) {
    const auto row = scan.Next();
    if (!row) return text + "error: " + row.error().message();
    if (!*row) return text;
    text += (*row)->key + "=" + (*row)->entry.value + " ";
  }
}

TEST_CASE("a client needs endpoints that are some", "[client]") {
  CHECK(Client::Connect({}).error().code() == ErrorCode::kInvalidArgument);
  CHECK(Client::Connect({.endpoints = {"nowhere"}}).error().code() == ErrorCode::kInvalidArgument);
}

TEST_CASE("a client puts, gets and deletes", "[client]") {
  ServedWorld().Run([](ServedWorld& world) {
    const auto client = Must(Client::Connect(world.options()));
    const WriteResult put = client->Put("k", std::string("\0v", 2));
    CHECK(put.outcome == Outcome::kDone);
    const auto found = Must(client->Get("k"));
    CHECK(found->value == std::string("\0v", 2));
    CHECK(client->Delete("k").done());
    CHECK(Text(client->Get("k")) == "none");
    CHECK(client->Put("t", "1", {.table = "nope"}).error.error().code() == ErrorCode::kNotFound);
    CHECK(client->Put("t", "1", {.table = "nope"}).outcome == Outcome::kFailed);
  });
}

TEST_CASE("a version that was read is one to write by", "[client]") {
  ServedWorld().Run([](ServedWorld& world) {
    const auto client = Must(Client::Connect(world.options()));
    const WriteResult put = client->Put("k", "1");
    const std::uint64_t version = Must(client->Get("k"))->version;
    CHECK(version > 0);
    CHECK(version <= put.sequence);
    ClientBatch batch;
    batch.RequireVersion("k", version);
    batch.Put("k", "2");
    CHECK(client->Write(batch).done());
    CHECK_FALSE(client->Write(batch).done());
  });
}

TEST_CASE("a client's batch holds under its conditions", "[client]") {
  ServedWorld().Run([](ServedWorld& world) {
    const auto client = Must(Client::Connect(world.options()));
    Must(client->CreateTables({"users", "names"}));
    ClientBatch batch;
    batch.RequireAbsent("42", "users");
    batch.Put("42", "Ada", {.table = "users"});
    batch.Put("Ada", "42", {.table = "names"});
    CHECK(client->Write(batch).done());
    const WriteResult again = client->Write(batch);
    CHECK(again.outcome == Outcome::kFailed);
    CHECK(again.error.error().code() == ErrorCode::kConditionFailed);
    CHECK(again.failed->index == 0);
    CHECK(again.failed->current->value == "Ada");
    const auto many = Must(client->MultiGet({{"42", "users"}, {"43", "users"}, {"Ada", "names"}}));
    CHECK(many[0]->value == "Ada");
    CHECK_FALSE(many[1]);
    CHECK(many[2]->value == "42");
  });
}

TEST_CASE("a client's callbacks are told, each once", "[client]") {
  ServedWorld().Run([](ServedWorld& world) {
    const auto client = Must(Client::Connect(world.options()));
    int written = 0;
    for (int i = 0; i < 100; ++i) {
      client->Put("k" + std::to_string(i), "v", {}, [&](const WriteResult& result) {
        CHECK(result.done());
        ++written;
      });
    }
    while (written < 100) world.Sleep(100);
    int read = 0;
    client->Get("k7", {}, [&](const Client::Found& found) {
      CHECK(Text(found) == "v");
      ++read;
    });
    while (read < 1) world.Sleep(100);
    CHECK(client->stats().connections <= 2);
  });
}

TEST_CASE("a client that is destroyed ends its calls", "[client]") {
  ServedWorld().Run([](ServedWorld& world) {
    auto client = Must(Client::Connect(world.options()));
    int told = 0;
    for (int i = 0; i < 10; ++i) client->Put("k", "v", {}, [&](const WriteResult&) { ++told; });
    const auto snapshot = client->OpenSnapshot();
    client.reset();
    CHECK(told == 10);
  });
}

TEST_CASE("a scan goes page by page, both ways, at one moment", "[client]") {
  ServedWorld().Run([](ServedWorld& world) {
    const auto client = Must(Client::Connect(world.options()));
    ClientBatch batch;
    for (int i = 1000; i < 1700; ++i) batch.Put("k" + std::to_string(i), std::string(100, 'v'));
    CHECK(client->Write(batch).done());
    for (const bool reverse : {false, true}) {
      const auto scan = client->Scan({.reverse = reverse});
      int rows = 0;
      while (const auto row = Must(scan->Next())) {
        CHECK(row->key == "k" + std::to_string(reverse ? 1699 - rows : 1000 + rows));
        if (++rows == 50) CHECK(client->Put("k1500a", "later").done());
      }
      CHECK(rows == 700);
      CHECK(client->Delete("k1500a").done());
    }
    CHECK(Text(*client->Scan({.prefix = "k100", .limit = 2, .keys_only = true})) ==
          "k1000= k1001= ");
    CHECK(Text(*client->Scan({.lower = "k1001", .upper = "k1003", .keys_only = true})) ==
          "k1001= k1002= ");
    CHECK(Text(*client->Scan({}, {.table = "nope"})).starts_with("error: "));
  });
}

TEST_CASE("a snapshot is held until it is let go", "[client]") {
  ServedWorld().Run([](ServedWorld& world) {
    const auto client = Must(Client::Connect(world.options()));
    CHECK(client->Put("k", "old").done());
    const auto snapshot = Must(client->OpenSnapshot());
    CHECK(client->Put("k", "new").done());
    world.Sleep(3'000'000);  // Six leases.
    CHECK(Text(client->Get("k", {.snapshot = snapshot})) == "old");
    CHECK(Text(client->Get("k")) == "new");
    CHECK(Text(*client->Scan({}, {.snapshot = snapshot})) == "k=old ");
  });
}

TEST_CASE("a transaction is one", "[client]") {
  ServedWorld().Run([](ServedWorld& world) {
    const auto client = Must(Client::Connect(world.options()));
    CHECK(client->Put("a", "1").done());
    const auto first = Must(client->Begin());
    CHECK(Must(first->Get("a"))->value == "1");
    CHECK(first->Put("a", "2").has_value());
    CHECK(first->SetSavepoint().has_value());
    CHECK(first->Put("b", "3").has_value());
    CHECK(Text(*first->Scan({})) == "a=2 b=3 ");
    CHECK(first->RollbackToSavepoint().has_value());
    CHECK(Text(client->Get("a")) == "1");
    world.Sleep(2'000'000);  // Its lease is renewed meanwhile.
    CHECK(first->Commit().done());
    CHECK(Text(*client->Scan({})) == "a=2 ");
    CHECK(first->Put("c", "4").error().code() == ErrorCode::kAborted);

    const auto second = Must(client->Begin());
    CHECK(Must(second->GetForUpdate("a"))->value == "2");
    CHECK(client->Put("a", "9").done());
    CHECK(second->Put("a", "3").has_value());
    const WriteResult conflict = second->Commit();
    CHECK(conflict.outcome == Outcome::kFailed);
    CHECK(conflict.error.error().code() == ErrorCode::kConflict);
    const auto third = Must(client->Begin());
    CHECK(third->Put("a", "7").has_value());
    CHECK(third->Rollback().has_value());
    CHECK(Text(client->Get("a")) == "9");
  });
}

TEST_CASE("without a server a call fails in time, and surely", "[client][client.2]") {
  ServedWorld().Run([](ServedWorld& world) {
    ClientOptions options = world.options();
    options.endpoints = {"nobody:1", "server:2"};
    options.timeout_us = 300'000;
    const auto client = Must(Client::Connect(options));
    const std::uint64_t begin = world.world().now_nanos();
    const WriteResult put = client->Put("k", "v");
    CHECK(put.outcome == Outcome::kFailed);
    CHECK(put.error.error().code() == ErrorCode::kUnavailable);
    CHECK(world.world().now_nanos() - begin < 400'000'000);
    CHECK(client->Get("k").error().code() == ErrorCode::kUnavailable);
  });
}

TEST_CASE("a call for which no server is there gives up when it was told to", "[client]") {
  ServedWorld().Run([](ServedWorld& world) {
    ClientOptions options = world.options();
    options.endpoints = {"nobody:1", "server:2"};
    options.unreachable_us = 400'000;
    options.backoff_max_us = 100'000;
    const auto client = Must(Client::Connect(options));
    const std::uint64_t begin = world.world().now_nanos();
    const WriteResult put = client->Put("k", "v");
    CHECK(put.outcome == Outcome::kFailed);
    CHECK(put.error.error().code() == ErrorCode::kUnavailable);
    CHECK(put.error.error().message().find("no server can be reached") != std::string::npos);
    CHECK(world.world().now_nanos() - begin >= 400'000'000);
    CHECK(world.world().now_nanos() - begin < 600'000'000);
  });
}

TEST_CASE("a call that reached its server goes on for as long after it", "[client]") {
  ServedWorld().Run([](ServedWorld& world) {
    ClientOptions options = world.options();
    options.unreachable_us = 400'000;
    options.backoff_max_us = 100'000;
    const auto client = Must(Client::Connect(options));
    CHECK(client->Put("k", "v").done());
    world.Sleep(1'000'000);
    world.Restart(200'000);
    CHECK(Text(client->Get("k")) == "v");
  });
}

TEST_CASE("a write isn't tried for longer than a server knows its id", "[client]") {
  ServedWorld().Run([](ServedWorld& world) {
    ClientOptions options = world.options();
    options.endpoints = {"nobody:1"};
    options.timeout_us = 7'200'000'000;
    const auto client = Must(Client::Connect(options));
    const std::uint64_t begin = world.world().now_nanos();
    CHECK(client->Put("k", "v").outcome == Outcome::kFailed);
    const std::uint64_t seconds = (world.world().now_nanos() - begin) / 1'000'000'000;
    CHECK(seconds > 500);
    CHECK(seconds <= 600);
  });
}

TEST_CASE("a client finds the endpoint that is there", "[client][client.2]") {
  ServedWorld().Run([](ServedWorld& world) {
    ClientOptions options = world.options();
    options.endpoints.insert(options.endpoints.begin(), "nobody:1");
    const auto client = Must(Client::Connect(options));
    CHECK(client->Put("k", "v").done());
    CHECK(Text(client->Get("k")) == "v");
    CHECK(client->stats().attempts == 3);  // It has learned it.
  });
}

TEST_CASE("that a condition doesn't hold says nothing of an attempt before", "[client][client.2]") {
  ServedWorld().Run([](ServedWorld& world) {
    ClientOptions options = world.options();
    options.backoff_us = options.backoff_max_us = 400'000;
    const auto client = Must(Client::Connect(options));
    const auto other = Must(Client::Connect(world.options()));
    CHECK(client->Put("k", "1").done());
    ClientBatch batch;
    batch.RequireValue("k", "1");
    batch.Put("k", "2");
    std::optional<WriteResult> result;
    world.SetLink(false);
    client->Write(batch, 0, [&](const WriteResult& written) { result = written; });
    world.Sleep(5'000);  // It is sent, and lost on its way.
    world.Restart(1'000);
    world.SetLink(true);
    CHECK(other->Put("k", "3").done());
    while (!result) world.Sleep(1'000);
    CHECK(result->failed.has_value());  // Perhaps it was the first attempt that changed the key.
    CHECK(result->outcome == Outcome::kUnknown);
  });
}

TEST_CASE("a client comes back to a server that was gone", "[client][client.2]") {
  ServedWorld().Run([](ServedWorld& world) {
    const auto client = Must(Client::Connect(world.options()));
    CHECK(client->Put("k", "v").done());
    const auto snapshot = Must(client->OpenSnapshot());
    const auto transaction = Must(client->Begin());
    world.Restart(50'000);
    CHECK(Text(client->Get("k")) == "v");
    CHECK(client->Get("k", {.snapshot = snapshot}).error().code() == ErrorCode::kNotFound);
    CHECK(transaction->Get("k").error().code() == ErrorCode::kNotFound);
  });
}

TEST_CASE("tables and the store are looked after from afar", "[client]") {
  ServedWorld().Run([](ServedWorld& world) {
    const auto client = Must(Client::Connect(world.options()));
    const auto ids = Must(client->CreateTables({"t"}, {.ttl_us = 5'000'000}));
    CHECK(ids.size() == 1);
    CHECK(client->Put("k", "v", {.table = "t"}).done());
    CHECK(Must(client->Get("k", {.table = "t"}))->expires_at_us > 0);
    bool listed = false;
    for (const TableInfo& info : Must(client->ListTables())) {
      if (info.name != "t") continue;
      listed = true;
      CHECK(info.ref.id == ids[0]);
      CHECK(info.options.ttl_us == 5'000'000);
    }
    CHECK(listed);
    CHECK(client->Flush().has_value());
    CHECK(client->Compact("t").has_value());
    CHECK(client->WaitForCompactions().has_value());
    CHECK(client->Verify().has_value());
    CHECK(Must(client->Sync()) > 0);
    const auto stats = Must(client->Stats());
    CHECK(stats.store.last_sequence > 0);
    CHECK(stats.counters.at("flushes") > 0);
    CHECK(Must(client->Checkpoint("/copy")).files > 0);
    CHECK(client->Checkpoint("/copy").error().code() == ErrorCode::kInvalidArgument);
    CHECK(client->TruncateTable("t").has_value());
    CHECK_FALSE(Must(client->Get("k", {.table = "t"})).has_value());
    CHECK(client->TruncateTable("nope").error().code() == ErrorCode::kNotFound);
    CHECK(client->DropTable("t").has_value());
    CHECK(client->DropTable("t").error().code() == ErrorCode::kNotFound);
  });
}

}  // namespace
}  // namespace strata::client
#endif
