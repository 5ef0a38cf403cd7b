// What each call needs, by its message; see auth/needs.h. One line for each method is the whole of
// who may do what by gRPC.
//
// Thread safety: pure functions.

#pragma once

#include "auth/needs.h"
#include "grpc/method.h"
#include "strata/v1/strata.pb.h"

namespace strata::api {

// Each adds what the message asks for; texts are borrowed from it.
void List(const v1::GetRequest& get, auth::Needs* needs);
void List(const v1::MultiGetRequest& get, auth::Needs* needs);
void List(const v1::PutRequest& put, auth::Needs* needs);
void List(const v1::DeleteRequest& erase, auth::Needs* needs);
// Changes, and conditions, whose answer tells what is there.
void List(const v1::WriteRequest& write, auth::Needs* needs);
void List(const v1::ScanRequest& scan, auth::Needs* needs);
void List(const v1::TransactionGetRequest& get, auth::Needs* needs);
void List(const v1::TransactionScanRequest& scan, auth::Needs* needs);
void List(const v1::TransactionWriteRequest& write, auth::Needs* needs);
void List(const v1::CreateTablesRequest& create, auth::Needs* needs);
void List(const v1::DropTableRequest& drop, auth::Needs* needs);
void List(const v1::TruncateTableRequest& truncate, auth::Needs* needs);
void List(const v1::WatchRequest& watch, auth::Needs* needs);

// For Method::access.
template <typename Request>
grpc::Access Needing() {
  return grpc::Access([](std::string_view bytes, auth::Needs* needs) -> Status {
    Request request;
    if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return InvalidArgument("the request is no " + request.GetTypeName());
    }
    auth::Needs borrowed;
    borrowed.AnyUser();  // A batch may be empty.
    List(request, &borrowed);
    needs->AddCopies(borrowed);
    return {};
  });
}

}  // namespace strata::api
