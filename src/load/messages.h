// The few messages of gRPC that a generator needs, written and read by hand: it mustn't cost more
// than the server that it measures.
//
// Source: https://protobuf.dev/programming-guides/encoding; the fields are those of
// src/api/strata/v1/strata.proto and of etcd's api/etcdserverpb/rpc.proto.
// Thread safety: functions of their arguments.

#pragma once

#include <string>
#include <string_view>

#include "load/speaker.h"

namespace strata::load {

// The path of the call that carries out a request.
std::string_view PathOf(GrpcService service, Request::Verb verb);
// Its message.
std::string MessageOf(GrpcService service, const Request& request);
// The reply to a get has an entry.
bool HasEntry(GrpcService service, std::string_view reply);

}  // namespace strata::load
