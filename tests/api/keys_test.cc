// KV.Get, MultiGet and Scan.

#include <catch2/catch.hpp>

#include "api/api_world.h"
#include "grpc/error_details.h"

namespace strata::api {
namespace {

using testing::ApiWorld;

TEST_CASE("what is put is what one gets, with its version", "[typed-api]") {
  ApiWorld world;
  const std::string value("\0\xff\n", 3);
  const auto put = world.Put("k", value);
  CHECK(put->sequence() == 1);
  v1::GetRequest get;
  get.set_key("k");
  const auto got = world.Ask<v1::GetResponse>("KV/Get", get);
  CHECK(got->entry().value() == value);
  CHECK(got->entry().version() == 1);
  CHECK(world.Get("other") == "none");
}

TEST_CASE("an entry with a time to live goes in time", "[typed-api]") {
  ApiWorld world;
  v1::PutRequest put;
  put.set_key("k");
  put.set_value("v");
  put.set_ttl_us(1'000'000);
  world.Ask<v1::WriteResponse>("KV/Put", put);
  CHECK(world.Get("k") == "v");
  world.store().clock().Advance(1'000'001);
  CHECK(world.Get("k") == "none");
  put.set_ttl_us(~std::uint64_t{0});
  CHECK(world.Ask<v1::WriteResponse>("KV/Put", put).status.code == grpc::Code::kInvalidArgument);
}

TEST_CASE("a read may ask for a sequence, and is told when the store isn't there", "[typed-api]") {
  ApiWorld world;
  world.Put("k", "v");
  v1::GetRequest get;
  get.set_key("k");
  get.mutable_from()->set_min_sequence(1);
  CHECK(world.Ask<v1::GetResponse>("KV/Get", get).status.ok());
  get.mutable_from()->set_min_sequence(2);
  const auto behind = world.Ask<v1::GetResponse>("KV/Get", get);
  CHECK(behind.status.code == grpc::Code::kFailedPrecondition);
  const auto told = grpc::ErrorOf(behind.status);
  CHECK(told.reason == "BEHIND");
  CHECK(told.metadata.at("sequence") == "1");
  v1::ScanRequest scan;
  scan.mutable_from()->set_min_sequence(2);
  CHECK(world.Ask<v1::ScanResponse>("KV/Scan", scan).status.code ==
        grpc::Code::kFailedPrecondition);
}

TEST_CASE("many keys of several tables at once", "[typed-api]") {
  ApiWorld world;
  v1::CreateTablesRequest create;
  create.add_names("t");
  CHECK(world.Ask<v1::CreateTablesResponse>("Tables/Create", create).status.ok());
  world.Put("k", "default");
  v1::PutRequest put;
  put.set_table("t");
  put.set_key("k");
  put.set_value("t's");
  world.Ask<v1::WriteResponse>("KV/Put", put);
  v1::MultiGetRequest get;
  for (const auto& [table, key] :
       {std::pair("t", "k"), {"", "k"}, {"", "none"}, {"default", "k"}}) {
    get.add_keys()->set_table(table);
    get.mutable_keys(get.keys_size() - 1)->set_key(key);
  }
  const auto got = world.Ask<v1::MultiGetResponse>("KV/MultiGet", get);
  REQUIRE(got->results_size() == 4);
  CHECK(got->results(0).entry().value() == "t's");
  CHECK(got->results(1).entry().value() == "default");
  CHECK_FALSE(got->results(2).has_entry());
  CHECK(got->results(3).entry().value() == "default");
  get.mutable_keys(0)->set_table("nobody's");
  CHECK(world.Ask<v1::MultiGetResponse>("KV/MultiGet", get).status.code == grpc::Code::kNotFound);
}

TEST_CASE("values that are larger than a reply may be are refused, wherever they are in it",
          "[typed-api]") {
  ApiWorld world({.reply_bytes_max = 10'000});
  world.Put("small", "s");
  world.Put("large", std::string(600, 'l'));
  v1::MultiGetRequest get;
  for (int i = 0; i < 200; ++i) get.add_keys()->set_key("small");
  for (int i = 0; i < 16; ++i) get.add_keys()->set_key("large");
  const auto got = world.Ask<v1::MultiGetResponse>("KV/MultiGet", get);
  REQUIRE(got->results_size() == 216);
  CHECK(got->results(199).entry().value() == "s");
  CHECK(got->results(215).entry().value() == std::string(600, 'l'));
  get.add_keys()->set_key("large");
  const auto refused = world.Ask<v1::MultiGetResponse>("KV/MultiGet", get);
  CHECK(refused.status.code == grpc::Code::kResourceExhausted);
  CHECK(refused.status.message ==
        "the values are larger than reply_bytes_max, 10000 bytes: ask for fewer keys");
}

// The keys, and "..." when there are more.
std::string Keys(ApiWorld& world, const v1::ScanRequest& scan, std::string* token = nullptr) {
  const auto told = world.session().Call("/strata.v1.KV/Scan", scan.SerializeAsString());
  REQUIRE(told.end.has_value());
  REQUIRE(told.end->status.ok());
  std::string keys;
  for (const std::string& message : told.messages) {
    v1::ScanResponse page;
    REQUIRE(page.ParseFromString(message));
    for (const v1::Entry& entry : page.entries()) keys += entry.key() + " ";
    if (!page.next_page_token().empty()) keys += "...";
    if (token != nullptr) *token = page.next_page_token();
  }
  return keys;
}

TEST_CASE("scans have bounds, a direction, a limit and pages", "[typed-api]") {
  ApiWorld world;
  for (const char* const key : {"a", "b", "ba", "bb", "c", "d"}) world.Put(key, "v");
  v1::ScanRequest scan;
  CHECK(Keys(world, scan) == "a b ba bb c d ");
  scan.set_prefix("b");
  CHECK(Keys(world, scan) == "b ba bb ");
  scan.set_reverse(true);
  CHECK(Keys(world, scan) == "bb ba b ");
  scan.Clear();
  scan.set_lower("b");
  scan.set_upper("c");
  CHECK(Keys(world, scan) == "b ba bb ");
  scan.Clear();
  scan.set_limit(6);
  CHECK(Keys(world, scan) == "a b ba bb c d ");
  scan.set_page_token("what is this?");
  CHECK(world.session().Call("/strata.v1.KV/Scan", scan.SerializeAsString()).end->status.code ==
        grpc::Code::kInvalidArgument);
}

TEST_CASE("pages follow each other in both directions", "[typed-api]") {
  ApiWorld world;
  for (const char* const key : {"a", "b", "c", "d", "e"}) world.Put(key, "v");
  for (const bool reverse : {false, true}) {
    v1::ScanRequest scan;
    scan.set_reverse(reverse);
    scan.set_limit(2);
    std::string all;
    std::string token;
    do {
      scan.set_page_token(token);
      all += Keys(world, scan, &token);
    } while (!token.empty());
    CHECK(all == (reverse ? "e d ...c b ...a " : "a b ...c d ...e "));
  }
}

TEST_CASE("a long scan is of one moment, however long the client takes", "[typed-api]") {
  ApiWorld world;
  const std::string value(10'000, 'v');
  for (int i = 100; i < 200; ++i) world.Put(std::to_string(i), value);
  world.session().client_reads = false;
  const auto call =
      world.session().Start("/strata.v1.KV/Scan", v1::ScanRequest().SerializeAsString());
  world.session().CarryOut();
  for (int i = 100; i < 200; ++i) {
    v1::DeleteRequest erase;
    erase.set_key(std::to_string(i));
    world.session().Start("/strata.v1.KV/Delete", erase.SerializeAsString());
  }
  world.session().CarryOutAll();
  world.session().client_reads = true;
  world.session().Exchange();
  world.session().CarryOutAll();
  std::size_t entries = 0;
  for (const std::string& message : world.session().told(call).messages) {
    v1::ScanResponse page;
    REQUIRE(page.ParseFromString(message));
    entries += static_cast<std::size_t>(page.entries_size());
  }
  CHECK(entries == 100);
  CHECK(world.Get("150") == "none");
}

TEST_CASE("bytes that are no message are refused", "[typed-api]") {
  ApiWorld world;
  for (const char* const method : {"KV/Get", "KV/Put", "KV/Scan", "Watch/Watch"}) {
    const auto told = world.session().Call(std::string("/strata.v1.") + method, "\x0a\xff");
    CHECK(told.end->status.code == grpc::Code::kInvalidArgument);
  }
}

}  // namespace
}  // namespace strata::api
