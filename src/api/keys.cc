// KV.Get and KV.MultiGet.

#include <algorithm>
#include <limits>

#include "api/methods.h"
#include "grpc/error_details.h"

namespace strata::api {
namespace {

Status Get(Service& service, grpc::Call& call, const v1::GetRequest& request,
           v1::GetResponse* reply) {
  const v1::ReadFrom& from = request.from();
  if (!service.HasReached(from.min_sequence(), &call.refusal)) return {};
  STRATA_TRY_ASSIGN(const TableRef table, service.Table(from.table()));
  STRATA_TRY_ASSIGN(auto snapshot, service.SnapshotOf(from.snapshot()));
  STRATA_TRY_ASSIGN(const auto entry,
                    service.db().GetEntry(request.key(), {.snapshot = std::move(snapshot),
                                                          .table = table,
                                                          .may_wait = call.may_wait,
                                                          .now_us = call.keyspace.now_us()}));
  if (entry) Describe(*entry, reply->mutable_entry());
  return {};
}

grpc::CallStatus TooLarge(std::size_t bytes_max) {
  return grpc::StatusOf(grpc::Code::kResourceExhausted,
                        "the values are larger than reply_bytes_max, " + std::to_string(bytes_max) +
                            " bytes: ask for fewer keys",
                        "REPLY");
}

// Some keys at a time, of one moment, so that values that are more than a reply may have aren't all
// in memory before that is seen.
Status MultiGet(Service& service, grpc::Call& call, const v1::MultiGetRequest& request,
                v1::MultiGetResponse* reply) {
  if (!service.HasReached(request.min_sequence(), &call.refusal)) return {};
  STRATA_TRY_ASSIGN(auto snapshot, service.SnapshotOf(request.snapshot()));
  std::vector<TableKey> keys;
  keys.reserve(static_cast<std::size_t>(request.keys_size()));
  for (const auto& key : request.keys()) {
    STRATA_TRY_ASSIGN(const TableRef table, service.Table(key.table()));
    keys.push_back({table, key.key()});
  }
  constexpr std::size_t kKeysAtOnce = 64;
  if (snapshot == nullptr && keys.size() > kKeysAtOnce) snapshot = service.db().GetSnapshot();
  std::size_t bytes = 0;
  for (std::span<const TableKey> rest(keys); !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), kKeysAtOnce));
    rest = rest.subspan(some.size());
    STRATA_TRY_ASSIGN(auto found, service.db().MultiGet(some, {.snapshot = snapshot,
                                                               .now_us = call.keyspace.now_us()}));
    for (MultiGetResult& one : found) {
      v1::GetResponse* const result = reply->add_results();
      if (!one.found) continue;
      bytes += one.value.size();
      result->mutable_entry()->set_value(std::move(one.value));
    }
    if (bytes <= service.reply_bytes_max()) continue;
    call.refusal = TooLarge(service.reply_bytes_max());
    return {};
  }
  return {};
}

}  // namespace

void Describe(const Entry& entry, v1::Entry* message) {
  message->set_value(entry.value);
  message->set_version(entry.version);
  message->set_expires_at_us(entry.expires_at_us);
}

void AddKeyMethods(Service& service, grpc::MethodTable* methods) {
  (*methods)["/strata.v1.KV/Get"] = {
      .access = Needing<v1::GetRequest>(),
      .function = Typed<v1::GetRequest, v1::GetResponse>(
          [&service](grpc::Call& call, const auto& request, auto* reply) {
            return Get(service, call, request, reply);
          })};
  (*methods)["/strata.v1.KV/MultiGet"] = {
      .access = Needing<v1::MultiGetRequest>(),
      .route = grpc::Route::kRead,
      .function = Typed<v1::MultiGetRequest, v1::MultiGetResponse>(
          [&service](grpc::Call& call, const auto& request, auto* reply) {
            return MultiGet(service, call, request, reply);
          })};
}

}  // namespace strata::api
