// Snapshots: moments that a client holds by a lease.

#include "api/methods.h"

namespace strata::api {
namespace {

Status Open(Service& service, const v1::OpenSnapshotRequest& request,
            v1::OpenSnapshotResponse* reply) {
  auto snapshot = service.db().GetSnapshot();
  reply->set_sequence(snapshot->sequence());
  STRATA_TRY_ASSIGN(
      const auto granted,
      service.snapshots().Add(std::make_unique<Service::HeldSnapshot>(std::move(snapshot)),
                              request.lease_us(), service.NowUs()));
  reply->set_snapshot(granted.id);
  reply->set_lease_us(granted.lease_us);
  return {};
}

}  // namespace

void AddSnapshotMethods(Service& service, grpc::MethodTable* methods) {
  (*methods)["/strata.v1.Snapshots/Open"] = {
      .access = grpc::Access::AnyUser(),
      .function = Typed<v1::OpenSnapshotRequest, v1::OpenSnapshotResponse>(
          [&service](grpc::Call& /*call*/, const auto& request, auto* reply) {
            return Open(service, request, reply);
          })};
  (*methods)["/strata.v1.Snapshots/Renew"] = {
      .access = grpc::Access::AnyUser(),
      .function = Typed<v1::RenewRequest, v1::RenewResponse>(
          [&service](grpc::Call& /*call*/, const auto& request, auto* reply) -> Status {
            STRATA_TRY_ASSIGN(const std::uint64_t lease_us,
                              service.snapshots().Renew(request.id(), service.NowUs()));
            reply->set_lease_us(lease_us);
            return {};
          })};
  (*methods)["/strata.v1.Snapshots/Close"] = {
      .access = grpc::Access::AnyUser(),
      .function = Typed<v1::CloseSnapshotRequest, v1::CloseSnapshotResponse>(
          [&service](grpc::Call& /*call*/, const auto& request, auto* /*reply*/) -> Status {
            service.snapshots().Close(request.snapshot());
            return {};
          })};
}

}  // namespace strata::api
