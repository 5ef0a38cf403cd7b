// A server's store behind the engine's interface: against a model, and call by call.

#include "client/remote_store.h"

#include <catch2/catch.hpp>

#include <map>

#include "base/random.h"
#include "client/remote_batch.h"
#include "client/remote_iterator.h"
#include "client/remote_transaction.h"
#include "client/served_world.h"
#include "client/table_names.h"
#include "stats/counters.h"
#include "stats/histogram.h"
#include "testing/results.h"
#include "testing/test_store.h"

#if defined(STRATA_SIMULATION)
namespace strata::client {
namespace {

using strata::testing::Must;
using testing::ServedWorld;
using Model = std::map<std::string, std::string>;

std::string Key(std::uint64_t i) {
  return "k" + std::to_string(1000 + i);
}

// Bounds and a prefix in the model: what an iterator with these options must see.
Model Within(const Model& model, const ReadOptions& options) {
  Model within;
  for (const auto& [key, value] : model) {
    if (options.lower && key < *options.lower) continue;
    if (options.upper && key >= *options.upper) continue;
    if (key.starts_with(options.prefix)) within[key] = value;
  }
  return within;
}

// Moves both at random; they must stand at the same place after each move.
void Walk(Iterator& iterator, const Model& model, Random& random, int moves) {
  auto at = model.end();
  for (int move = 0; move < moves; ++move) {
    const std::string key = Key(random.Uniform(700)) + (random.OneIn(2) ? "x" : "");
    switch (random.Uniform(at == model.end() ? 4 : 12)) {
      case 0:
        CHECK(iterator.SeekToFirst().has_value());
        at = model.begin();
        break;
      case 1:
        CHECK(iterator.SeekToLast().has_value());
        at = model.empty() ? model.end() : std::prev(model.end());
        break;
      case 2:
        CHECK(iterator.Seek(key).has_value());
        at = model.lower_bound(key);
        break;
      case 3:
        CHECK(iterator.SeekForPrev(key).has_value());
        at = model.upper_bound(key);
        at = at == model.begin() ? model.end() : std::prev(at);
        break;
      case 4:
      case 5:
      case 6:
        CHECK(iterator.Prev().has_value());
        at = at == model.begin() ? model.end() : std::prev(at);
        break;
      default:
        CHECK(iterator.Next().has_value());
        ++at;
        break;
    }
    CHECK(iterator.Valid() == (at != model.end()));
    if (iterator.Valid() != (at != model.end())) return;
    if (!iterator.Valid()) continue;
    CHECK(iterator.key() == at->first);
    CHECK(iterator.value() == at->second);
  }
}

TEST_CASE("a remote cursor stands where a local one would", "[client]") {
  ServedWorld().Run([](ServedWorld& world) {
    const auto db = Must(ConnectStore(world.options()));
    Random random(7);
    Model model;
    WriteBatch batch;
    for (std::uint64_t i = 0; i < 600; ++i) {
      if (random.OneIn(4)) continue;
      model[Key(i)] = std::string(random.Uniform(300), 'v');
      batch.Put(Key(i), model[Key(i)]);
    }
    CHECK(db->Write(batch).has_value());
    const std::vector<ReadOptions> all{
        {},
        {.lower = Key(100), .upper = Key(300)},
        {.prefix = "k12"},
        {.lower = Key(250), .prefix = "k12"},
        {.lower = Key(300), .upper = Key(200)},
        {.upper = Key(0)},
    };
    for (const ReadOptions& options : all) {
      const auto iterator = Must(db->NewIterator(options));
      CHECK(db->Put(Key(150) + "later", "v").has_value());  // It doesn't see it.
      Walk(*iterator, Within(model, options), random, 400);
      CHECK(db->Delete(Key(150) + "later").has_value());
    }
  });
}

TEST_CASE("a remote transaction's cursor sees what it wrote", "[client]") {
  ServedWorld().Run([](ServedWorld& world) {
    const auto db = Must(ConnectStore(world.options()));
    Random random(8);
    Model model;
    WriteBatch batch;
    for (std::uint64_t i = 0; i < 300; i += 2) batch.Put(Key(i), model[Key(i)] = "v");
    CHECK(db->Write(batch).has_value());
    const auto transaction = Must(db->Begin());
    for (std::uint64_t i = 0; i < 300; i += 7) {
      CHECK(transaction->Put(Key(i), model[Key(i)] = "mine").has_value());
    }
    CHECK(transaction->Delete(Key(4)).has_value());
    model.erase(Key(4));
    const auto iterator = Must(transaction->NewIterator({}));
    Walk(*iterator, model, random, 300);
    std::string value;
    CHECK_FALSE(Must(transaction->Get(Key(4), &value)));
    CHECK(Must(db->Get(Key(4), &value)));
    CHECK(Must(transaction->Commit()) > 0);
    CHECK_FALSE(Must(db->Get(Key(4), &value)));
  });
}

TEST_CASE("a remote transaction has savepoints, and conflicts", "[client]") {
  ServedWorld().Run([](ServedWorld& world) {
    const auto db = Must(ConnectStore(world.options()));
    const TableRef table = Must(db->CreateTable("t", {}));
    const auto transaction = Must(db->Begin());
    CHECK(transaction->Put("a", "1", {.table = table}).has_value());
    transaction->SetSavepoint();
    CHECK(transaction->Put("a", "2", {.table = table}).has_value());
    CHECK(transaction->RollbackToSavepoint().has_value());
    CHECK(transaction->RollbackToSavepoint().error().code() == ErrorCode::kNotFound);
    std::string value;
    CHECK(Must(transaction->GetForUpdate("a", &value, {.table = table})));
    CHECK(value == "1");
    CHECK_FALSE(Must(transaction->GetForUpdate("b", &value, {.table = table})));
    CHECK(db->Put("b", "other", {.table = table}).has_value());
    const auto committed = transaction->Commit();
    CHECK((!committed && committed.error().code() == ErrorCode::kConflict));
    CHECK(Must(Must(db->Begin())->Commit()) == 0);  // Nothing written, nothing to conflict.
  });
}

TEST_CASE("a remote store writes, reads and refuses as a local one", "[client]") {
  ServedWorld().Run([](ServedWorld& world) {
    const auto db = Must(ConnectStore(world.options()));
    const TableRef users = Must(db->CreateTable("users", {}));
    CHECK(Must(db->FindTable("users")) == users);
    CHECK(Must(db->FindTable("default")) == kDefaultTable);
    CHECK(db->FindTable("nope").error().code() == ErrorCode::kNotFound);
    CHECK(db->Put("k", "in users", {.table = users}).has_value());
    CHECK(db->Put("k", "default", {.sync = true}).has_value());
    CHECK(Must(db->PutIfAbsent("k", "x")).failed->current->value == "default");
    CHECK(Must(db->CompareAndSwap("k", "default", "second")).written());
    const auto entry = Must(db->GetEntry("k"));
    CHECK(Must(db->CompareAndSwapVersion("k", entry->version, "third")).written());
    CHECK_FALSE(Must(db->CompareAndSwapVersion("k", entry->version, "fourth")).written());
    CHECK(Must(db->UpdateIfExists("k", "fifth")).written());
    CHECK_FALSE(Must(db->DeleteIfExists("nope")).written());
    WriteBatch batch;
    batch.RequireAbsent("k");
    batch.Put("k2", "v");
    CHECK(db->Write(batch).error().code() == ErrorCode::kConditionFailed);
    const std::vector<TableKey> keys{{kDefaultTable, "k"}, {users, "k"}, {users, "nope"}};
    const auto many = Must(db->MultiGet(keys, {}));
    CHECK(many[0].value == "fifth");
    CHECK(many[1].value == "in users");
    CHECK_FALSE(many[2].found);

    const auto before = db->GetSnapshot();
    CHECK(before->sequence() > 0);
    CHECK(db->Delete("k").has_value());
    std::string value;
    CHECK(Must(db->Get("k", &value, {.snapshot = before})));
    CHECK_FALSE(Must(db->Get("k", &value)));
    CHECK(strata::testing::Scan(*db, {.snapshot = before}) == "k=fifth ");
    CHECK(strata::testing::ScanBackwards(*db, {.table = users}) == "k=in users ");
  });
}

TEST_CASE("a remote store keeps expiries", "[client]") {
  ServedWorld().Run([](ServedWorld& world) {
    const auto db = Must(ConnectStore(world.options()));
    CHECK(db->Put("soon", "v", {.ttl_us = 500'000}).has_value());
    WriteBatch batch;
    batch.Put("never", "v", {.expires_at_us = kNeverExpires});
    CHECK(db->Write(batch).has_value());
    CHECK(Must(db->GetEntry("soon"))->expires_at_us > 0);
    world.Sleep(600'000);
    std::string value;
    CHECK_FALSE(Must(db->Get("soon", &value)));
    CHECK(Must(db->Get("never", &value)));
  });
}

TEST_CASE("a remote store is looked after", "[client]") {
  ServedWorld().Run([](ServedWorld& world) {
    const auto db = Must(ConnectStore(world.options()));
    CHECK(db->Put("k", "v").has_value());
    CHECK(db->Flush().has_value());
    CHECK(db->CompactRange({}, {}).has_value());
    CHECK(db->WaitForCompactions().has_value());
    CHECK(db->VerifyAll().has_value());
    CHECK(db->Sync().has_value());
    CHECK(db->DurableVersion() > 0);
    CHECK(db->WaitDurable(1).has_value());
    bool told = false;
    db->WhenDurable(1, [&](const Status& status) { told = status.has_value(); });
    while (!told) world.Sleep(100);
    CHECK(db->Stats().last_sequence > 0);
    CHECK(db->counters().Get(Counter::kFlushes) > 0);
    CHECK(db->LogSyncTimes().count() > 0);
    CHECK(Must(db->Checkpoint("/copy")).files > 0);
    CHECK(db->TruncateTable("default").has_value());
    std::string value;
    CHECK_FALSE(Must(db->Get("k", &value)));
    CHECK(db->TruncateTable("nope").error().code() == ErrorCode::kNotFound);
    CHECK(db->DropTable("nope").error().code() == ErrorCode::kNotFound);
    CHECK(db->Close().has_value());
    CHECK(db->Put("k", "v").error().code() == ErrorCode::kAborted);
  });
}

TEST_CASE("what can't be done from afar says what to do", "[client]") {
  ServedWorld().Run([](ServedWorld& world) {
    const auto db = Must(ConnectStore(world.options()));
    std::string value;
    const auto refused = [](const Error& error) {
      CHECK(error.code() == ErrorCode::kUnsupported);
      CHECK(error.message().find("do it where the store is") != std::string::npos);
    };
    refused(db->TraceGet("k", &value, nullptr).error());
    refused(db->Apply(kDefaultTable, {}, {}).error());
    refused(db->AppliedIndexOf(kDefaultTable).error());
    refused(db->Get("k", &value, {.now_us = 1}).error());
    refused(db->Get("k", &value, {.may_wait = false}).error());
    WriteBatch batch;
    batch.RequireUnchanged("k", 1);
    CHECK(db->Write(batch).error().code() == ErrorCode::kUnsupported);
    CHECK(db->Put("k", "v", {.now_us = 1}).error().code() == ErrorCode::kUnsupported);
    CHECK(db->Put("k", "v", {.table = {77}}).error().code() == ErrorCode::kNotFound);
  });
}

TEST_CASE("a remote store isn't opened where there is no server", "[client]") {
  ServedWorld().Run([](ServedWorld& world) {
    ClientOptions options = world.options();
    options.endpoints = {"nobody:1"};
    const std::uint64_t begin = world.world().now_nanos();
    CHECK(ConnectStore(options).error().code() == ErrorCode::kUnavailable);
    CHECK(world.world().now_nanos() - begin < 50'000'000);  // It asks once.
  });
}

}  // namespace
}  // namespace strata::client
#endif
