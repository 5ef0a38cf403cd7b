// KV.Put, Delete and Write: conditions, and ids by which a second attempt is known.

#include <catch2/catch.hpp>

#include "api/api_world.h"
#include "api/methods.h"

namespace strata::api {
namespace {

using testing::ApiWorld;

v1::WriteRequest Change(const std::string& key, const std::string& value) {
  v1::WriteRequest write;
  write.add_changes()->set_key(key);
  write.mutable_changes(0)->set_value(value);
  return write;
}

v1::WriteRequest If(v1::Condition::Kind kind, const std::string& key, const std::string& value,
                    std::uint64_t version = 0) {
  v1::WriteRequest write = Change("done", "yes");
  v1::Condition* const condition = write.add_conditions();
  condition->set_kind(kind);
  condition->set_key(key);
  condition->set_value(value);
  condition->set_version(version);
  return write;
}

TEST_CASE("conditions decide, and say what is there instead", "[typed-api]") {
  struct Row {
    v1::WriteRequest write;
    bool holds;
  };
  ApiWorld world;
  world.Put("k", "v");
  const std::vector<Row> rows{{If(v1::Condition::ABSENT, "none", ""), true},
                              {If(v1::Condition::ABSENT, "k", ""), false},
                              {If(v1::Condition::PRESENT, "k", ""), true},
                              {If(v1::Condition::PRESENT, "none", ""), false},
                              {If(v1::Condition::VALUE, "k", "v"), true},
                              {If(v1::Condition::VALUE, "k", "w"), false},
                              {If(v1::Condition::VALUE, "none", ""), false},
                              {If(v1::Condition::VERSION, "k", "", 1), true},
                              {If(v1::Condition::VERSION, "k", "", 2), false}};
  for (const Row& row : rows) {
    v1::DeleteRequest erase;
    erase.set_key("done");
    world.Ask<v1::WriteResponse>("KV/Delete", erase);
    const auto answer = world.Ask<v1::WriteResponse>("KV/Write", row.write);
    CHECK(answer.status.ok());
    CHECK(answer->has_failed() != row.holds);
    CHECK((answer->sequence() != 0) == row.holds);
    CHECK(world.Get("done") == (row.holds ? "yes" : "none"));
    if (row.holds || row.write.conditions(0).key() == "none") continue;
    CHECK(answer->failed().key() == "k");
    CHECK(answer->failed().current().value() == "v");
    CHECK(answer->failed().current().version() == 1);
  }
  CHECK(world.Ask<v1::WriteResponse>("KV/Write", If(v1::Condition::KIND_UNSPECIFIED, "k", ""))
            .status.code == grpc::Code::kInvalidArgument);
}

TEST_CASE("the first condition that fails is told", "[typed-api]") {
  ApiWorld world;
  world.Put("a", "1");
  v1::WriteRequest write = If(v1::Condition::PRESENT, "a", "");
  *write.add_conditions() = If(v1::Condition::ABSENT, "a", "").conditions(0);
  *write.add_conditions() = If(v1::Condition::PRESENT, "b", "").conditions(0);
  const auto answer = world.Ask<v1::WriteResponse>("KV/Write", write);
  CHECK(answer->failed().index() == 1);
}

TEST_CASE("versions hold against what is drafted in the same batch", "[typed-api]") {
  ApiWorld world;
  v1::PutRequest put;
  put.set_key("k");
  put.set_value("v");
  auto& session = world.session();
  const auto first = session.Start("/strata.v1.KV/Put", put.SerializeAsString());
  const auto second = session.Start("/strata.v1.KV/Write",
                                    If(v1::Condition::VERSION, "k", "", 1).SerializeAsString());
  const auto third = session.Start("/strata.v1.KV/Write",
                                   If(v1::Condition::VERSION, "k", "", 7).SerializeAsString());
  CHECK(session.CarryOut() == 3);
  CHECK(session.told(first).end->status.ok());
  v1::WriteResponse reply;
  REQUIRE(reply.ParseFromString(session.told(second).messages.at(0)));
  CHECK_FALSE(reply.has_failed());
  REQUIRE(reply.ParseFromString(session.told(third).messages.at(0)));
  CHECK(reply.failed().current().version() == 1);
}

TEST_CASE("a write is all or nothing", "[typed-api]") {
  ApiWorld world;
  v1::WriteRequest write = Change("a", "1");
  write.add_changes()->set_key(std::string(kKeySizeMax + 1, 'x'));
  CHECK(world.Ask<v1::WriteResponse>("KV/Write", write).status.code ==
        grpc::Code::kInvalidArgument);
  CHECK(world.Get("a") == "none");
  write = Change("a", "1");
  write.add_changes()->set_table("nobody's");
  CHECK(world.Ask<v1::WriteResponse>("KV/Write", write).status.code == grpc::Code::kNotFound);
  CHECK(world.Get("a") == "none");
}

TEST_CASE("a second attempt of a write changes nothing and is answered as the first",
          "[typed-api][typed-api.2]") {
  ApiWorld world;
  const auto first = world.Put("k", "1", "id-1");
  CHECK_FALSE(first->repeated());
  world.Put("k", "2", "id-2");
  const auto again = world.Put("k", "1", "id-1");
  CHECK(again->repeated());
  CHECK(again->sequence() == first->sequence());
  CHECK(world.Get("k") == "2");
  CHECK(world.Put("k", "3")->repeated() == false);
  CHECK(world.Put("k", "3")->repeated() == false);
}

TEST_CASE("a write's sequence is its last entry's version, whoever else was written with it",
          "[typed-api][typed-api.2]") {
  ApiWorld world;
  auto& session = world.session();
  std::vector<grpc::ClientConnection::CallId> calls;
  for (int i = 0; i < 3; ++i) {
    v1::PutRequest put;
    put.set_key("k" + std::to_string(i));
    put.set_write_id("id" + std::to_string(i));
    calls.push_back(session.Start("/strata.v1.KV/Put", put.SerializeAsString()));
  }
  CHECK(session.CarryOut() == 3);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    v1::WriteResponse reply;
    REQUIRE(reply.ParseFromString(session.told(calls[i]).messages.at(0)));
    const auto entry = world.store()->GetEntry("k" + std::to_string(i));
    CHECK(reply.sequence() == (*entry)->version);
  }
}

TEST_CASE("two attempts in one batch are one write", "[typed-api][typed-api.2]") {
  ApiWorld world;
  v1::WriteRequest write = If(v1::Condition::ABSENT, "k", "");
  write.mutable_changes(0)->set_key("k");
  write.set_write_id("same");
  auto& session = world.session();
  const auto first = session.Start("/strata.v1.KV/Write", write.SerializeAsString());
  const auto second = session.Start("/strata.v1.KV/Write", write.SerializeAsString());
  CHECK(session.CarryOut() == 2);
  for (const auto call : {first, second}) {
    v1::WriteResponse reply;
    REQUIRE(reply.ParseFromString(session.told(call).messages.at(0)));
    CHECK_FALSE(reply.has_failed());
    CHECK(reply.repeated() == (call == second));
    CHECK(reply.sequence() == 2);  // The entry, and its id.
  }
}

TEST_CASE("a write whose condition failed leaves its id free", "[typed-api][typed-api.2]") {
  ApiWorld world;
  v1::WriteRequest write = If(v1::Condition::PRESENT, "k", "");
  write.set_write_id("id");
  CHECK(world.Ask<v1::WriteResponse>("KV/Write", write)->has_failed());
  world.Put("k", "v");
  const auto again = world.Ask<v1::WriteResponse>("KV/Write", write);
  CHECK_FALSE(again->has_failed());
  CHECK_FALSE(again->repeated());
  CHECK(world.Get("done") == "yes");
}

TEST_CASE("ids are forgotten in time, and have a size", "[typed-api][typed-api.2]") {
  ApiWorld world;
  world.Put("k", "1", "id");
  world.store().clock().Advance(kWriteIdUs - 1);
  CHECK(world.Put("k", "2", "id")->repeated());
  world.store().clock().Advance(2);
  CHECK_FALSE(world.Put("k", "3", "id")->repeated());
  CHECK(world.Get("k") == "3");
  CHECK(world.Put("k", "4", std::string(65, 'x')).status.code == grpc::Code::kInvalidArgument);
}

TEST_CASE("a write that can't be made durable leaves no id", "[typed-api][typed-api.2]") {
  ApiWorld world;
  world.Put("k", "0", "before");  // The table of ids is there.
  world.store().FailDisk();
  CHECK_FALSE(world.Put("k", "1", "id").status.ok());
  CHECK_FALSE(world.Put("k", "1", "id")->repeated());
  CHECK(world.Get("k") == "0");
}

}  // namespace
}  // namespace strata::api
