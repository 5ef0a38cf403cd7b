// gRPC's standard health checks.

#include <set>

#include "api/methods.h"
#include "grpc/error_details.h"
#include "grpc/framing.h"
#include "grpc/health/v1/health.pb.h"

namespace strata::api {
namespace {

namespace health = ::grpc::health::v1;

using Names = std::set<std::string>;

// The server as a whole, its services, and the names that Kubernetes' probes may ask for.
Names KnownNames(const grpc::MethodTable& methods) {
  Names names{"", "liveness", "readiness"};
  for (const auto& [path, method] : methods) names.insert(path.substr(1, path.rfind('/') - 1));
  return names;
}

health::HealthCheckResponse::ServingStatus StatusNow(const Service& service,
                                                     const std::string& name) {
  const bool serving = service.serving() || name == "liveness";
  return serving ? health::HealthCheckResponse::SERVING : health::HealthCheckResponse::NOT_SERVING;
}

// Tells each change, without an end.
class HealthStream final : public grpc::Stream {
 public:
  HealthStream(const Service& service, std::string name, bool known)
      : service_(service), name_(std::move(name)), known_(known) {}

  Pulled Pull(server::Keyspace& /*keyspace*/, std::size_t /*bytes*/, std::string* out,
              grpc::CallStatus* /*status*/) override {
    const auto now =
        known_ ? StatusNow(service_, name_) : health::HealthCheckResponse::SERVICE_UNKNOWN;
    if (told_ == now) return Pulled::kNothingYet;
    health::HealthCheckResponse reply;
    reply.set_status(now);
    grpc::AppendMessage(out, reply.SerializeAsString());
    told_ = now;
    return Pulled::kMore;
  }
  bool may_wait() const override { return false; }

 private:
  const Service& service_;
  const std::string name_;
  const bool known_;
  std::optional<health::HealthCheckResponse::ServingStatus> told_;
};

}  // namespace

void AddHealthMethods(Service& service, grpc::MethodTable* methods) {
  const Names names = KnownNames(*methods);
  (*methods)["/grpc.health.v1.Health/Check"] = {
      .access = grpc::Access::Anybody(),
      .route = grpc::Route::kRead,
      .function = Typed<health::HealthCheckRequest, health::HealthCheckResponse>(
          [&service, names](grpc::Call& /*call*/, const auto& request, auto* reply) -> Status {
            if (!names.contains(request.service())) {
              return Error(ErrorCode::kNotFound, "there is no service " + request.service());
            }
            service.SetServing(service.db().Stats().read_only_cause.empty());
            reply->set_status(StatusNow(service, request.service()));
            return {};
          })};
  (*methods)["/grpc.health.v1.Health/Watch"] = {
      .access = grpc::Access::Anybody(),
      .open = [&service, names](const auth::Authorized<std::string_view>& bytes,
                                const server::Peer& /*peer*/,
                                grpc::CallStatus* refusal) -> std::unique_ptr<grpc::Stream> {
        health::HealthCheckRequest request;
        if (const Status parsed = Parse(*bytes, &request); !parsed) {
          *refusal = grpc::StatusOf(parsed.error());
          return nullptr;
        }
        return std::make_unique<HealthStream>(service, request.service(),
                                              names.contains(request.service()));
      }};
}

}  // namespace strata::api
