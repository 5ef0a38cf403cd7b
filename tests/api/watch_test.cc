// Watch: each change once, in order, from the sequence on that one asks for.

#include <catch2/catch.hpp>

#include "api/api_world.h"
#include "grpc/error_details.h"

namespace strata::api {
namespace {

using testing::ApiWorld;

// What a watcher was told so far: "1:a=v 2:b- (2)".
std::string TextOf(const grpc::testing::Told& told) {
  std::string text;
  std::uint64_t sequence = 0;
  for (const std::string& message : told.messages) {
    v1::WatchResponse page;
    REQUIRE(page.ParseFromString(message));
    for (const auto& event : page.events()) {
      text += std::to_string(event.sequence()) + ":" + event.change().key() +
              (event.change().has_value() ? "=" + event.change().value() : "-") + " ";
    }
    CHECK(page.sequence() >= sequence);
    sequence = page.sequence();
  }
  return text + "(" + std::to_string(sequence) + ")";
}

grpc::ClientConnection::CallId Watch(ApiWorld& world, v1::WatchRequest request) {
  return world.session().Start("/strata.v1.Watch/Watch", request.SerializeAsString());
}

v1::WatchRequest From(std::uint64_t sequence) {
  v1::WatchRequest request;
  request.set_from_sequence(sequence);
  return request;
}

void Delete(ApiWorld& world, const std::string& key) {
  v1::DeleteRequest erase;
  erase.set_key(key);
  world.Ask<v1::WriteResponse>("KV/Delete", erase);
}

TEST_CASE("changes come from a sequence on, and as they happen", "[typed-api][typed-api.4]") {
  ApiWorld world;
  world.Put("a", "1");
  world.Put("b", "2");
  const auto from_the_first = Watch(world, From(1));
  const auto from_the_second = Watch(world, From(2));
  const auto from_now_on = Watch(world, {});
  CHECK(TextOf(world.session().told(from_the_first)) == "1:a=1 2:b=2 (2)");
  CHECK(TextOf(world.session().told(from_the_second)) == "2:b=2 (2)");
  CHECK(TextOf(world.session().told(from_now_on)) == "(2)");
  Delete(world, "a");
  world.session().WakeAll();
  CHECK(TextOf(world.session().told(from_the_first)) == "1:a=1 2:b=2 3:a- (3)");
  CHECK(TextOf(world.session().told(from_now_on)) == "3:a- (3)");
}

TEST_CASE("a watcher is told of the keys that it asked for", "[typed-api][typed-api.4]") {
  ApiWorld world;
  v1::CreateTablesRequest create;
  create.add_names("t");
  world.Ask<v1::CreateTablesResponse>("Tables/Create", create);
  for (const char* const key : {"a", "ab", "b", "c"}) world.Put(key, "v");
  v1::PutRequest put;
  put.set_table("t");
  put.set_key("ab");
  world.Ask<v1::WriteResponse>("KV/Put", put);
  v1::WatchRequest request = From(1);
  request.set_prefix("a");
  CHECK(TextOf(world.session().told(Watch(world, request))) == "1:a=v 2:ab=v (5)");
  request.Clear();
  request.set_from_sequence(1);
  request.set_lower("ab");
  request.set_upper("c");
  CHECK(TextOf(world.session().told(Watch(world, request))) == "2:ab=v 3:b=v (5)");
  request.Clear();
  request.set_from_sequence(1);
  request.set_table("t");
  CHECK(TextOf(world.session().told(Watch(world, request))) == "5:ab= (5)");
  request.set_table("nobody's");
  CHECK(world.session().told(Watch(world, request)).end->status.code == grpc::Code::kNotFound);
}

TEST_CASE("sequences are the entries' versions", "[typed-api][typed-api.4]") {
  ApiWorld world;
  v1::WriteRequest write;
  for (const char* const key : {"a", "b", "c"}) {
    write.add_changes()->set_key(key);
    write.mutable_changes(write.changes_size() - 1)->set_value("v");
  }
  world.Ask<v1::WriteResponse>("KV/Write", write);
  CHECK(TextOf(world.session().told(Watch(world, From(1)))) == "1:a=v 2:b=v 3:c=v (3)");
  for (const auto& [key, version] : {std::pair("a", 1U), {"b", 2U}, {"c", 3U}}) {
    CHECK((*world.store()->GetEntry(key))->version == version);
  }
}

TEST_CASE("who asks for what is forgotten is told where memory begins",
          "[typed-api][typed-api.4]") {
  ApiWorld world({.watch_bytes = 2'000});
  for (int i = 0; i < 50; ++i) world.Put("k" + std::to_string(i), "v");
  const auto told = world.session().told(Watch(world, From(1)));
  REQUIRE(told.end.has_value());
  CHECK(told.end->status.code == grpc::Code::kOutOfRange);
  const auto error = grpc::ErrorOf(told.end->status);
  CHECK(error.reason == "HISTORY_GONE");
  const std::uint64_t first = std::stoull(error.metadata.at("first"));
  CHECK(first > 1);
  const std::string rest = TextOf(world.session().told(Watch(world, From(first))));
  CHECK(rest.starts_with(std::to_string(first) + ":"));
  CHECK(rest.ends_with("50:k49=v (50)"));
}

TEST_CASE("a watcher that falls too far behind is told so", "[typed-api][typed-api.4]") {
  ApiWorld world({.watch_bytes = 2'000});
  const auto call = Watch(world, {});
  world.session().client_reads = false;
  for (int i = 0; i < 50; ++i) {
    v1::PutRequest put;
    put.set_key("k" + std::to_string(i));
    world.session().Start("/strata.v1.KV/Put", put.SerializeAsString());
    world.session().CarryOut();  // And nobody is woken.
  }
  world.session().client_reads = true;
  world.session().WakeAll();
  world.session().Tick();
  REQUIRE(world.session().told(call).end.has_value());
  CHECK(world.session().told(call).end->status.code == grpc::Code::kOutOfRange);
}

TEST_CASE("a change that is larger than what is remembered is told to who keeps up",
          "[typed-api][typed-api.4]") {
  ApiWorld world({.watch_bytes = 2'000});
  const auto call = Watch(world, {});
  world.Put("large", std::string(100'000, 'v'));
  world.session().WakeAll();
  world.Put("small", "v");
  world.session().WakeAll();
  CHECK(TextOf(world.session().told(call)).ends_with(" 2:small=v (2)"));
}

TEST_CASE("from one watcher to the next there is neither gap nor duplicate",
          "[typed-api][typed-api.4]") {
  ApiWorld world;
  std::string all;
  std::uint64_t next = 1;
  for (int round = 0; round < 20; ++round) {
    world.Put("k" + std::to_string(round), "v");
    const auto call = Watch(world, From(next));
    if (round % 2 == 0) {
      world.Put("x" + std::to_string(round), "v");
      world.session().WakeAll();
    }
    for (const std::string& message : world.session().told(call).messages) {
      v1::WatchResponse page;
      REQUIRE(page.ParseFromString(message));
      for (const auto& event : page.events()) all += event.change().key() + " ";
      next = page.sequence() + 1;
    }
    world.session().Cancel(call);
  }
  std::string wanted;
  for (int round = 0; round < 20; ++round) {
    wanted += "k" + std::to_string(round) + " ";
    if (round % 2 == 0) wanted += "x" + std::to_string(round) + " ";
  }
  CHECK(all == wanted);
}

TEST_CASE("who watches something else is told how far it is, now and then",
          "[typed-api][typed-api.4]") {
  ApiWorld world;
  v1::WatchRequest request;
  request.set_prefix("rare");
  const auto call = Watch(world, request);
  for (int i = 0; i < 5; ++i) {
    world.Put("k", "v");
    world.session().WakeAll();
  }
  const std::size_t told = world.session().told(call).messages.size();
  CHECK(told <= 1);
  world.store().clock().Advance(1'000'000);
  world.session().Tick();
  CHECK(TextOf(world.session().told(call)) == "(5)");
}

TEST_CASE("what is sought is found behind much that isn't", "[typed-api][typed-api.4]") {
  ApiWorld world;
  for (int i = 0; i < 8; ++i) world.Put("other", std::string(100'000, 'v'));
  world.Put("rare", "v");
  v1::WatchRequest request = From(1);
  request.set_prefix("rare");
  CHECK(TextOf(world.session().told(Watch(world, request))) == "9:rare=v (9)");
}

TEST_CASE("a transaction's changes come together, with the sequence of its last",
          "[typed-api][typed-api.4]") {
  ApiWorld world;
  const auto begun = world.Ask<v1::BeginResponse>("Transactions/Begin", v1::BeginRequest());
  v1::TransactionWriteRequest write;
  write.set_transaction(begun->transaction());
  for (const char* const key : {"b", "a"}) {
    write.add_changes()->set_key(key);
    write.mutable_changes(write.changes_size() - 1)->set_value("v");
  }
  world.Ask<v1::TransactionWriteResponse>("Transactions/Write", write);
  v1::CommitRequest commit;
  commit.set_transaction(begun->transaction());
  world.Ask<v1::WriteResponse>("Transactions/Commit", commit);
  CHECK(TextOf(world.session().told(Watch(world, From(1)))) == "2:a=v 2:b=v (2)");
}

TEST_CASE("a large transaction comes as one", "[typed-api][typed-api.4]") {
  ApiWorld world;
  world.Put("before", "v");
  const auto begun = world.Ask<v1::BeginResponse>("Transactions/Begin", v1::BeginRequest());
  v1::TransactionWriteRequest write;
  write.set_transaction(begun->transaction());
  for (const char* const key : {"a", "b", "c", "d"}) {
    write.add_changes()->set_key(key);
    write.mutable_changes(write.changes_size() - 1)->set_value(std::string(100'000, 'v'));
  }
  world.Ask<v1::TransactionWriteResponse>("Transactions/Write", write);
  v1::CommitRequest commit;
  commit.set_transaction(begun->transaction());
  world.Ask<v1::WriteResponse>("Transactions/Commit", commit);
  const auto& told = world.session().told(Watch(world, From(1)));
  std::string pages;
  for (const std::string& message : told.messages) {
    v1::WatchResponse page;
    REQUIRE(page.ParseFromString(message));
    for (const auto& event : page.events()) pages += event.change().key() + " ";
    pages += "| ";
  }
  CHECK((pages == "before a b c d | " || pages == "before | a b c d | "));
}

}  // namespace
}  // namespace strata::api
