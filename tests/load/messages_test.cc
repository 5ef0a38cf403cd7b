// The messages written by hand, read by protobuf; and those of etcd, byte by byte.

#include "load/messages.h"

#include <catch2/catch.hpp>

#include "strata/v1/strata.pb.h"

namespace strata::load {
namespace {

using Verb = Request::Verb;

const std::string kLong(300, 'v');  // Its length takes two bytes.

TEST_CASE("what asks Strata is what its messages say", "[client]") {
  v1::GetRequest get;
  REQUIRE(get.ParseFromString(MessageOf(GrpcService::kStrata, {.verb = Verb::kGet, .key = "k"})));
  CHECK(get.key() == "k");
  CHECK_FALSE(get.has_from());
  v1::PutRequest put;
  REQUIRE(put.ParseFromString(
      MessageOf(GrpcService::kStrata, {.verb = Verb::kPut, .key = "k", .value = kLong})));
  CHECK(put.key() == "k");
  CHECK(put.value() == kLong);
  v1::ScanRequest scan;
  REQUIRE(scan.ParseFromString(
      MessageOf(GrpcService::kStrata, {.verb = Verb::kScan, .key = "k", .rows = 200})));
  CHECK(scan.lower() == "k");
  CHECK(scan.limit() == 200);
  CHECK(PathOf(GrpcService::kStrata, Verb::kGet) == "/strata.v1.KV/Get");
  CHECK(PathOf(GrpcService::kStrata, Verb::kPut) == "/strata.v1.KV/Put");
  CHECK(PathOf(GrpcService::kStrata, Verb::kScan) == "/strata.v1.KV/Scan");
}

TEST_CASE("a get has found something if there is an entry", "[client]") {
  v1::GetResponse response;
  CHECK_FALSE(HasEntry(GrpcService::kStrata, response.SerializeAsString()));
  response.mutable_entry();
  CHECK(HasEntry(GrpcService::kStrata, response.SerializeAsString()));
  response.mutable_entry()->set_value(kLong);
  CHECK(HasEntry(GrpcService::kStrata, response.SerializeAsString()));
}

TEST_CASE("etcd's messages, byte by byte", "[client]") {
  const auto etcd = GrpcService::kEtcd;
  CHECK(MessageOf(etcd, {.verb = Verb::kGet, .key = "k"}) == "\x0a\x01k");
  CHECK(MessageOf(etcd, {.verb = Verb::kPut, .key = "k", .value = "v"}) == "\x0a\x01k\x12\x01v");
  CHECK(MessageOf(etcd, {.verb = Verb::kScan, .key = "k", .rows = 9}) ==
        std::string("\x0a\x01k\x12\x01\x00\x18\x09", 8));
  CHECK(PathOf(etcd, Verb::kPut) == "/etcdserverpb.KV/Put");
  CHECK(PathOf(etcd, Verb::kGet) == "/etcdserverpb.KV/Range");
  CHECK(PathOf(etcd, Verb::kScan) == "/etcdserverpb.KV/Range");
}

TEST_CASE("the entries of etcd's reply stand behind its header", "[client]") {
  // header { 8 bytes }, kvs { 2 bytes }, count 1
  const std::string header("\x0a\x08\x08\x01\x10\x02\x18\x03\x20\x04", 10);
  CHECK_FALSE(HasEntry(GrpcService::kEtcd, header));
  CHECK_FALSE(HasEntry(GrpcService::kEtcd, header + std::string("\x20\x00", 2)));
  CHECK(HasEntry(GrpcService::kEtcd, header + "\x12\x02\x0a\x00\x20\x01"));
  // Cut short, or of other types: no entry, and no byte beyond the end is read.
  for (std::size_t cut = 0; cut < header.size(); ++cut) {
    CHECK_FALSE(HasEntry(GrpcService::kEtcd, std::string_view(header).substr(0, cut)));
  }
  CHECK(HasEntry(GrpcService::kEtcd, std::string("\x09"
                                                 "12345678"
                                                 "\x1d"
                                                 "1234"
                                                 "\x12\x00",
                                                 16)));
}

}  // namespace
}  // namespace strata::load
