// How the methods are written: functions of messages, each file adds those of one service.
//
// Thread safety: as grpc/method.h.

#pragma once

#include <string>
#include <utility>

#include "api/service.h"
#include "grpc/method.h"
#include "strata/v1/strata.pb.h"

namespace strata::api {

void AddKeyMethods(Service& service, grpc::MethodTable* methods);
void AddWriteMethods(Service& service, grpc::MethodTable* methods);
void AddScanMethods(Service& service, grpc::MethodTable* methods);
void AddSnapshotMethods(Service& service, grpc::MethodTable* methods);
void AddTransactionMethods(Service& service, grpc::MethodTable* methods);
void AddTableMethods(Service& service, grpc::MethodTable* methods);
void AddWatchMethods(Service& service, grpc::MethodTable* methods);
void AddAdminMethods(Service& service, grpc::MethodTable* methods);
void AddBackupMethods(Service& service, grpc::MethodTable* methods);
void AddHealthMethods(Service& service, grpc::MethodTable* methods);
void AddReflectionMethods(grpc::MethodTable* methods);

// Errors: kInvalidArgument when the bytes aren't such a message.
template <typename Message>
Status Parse(std::string_view bytes, Message* message) {
  if (message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return {};
  return InvalidArgument("the request is no " + message->GetTypeName());
}

// `function`: Status(grpc::Call&, const Request&, Reply*).
template <typename Request, typename Reply, typename F>
grpc::Function Typed(F function) {
  return [function = std::move(function)](grpc::Call& call) -> Status {
    Request request;
    STRATA_TRY(Parse(call.request, &request));
    Reply reply;
    STRATA_TRY(function(call, request, &reply));
    reply.AppendToString(call.reply);
    return {};
  };
}

// What an entry becomes in a message, but for its key.
void Describe(const Entry& entry, v1::Entry* message);
void DescribeTable(const TableInfo& table, v1::TableInfo* message);
// The table's and the bounds' part. Errors: those of Service::Table.
Result<ReadOptions> ReadOptionsOf(Service& service, const v1::ScanRequest& scan);

// Entries of a cursor into a message, until it has `bytes` of them, `scan.limit()` is reached
// (`*left` counts down), or there are no more. True: there are more.
Result<bool> TakeEntries(const v1::ScanRequest& scan, Iterator* cursor, std::size_t bytes,
                         std::uint64_t* left, v1::ScanResponse* to);

// A change as it is to be written now. Errors: those of Service::Table; kInvalidArgument.
Result<KeyChange> ChangeOf(Service& service, const v1::Change& change, std::uint64_t now_us);

// Was a write with this id carried out already? Then `*reply` is what it was answered. Errors:
// kInvalidArgument for an id that is too long.
Result<bool> WasWritten(Service& service, server::Keyspace& keyspace, const std::string& write_id,
                        v1::WriteResponse* reply);
inline constexpr std::uint64_t kWriteIdUs = 900'000'000;  // So long it is remembered.

}  // namespace strata::api
