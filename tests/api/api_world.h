// The typed API on a store in memory: a client's messages in, the replies out, works carried out at
// once, without a network.
//
// Thread safety: none.

#pragma once

#include <memory>
#include <string>
#include <utility>

#include "api/service.h"
#include "base/check.h"
#include "grpc/session_world.h"
#include "strata/v1/strata.pb.h"

namespace strata::api::testing {

// The reply, or how the call ended.
template <typename Reply>
struct Answer {
  Reply reply;
  grpc::CallStatus status;

  const Reply* operator->() const { return &reply; }
};

class ApiWorld {
 public:
  explicit ApiWorld(const ServiceOptions& options = {})
      : session_(
            [this, options](DB& db, const Environment& environment) {
              service_ = std::make_unique<Service>(db, environment, options);
              return MethodsOf(*service_);
            },
            {},
            [this](const WriteBatch& batch, std::uint64_t version) {
              service_->OnWritten(batch, version);
            }) {}

  // `path`: "KV/Get". One message for one.
  template <typename Reply, typename Request>
  Answer<Reply> Ask(const std::string& path, const Request& request) {
    const auto told = session_.Call("/strata.v1." + path, request.SerializeAsString());
    STRATA_CHECK(told.end.has_value());
    Answer<Reply> answer{.reply = {}, .status = told.end->status};
    if (!told.messages.empty()) STRATA_CHECK(answer.reply.ParseFromString(told.messages[0]));
    return answer;
  }

  Answer<v1::WriteResponse> Put(const std::string& key, const std::string& value,
                                const std::string& write_id = "") {
    v1::PutRequest put;
    put.set_key(key);
    put.set_value(value);
    put.set_write_id(write_id);
    return Ask<v1::WriteResponse>("KV/Put", put);
  }
  // "none" without a value.
  std::string Get(const std::string& key) {
    v1::GetRequest get;
    get.set_key(key);
    const auto answer = Ask<v1::GetResponse>("KV/Get", get);
    STRATA_CHECK(answer.status.ok());
    return answer->has_entry() ? answer->entry().value() : "none";
  }

  grpc::testing::SessionWorld& session() { return session_; }
  Service& service() { return *service_; }
  grpc::testing::FailingStore& store() { return session_.store(); }

 private:
  std::unique_ptr<Service> service_;
  grpc::testing::SessionWorld session_;
};

}  // namespace strata::api::testing
